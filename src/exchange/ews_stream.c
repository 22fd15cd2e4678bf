#include "exchange/ews_stream.h"

#include "base/text.h"

#include <string.h>

/* Enough to notice what comes in, and nothing that our own answers set off: a request that leaves
 * the inbox is a MovedEvent, which is told apart by the folder it leaves. */
static const char *const events[] = { "NewMailEvent", "CreatedEvent", "MovedEvent" };

void ews_subscribe_write(struct buf *b, const char *impersonate)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b,
		"<m:Subscribe><m:StreamingSubscriptionRequest><t:FolderIds>"
		"<t:DistinguishedFolderId Id=\"inbox\"/></t:FolderIds><t:EventTypes>");
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		buf_addf(b, "<t:EventType>%s</t:EventType>", events[i]);
	buf_adds(b, "</t:EventTypes></m:StreamingSubscriptionRequest></m:Subscribe>");
	ews_envelope_end(b);
}

bool ews_subscribe_read(
	const struct ews_reply *reply, struct arena *arena, const char **ret, struct err *err)
{
	struct ews_response response;
	if (!ews_response_read(reply, "Subscribe", &response, err))
		return false;
	bool ok = ews_message_ok(response.first, err);
	if (ok) {
		const char *id = xml_child_text(response.first, "SubscriptionId", arena);
		ok = !text_empty(id) && strlen(id) <= EWS_SUBSCRIPTION_ID_MAX;
		if (ok)
			*ret = id;
		else
			err_set(err, ERR_PROTOCOL, "exchange's answer lacks the subscription's id");
	}
	ews_response_release(&response);
	return ok;
}

void ews_unsubscribe_write(struct buf *b, const char *impersonate, const char *subscription)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b, "<m:Unsubscribe><m:SubscriptionId>");
	ews_text(b, subscription);
	buf_adds(b, "</m:SubscriptionId></m:Unsubscribe>");
	ews_envelope_end(b);
}

void ews_stream_write(struct buf *b, const char *impersonate, const char *subscription)
{
	ews_envelope_begin(b, impersonate);
	buf_adds(b, "<m:GetStreamingEvents><m:SubscriptionIds><t:SubscriptionId>");
	ews_text(b, subscription);
	buf_addf(b,
		"</t:SubscriptionId></m:SubscriptionIds><m:ConnectionTimeout>%d"
		"</m:ConnectionTimeout></m:GetStreamingEvents>",
		EWS_STREAM_MINUTES);
	ews_envelope_end(b);
}

/* Where in the markup the next byte stands. Only so much of XML as is needed to know where the root
 * element ends: '<' and '>' in attribute values, comments, CDATA and processing instructions do not
 * count. Bytes of UTF-8 sequences are never taken for markup. */
enum where { TEXT, TAG, START, VALUE, END, INSTRUCTION, BANG, COMMENT, CDATA };

void ews_stream_init(struct ews_stream *s)
{
	*s = (struct ews_stream){ 0 };
	buf_init(&s->doc, EWS_STREAM_DOC_MAX);
}

void ews_stream_release(struct ews_stream *s)
{
	buf_release(&s->doc);
}

void ews_stream_reset(struct ews_stream *s)
{
	struct buf doc = s->doc;
	buf_reset(&doc);
	*s = (struct ews_stream){ .doc = doc };
}

static void go(struct ews_stream *s, enum where where)
{
	s->where = where;
	s->last[0] = s->last[1] = 0;
}

static bool step_tag(struct ews_stream *s, char c)
{
	switch (c) {
	case '?': go(s, INSTRUCTION); break;
	case '!': go(s, BANG); break;
	case '/': go(s, END); break;
	default: go(s, START); break;
	}
	return true;
}

static void step_start(struct ews_stream *s, char c)
{
	if (c == '"' || c == '\'') {
		s->quote = c;
		s->where = VALUE;
	} else if (c == '>') {
		s->depth += s->last[1] != '/';
		go(s, TEXT);
	}
}

/* One byte of a document; false when it cannot be one. */
static bool step(struct ews_stream *s, char c)
{
	bool ends = c == '>';
	switch ((enum where)s->where) {
	case TEXT:
		if (c == '<')
			go(s, TAG);
		return true;
	case TAG: return step_tag(s, c);
	case VALUE:
		if (c == s->quote)
			s->where = START;
		break;
	case START: step_start(s, c); break;
	case END:
		if (ends) {
			s->depth--;
			go(s, TEXT);
		}
		break;
	case INSTRUCTION:
		if (ends && s->last[1] == '?')
			go(s, TEXT);
		break;
	case BANG:
		if (c != '-' && c != '[') /* a DOCTYPE */
			return false;
		go(s, c == '-' ? COMMENT : CDATA);
		return true;
	case COMMENT:
		if (ends && s->last[0] == '-' && s->last[1] == '-')
			go(s, TEXT);
		break;
	case CDATA:
		if (ends && s->last[0] == ']' && s->last[1] == ']')
			go(s, TEXT);
		break;
	}
	s->last[0] = s->last[1];
	s->last[1] = c;
	return s->depth >= 0;
}

