#include "events.h"

#include "base/clock.h"
#include "base/random.h"
#include "base/text.h"
#include "mailbox.h"
#include "markup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct event {
	enum event_kind kind;
	uint64_t number;
	int64_t at;
	uint64_t version;
	char *item_id, *old_id;
	const struct folder *folder, *from;
};

struct subscription {
	struct subscription *next; /* all subscriptions */
	char id[128];
	struct mailbox *mailbox;
	const struct folder *folders[SUBSCRIPTION_FOLDERS_MAX];
	size_t folder_count; /* 0: all */
	unsigned kinds;
	bool streaming;
	int timeout_s;
	int64_t read_at_ms; /* monotonic */
	struct event *queue;
	size_t first, count, cap; /* waiting: queue[first .. first+count) */
	uint64_t next_number;
	void (*wake)(void *arg);
	void *wake_arg;
};

struct events {
	struct strmap by_id;
	struct subscription *all;
};

static const struct {
	enum event_kind kind;
	const char *name;
} names[] = {
	{ EVENT_COPIED, "CopiedEvent" },
	{ EVENT_CREATED, "CreatedEvent" },
	{ EVENT_DELETED, "DeletedEvent" },
	{ EVENT_MODIFIED, "ModifiedEvent" },
	{ EVENT_MOVED, "MovedEvent" },
	{ EVENT_NEW_MAIL, "NewMailEvent" },
	{ EVENT_FREE_BUSY, "FreeBusyChangedEvent" },
};

unsigned event_kind_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (text_equal(names[i].name, name))
			return names[i].kind;
	return 0;
}

static const char *kind_name(enum event_kind kind)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].kind == kind)
			return names[i].name;
	return "StatusEvent";
}

struct events *events_new(void)
{
	struct events *events = calloc(1, sizeof(*events));

	if (!events)
		abort();
	strmap_init(&events->by_id);
	return events;
}

static void forget_first(struct subscription *s, size_t count)
{
	for (size_t i = s->first; i < s->first + count; i++) {
		free(s->queue[i].item_id);
		free(s->queue[i].old_id);
	}
	s->first += count;
	s->count -= count;
	if (!s->count)
		s->first = 0;
}

void subscription_free(struct events *events, struct subscription *s)
{
	struct subscription **p = &events->all;

	while (*p != s)
		p = &(*p)->next;
	*p = s->next;
	strmap_remove(&events->by_id, s->id);
	forget_first(s, s->count);
	free(s->queue);
	free(s);
}

void events_free(struct events **ret_events)
{
	struct events *events = *ret_events;

	if (!events)
		return;
	while (events->all)
		subscription_free(events, events->all);
	strmap_release(&events->by_id);
	free(events);
	*ret_events = NULL;
}

static void make_id(char ret[128])
{
	char uuid[UUID_LEN + 1];
	struct buf b;

	random_uuid(uuid);
	buf_init(&b, 127);
	text_base64_encode(&b, uuid, UUID_LEN);
	memcpy(ret, b.data, b.len + 1);
	buf_release(&b);
}

struct subscription *subscription_new(struct events *events, struct mailbox *mailbox,
	struct folder *const *folders, size_t count, unsigned kinds, bool streaming, int timeout_s)
{
	struct subscription *s;

	if (events->by_id.count >= SUBSCRIPTIONS_MAX || count > SUBSCRIPTION_FOLDERS_MAX)
		return NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	make_id(s->id);
	s->mailbox = mailbox;
	for (size_t i = 0; i < count; i++)
		s->folders[i] = folders[i];
	s->folder_count = count;
	s->kinds = kinds;
	s->streaming = streaming;
	s->timeout_s = timeout_s;
	s->read_at_ms = clock_mono_ms();
	s->next_number = 1;
	s->next = events->all;
	events->all = s;
	strmap_put(&events->by_id, s->id, s);
	return s;
}

struct subscription *subscription_find(const struct events *events, const char *id)
{
	struct subscription *s = strmap_get(&events->by_id, id);

	if (s && !s->streaming && clock_mono_ms() - s->read_at_ms > s->timeout_s * 1000LL)
		return NULL;
	return s;
}

const char *subscription_id(const struct subscription *s)
{
	return s->id;
}

struct mailbox *subscription_mailbox(const struct subscription *s)
{
	return s->mailbox;
}

bool subscription_is_streaming(const struct subscription *s)
{
	return s->streaming;
}

static bool concerns(const struct subscription *s, const struct folder *folder,
	const struct folder *from, enum event_kind kind)
{
	if (s->mailbox != folder->mailbox || !(s->kinds & kind))
		return false;
	for (size_t i = 0; i < s->folder_count; i++)
		if (s->folders[i] == folder || (from && s->folders[i] == from))
			return true;
	return s->folder_count == 0;
}

static void append(struct subscription *s, struct event event)
{
	if (s->count == EVENTS_KEPT)
		forget_first(s, 1);
	if (s->first + s->count == s->cap) {
		if (s->first) {
			memmove(s->queue, s->queue + s->first, s->count * sizeof(*s->queue));
			s->first = 0;
		}
		if (s->count * 2 >= s->cap) {
			s->cap = s->cap ? s->cap * 2 : 16;
			s->queue = realloc(s->queue, s->cap * sizeof(*s->queue));
			if (!s->queue)
				abort();
		}
	}
	event.number = s->next_number++;
	s->queue[s->first + s->count++] = event;
	if (s->wake)
		s->wake(s->wake_arg);
}

