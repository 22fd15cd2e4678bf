/*
 * Subscribe, Unsubscribe, GetEvents, GetStreamingEvents.
 */
#include "base/text.h"
#include "events.h"
#include "markup.h"
#include "operations.h"
#include "streams.h"

static bool read_kinds(struct call *call, const xml_node *request, unsigned *ret)
{
	const xml_node *type = xml_child(xml_child(request, "EventTypes"), "EventType");

	*ret = 0;
	for (; type; type = xml_next(type, "EventType")) {
		const char *name = xml_text(type, call->arena);
		unsigned kind = event_kind_by_name(name);
		if (!kind)
			return soap_malformed(call, "'%s' is no EventType", name);
		*ret |= kind;
	}
	return *ret ? true : soap_malformed(call, "the subscription has no EventTypes");
}

static bool read_folders(struct call *call, const xml_node *request, struct folder **ret,
	size_t *ret_count, struct refusal *r)
{
	const char *all = xml_attribute(request, "SubscribeToAllFolders", call->arena);
	const xml_node *id = xml_child(xml_child(request, "FolderIds"), NULL);
	bool everything = text_equal_nocase(all, "true") || text_equal(all, "1");

	*ret_count = 0;
	if (everything != (id == NULL))
		return refuse(r, "ErrorInvalidSubscriptionRequest",
			"Either FolderIds or SubscribeToAllFolders must be given.");
	for (; id; id = xml_next(id, NULL)) {
		if (*ret_count == SUBSCRIPTION_FOLDERS_MAX)
			return refuse(r, "ErrorInvalidSubscriptionRequest", "More than %d folders.",
				SUBSCRIPTION_FOLDERS_MAX);
		if (!soap_folder(call, id, &ret[*ret_count], r))
			return false;
		(*ret_count)++;
	}
	return true;
}

static bool subscribe(
	struct call *call, const xml_node *request, struct subscription **ret, struct refusal *r)
{
	struct folder *folders[SUBSCRIPTION_FOLDERS_MAX];
	bool streaming = text_equal(xml_name(request), "StreamingSubscriptionRequest");
	const char *timeout = xml_child_text(request, "Timeout", call->arena);
	int64_t minutes = 0;
	unsigned kinds;
	size_t count;

	if (!streaming && !text_equal(xml_name(request), "PullSubscriptionRequest"))
		return refuse(r, "ErrorInvalidSubscriptionRequest",
			"Push subscriptions are not served here.");
	if (!streaming &&
		(!timeout || !text_to_int64(timeout, &minutes) || minutes < 1 || minutes > 1440))
		return soap_malformed(
			call, "Timeout is '%s'; it must be 1..1440", timeout ? timeout : "");
	if (!read_kinds(call, request, &kinds) || !read_folders(call, request, folders, &count, r))
		return false;
	*ret = subscription_new(call->org->events, call->mailbox, folders, count, kinds, streaming,
		(int)minutes * 60);
	return *ret ||
		refuse(r, "ErrorExceededSubscriptionCount",
			"You have exceeded the available subscriptions for your account.");
}

void op_subscribe(struct call *call)
{
	static const char op[] = "Subscribe";
	const xml_node *request = xml_child(call->op, NULL);
	struct subscription *s = NULL;
	struct refusal r;

	if (!soap_need_mailbox(call))
		return;
	if (!request) {
		soap_malformed(call, "'Subscribe' is empty");
		return;
	}
	bool ok = subscribe(call, request, &s, &r);
	if (call->status != 200)
		return;
	reply_begin(call, op);
	if (ok) {
		reply_ok(call, op);
		buf_addf(&call->out, "<m:SubscriptionId>%s</m:SubscriptionId>", subscription_id(s));
		if (!subscription_is_streaming(s)) {
			buf_adds(&call->out, "<m:Watermark>");
			subscription_watermark(s, &call->out);
			buf_adds(&call->out, "</m:Watermark>");
		}
		reply_end_message(call, op);
	} else {
		reply_refusal(call, op, &r, NULL);
	}
	reply_end(call, op);
}

static bool find(struct call *call, const char *id, bool streaming, struct subscription **ret,
	struct refusal *r)
{
	struct subscription *s = id ? subscription_find(call->org->events, id) : NULL;

	if (!s)
		return refuse(r, "ErrorSubscriptionNotFound", "Subscription is not found.");
	if (subscription_mailbox(s) != call->mailbox)
		return refuse(r, "ErrorSubscriptionAccessDenied",
			"You are not the owner of the subscription.");
	if (streaming != subscription_is_streaming(s))
		return refuse(r, "ErrorInvalidSubscription", "The subscription is invalid.");
	*ret = s;
	return true;
}