/* After the byte just seen: is the root element closed? It is when a tag ended at depth 0. */
static bool is_whole(const struct ews_stream *s, enum where before)
{
	return s->where == TEXT && !s->depth && (before == START || before == END);
}

static bool is_padding(char c)
{
	return strchr(" \t\r\n\xef\xbb\xbf", c) != NULL; /* white space, NUL, byte order mark */
}

static bool too_long(struct err *err)
{
	return err_set(err, ERR_LIMIT, "exchange's notification is larger than %d bytes",
		EWS_STREAM_DOC_MAX);
}

bool ews_stream_feed(struct ews_stream *s, const char *bytes, size_t len, ews_envelope_fn *fn,
	void *arg, struct err *err)
{
	size_t run = 0; /* where the bytes not yet in s->doc begin */
	for (size_t i = 0; i < len; i++) {
		if (!s->in_doc && is_padding(bytes[i]))
			continue;
		if (!s->in_doc) {
			s->in_doc = true;
			run = i;
			if (bytes[i] != '<')
				return err_set(
					err, ERR_PROTOCOL, "exchange's notifications are no XML");
		}
		enum where before = (enum where)s->where;
		if (!step(s, bytes[i]))
			return err_set(err, ERR_PROTOCOL,
				"exchange's notifications are not well-formed XML");
		if (!is_whole(s, before))
			continue;
		buf_add(&s->doc, bytes + run, i + 1 - run);
		if (s->doc.overflow)
			return too_long(err);
		fn(s->doc.data, s->doc.len, arg);
		ews_stream_reset(s);
	}
	if (s->in_doc)
		buf_add(&s->doc, bytes + run, len - run);
	return !s->doc.overflow || too_long(err);
}

static bool is_our_departure(const xml_node *event, struct buf *inbox, struct arena *arena)
{
	const xml_node *old = xml_child(event, "OldParentFolderId");
	return old && inbox->len && text_equal(xml_attribute(old, "Id", arena), inbox->data);
}

static void learn_inbox(const xml_node *event, struct buf *inbox, struct arena *arena)
{
	const xml_node *parent = xml_child(event, "ParentFolderId");
	const char *id = parent ? xml_attribute(parent, "Id", arena) : NULL;
	if (!id || inbox->len)
		return;
	buf_adds(inbox, id);
	if (inbox->overflow)
		buf_reset(inbox);
}

/* An event about an item; events about the folder itself (its counts) carry a FolderId. */
static bool is_news(const xml_node *event, struct buf *inbox, struct arena *arena)
{
	const char *name = xml_name(event);
	if (!text_ends_with(name, "Event") || text_equal(name, "StatusEvent") ||
		!xml_child(event, "ItemId"))
		return false;
	if (text_equal(name, "MovedEvent"))
		return !is_our_departure(event, inbox, arena);
	if (text_equal(name, "NewMailEvent") || text_equal(name, "CreatedEvent"))
		learn_inbox(event, inbox, arena);
	return true;
}

static void read_message(
	const xml_node *message, struct buf *inbox, struct arena *arena, struct ews_notice *notice)
{
	const xml_node *n = xml_path(message, "Notifications/Notification");
	for (; n; n = xml_next(n, "Notification"))
		for (const xml_node *e = xml_child(n, NULL); e; e = xml_next(e, NULL))
			notice->news |= is_news(e, inbox, arena);
	notice->closed |= text_equal(xml_child_text(message, "ConnectionStatus", arena), "Closed");
}

bool ews_notice_read(
	const char *bytes, size_t len, struct buf *inbox, struct ews_notice *ret, struct err *err)
{
	const struct ews_reply reply = { 200, "text/xml", -1, bytes, len };
	struct ews_response response;
	if (!ews_response_read(&reply, "GetStreamingEvents", &response, err))
		return false;
	struct arena arena;
	arena_init(&arena);
	struct ews_notice notice = { 0 };
	bool ok = true;
	for (const xml_node *m = response.first; m && ok; m = xml_next(m, NULL)) {
		ok = ews_message_ok(m, err);
		if (ok && xml_child(m, "ErrorSubscriptionIds"))
			ok = err_set(err, ERR_NOT_FOUND,
				"exchange does not know the notification subscription any more");
		if (ok)
			read_message(m, inbox, &arena, &notice);
	}
	arena_release(&arena);
	ews_response_release(&response);
	if (ok)
		*ret = notice;
	return ok;
}