void events_item(struct folder *folder, enum event_kind kind, const struct item *item,
	const struct folder *from, const char *old_id)
{
	struct subscription *s = folder->mailbox->org->events->all;

	for (; s; s = s->next) {
		if (!concerns(s, folder, from, kind))
			continue;
		append(s,
			(struct event){
				.kind = kind,
				.at = clock_now(),
				.version = item->version,
				.item_id = strdup(item->id),
				.old_id = old_id ? strdup(old_id) : NULL,
				.folder = folder,
				.from = from,
			});
	}
}

void subscription_listen(struct subscription *s, void (*wake)(void *arg), void *arg)
{
	s->wake = wake;
	s->wake_arg = arg;
}

bool subscription_pending(const struct subscription *s)
{
	return s->count > 0;
}

static void write_watermark(
	struct buf *b, const struct subscription *s, const char *element, uint64_t number)
{
	char text[64];

	snprintf(text, sizeof(text), "W1.%.8s.%020" PRIu64, s->id, number);
	buf_addf(b, "<t:%s>", element);
	text_base64_encode(b, text, strlen(text));
	buf_addf(b, "</t:%s>", element);
}

static void write_item_id(struct buf *b, const struct event *e, const char *element, const char *id)
{
	char key[CHANGE_KEY_LEN + 1];

	org_change_key(e->folder->mailbox->org, e->version, key);
	buf_addf(b, "<t:%s Id=\"%s\" ChangeKey=\"%s\"/>", element, id, key);
}

static void write_folder_id(struct buf *b, const char *element, const struct folder *folder)
{
	char key[CHANGE_KEY_LEN + 1];

	org_change_key(folder->mailbox->org, folder->version, key);
	buf_addf(b, "<t:%s Id=\"%s\" ChangeKey=\"%s\"/>", element, folder->id, key);
}

static void write_event(struct buf *b, const struct subscription *s, const struct event *e)
{
	const char *name = kind_name(e->kind);

	buf_addf(b, "<t:%s>", name);
	write_watermark(b, s, "Watermark", e->number);
	markup_time(b, "TimeStamp", e->at);
	write_item_id(b, e, "ItemId", e->item_id);
	write_folder_id(b, "ParentFolderId", e->folder);
	if (e->kind == EVENT_MOVED) {
		write_item_id(b, e, "OldItemId", e->old_id);
		write_folder_id(b, "OldParentFolderId", e->from);
	}
	buf_addf(b, "</t:%s>", name);
}

static size_t write_events(struct subscription *s, size_t from, struct buf *b)
{
	size_t left = s->count - from, count = left < EVENTS_PER_ANSWER ? left : EVENTS_PER_ANSWER;

	for (size_t i = 0; i < count; i++)
		write_event(b, s, &s->queue[s->first + from + i]);
	return count;
}

void subscription_drain(struct subscription *s, struct buf *b)
{
	markup_element(b, "SubscriptionId", s->id);
	write_watermark(b, s, "PreviousWatermark", s->queue[s->first].number - 1);
	markup_bool(b, "MoreEvents", s->count > EVENTS_PER_ANSWER);
	forget_first(s, write_events(s, 0, b));
}

void subscription_watermark(const struct subscription *s, struct buf *b)
{
	char text[64];

	snprintf(text, sizeof(text), "W1.%.8s.%020" PRIu64, s->id, s->next_number - 1);
	text_base64_encode(b, text, strlen(text));
}

static bool read_watermark(const struct subscription *s, const char *text, uint64_t *ret)
{
	char head[32];
	int64_t number = 0;
	struct buf plain;

	snprintf(head, sizeof(head), "W1.%.8s.", s->id);
	buf_init(&plain, 128);
	bool ok = text_base64_decode(&plain, text, strlen(text)) &&
		text_starts_with(plain.data, head) &&
		text_to_int64(plain.data + strlen(head), &number);
	buf_release(&plain);
	*ret = (uint64_t)number;
	return ok && *ret < s->next_number;
}

bool subscription_fetch(struct subscription *s, const char *watermark, struct buf *b)
{
	uint64_t after;

	if (!read_watermark(s, watermark, &after))
		return false;
	s->read_at_ms = clock_mono_ms();
	uint64_t oldest = s->count ? s->queue[s->first].number : s->next_number;
	if (after + 1 < oldest)
		return false; /* forgotten already */
	size_t skip = (size_t)(after + 1 - oldest);
	forget_first(s, skip);
	markup_element(b, "SubscriptionId", s->id);
	write_watermark(b, s, "PreviousWatermark", after);
	markup_bool(b, "MoreEvents", s->count > EVENTS_PER_ANSWER);
	if (write_events(s, 0, b))
		return true;
	buf_adds(b, "<t:StatusEvent>");
	write_watermark(b, s, "Watermark", after);
	buf_adds(b, "</t:StatusEvent>");
	return true;
}