void op_unsubscribe(struct call *call)
{
	static const char op[] = "Unsubscribe";
	const char *id = xml_child_text(call->op, "SubscriptionId", call->arena);
	struct subscription *s = NULL;
	struct refusal r;

	if (!soap_need_mailbox(call))
		return;
	reply_begin(call, op);
	if (find(call, id, false, &s, &r) || find(call, id, true, &s, &r)) {
		subscription_free(call->org->events, s);
		reply_ok(call, op);
		reply_end_message(call, op);
	} else {
		reply_refusal(call, op, &r, NULL);
	}
	reply_end(call, op);
}

void op_get_events(struct call *call)
{
	static const char op[] = "GetEvents";
	const char *id = xml_child_text(call->op, "SubscriptionId", call->arena);
	const char *watermark = xml_child_text(call->op, "Watermark", call->arena);
	struct subscription *s = NULL;
	struct refusal r;
	struct buf events;

	if (!soap_need_mailbox(call))
		return;
	buf_init(&events, SOAP_ANSWER_MAX);
	bool ok = find(call, id, false, &s, &r);
	if (ok && !subscription_fetch(s, watermark ? watermark : "", &events))
		ok = refuse(&r, "ErrorInvalidWatermark", "The watermark is invalid.");
	reply_begin(call, op);
	if (ok) {
		reply_ok(call, op);
		buf_adds(&call->out, "<m:Notification>");
		buf_add(&call->out, events.data, events.len);
		buf_adds(&call->out, "</m:Notification>");
		reply_end_message(call, op);
	} else {
		reply_refusal(call, op, &r, NULL);
	}
	reply_end(call, op);
	buf_release(&events);
}

/* All subscriptions of the request, or the list of those that are no good. */
static bool find_all(
	struct call *call, const char **ids, size_t *ret_count, struct buf *bad, struct refusal *r)
{
	const xml_node *id = xml_child(xml_child(call->op, "SubscriptionIds"), "SubscriptionId");
	struct subscription *s = NULL;

	for (*ret_count = 0; id; id = xml_next(id, "SubscriptionId")) {
		if (*ret_count == STREAM_SUBSCRIPTIONS_MAX)
			return soap_malformed(
				call, "more than %d SubscriptionIds", STREAM_SUBSCRIPTIONS_MAX);
		ids[*ret_count] = xml_text(id, call->arena);
		if (find(call, ids[(*ret_count)++], true, &s, r))
			continue;
		buf_adds(bad, "<m:SubscriptionId>");
		markup_text(bad, ids[*ret_count - 1]);
		buf_adds(bad, "</m:SubscriptionId>");
	}
	return *ret_count > 0 || soap_malformed(call, "'GetStreamingEvents' names no subscription");
}

void op_get_streaming_events(struct call *call)
{
	static const char op[] = "GetStreamingEvents";
	const char *timeout = xml_child_text(call->op, "ConnectionTimeout", call->arena);
	const char *ids[STREAM_SUBSCRIPTIONS_MAX];
	int64_t minutes;
	struct refusal r;
	struct buf bad;
	size_t count;

	if (!soap_need_mailbox(call))
		return;
	if (!timeout || !text_to_int64(timeout, &minutes) || minutes < 1 ||
		minutes > STREAM_MINUTES_MAX) {
		soap_malformed(call, "ConnectionTimeout is '%s'; it must be 1..%d",
			timeout ? timeout : "", STREAM_MINUTES_MAX);
		return;
	}
	buf_init(&bad, 64 << 10);
	if (!find_all(call, ids, &count, &bad, &r)) {
		buf_release(&bad);
		return;
	}
	bool crowded = streams_count(call->streams, call->mailbox) >= STREAMS_PER_MAILBOX;
	if (!bad.len && !crowded) {
		call->taken = true;
		streams_open(call->streams, call->http, call->mailbox, ids, count, minutes);
	} else {
		if (!bad.len)
			refuse(&r, "ErrorExceededConnectionCount",
				"You have exceeded the available concurrent connections for your "
				"account.");
		reply_begin(call, op);
		reply_refusal(call, op, &r,
			bad.len ? arena_printf(call->arena,
					  "<m:ErrorSubscriptionIds>%s</m:ErrorSubscriptionIds>",
					  bad.data)
				: NULL);
		reply_end(call, op);
	}
	buf_release(&bad);
}
