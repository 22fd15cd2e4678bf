#include "api/client_events.h"
#include "base/buf.h"
#include "wire/json.h"

enum { EVENT_MAX = 1 << 20 }; /* bytes written at once: a sync of the fullest room */

static const char *service_type(const struct seat *seat)
{
	return seat->waiting ? "waiting_room" : seat->service_type;
}

/* Everything a client may look for is said, also what never changes without media. */
static json_t *participant(const struct seat *seat)
{
	return json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:i, s:i, s:b, s:b, s:s, s:s, s:s, s:s, "
		"s:s, s:s, s:s, s:s, s:s, s:s}",
		"uuid", seat->uuid, "display_name", seat->display_name, "overlay_text",
		seat->display_name, "role", seat->host ? "chair" : "guest", "service_type",
		service_type(seat), "protocol", "api", "call_direction", "in", "start_time",
		(json_int_t)seat->joined_at, "buzz_time", 0, "spotlight", 0, "has_media", 0,
		"is_external", 0, "uri", "", "is_muted", "NO", "is_presenting", "NO",
		"is_audio_only_call", "NO", "is_video_call", "NO", "mute_supported", "NO",
		"transfer_supported", "NO", "disconnect_supported", "NO", "fecc_supported", "NO",
		"rx_presentation_policy", "ALLOW");
}

/* Takes data over; NULL stands for null. */
static void add_event(struct buf *b, const char *name, json_t *data)
{
	buf_addf(b, "event: %s\ndata: ", name);
	if (data)
		json_write(b, data);
	else
		buf_adds(b, "null");
	buf_adds(b, "\n\n");
	json_decref(data);
}

static void add_participant(const struct seat *seat, void *arg)
{
	add_event(arg, "participant_create", participant(seat));
}

static void add_room(struct buf *b, const struct seat *seat)
{
	add_event(b, "participant_sync_begin", NULL);
	seats_each(seat, add_participant, b);
	add_event(b, "participant_sync_end", NULL);
	add_event(b, "conference_update",
		json_pack("{s:b, s:b, s:b, s:b, s:b}", "locked", 0, "started", !seat->waiting,
			"guests_muted", 0, "all_muted", 0, "direct_media", 0));
}

/* A client that does not read its events is cut off; it comes back and gets the room anew. */
static void send(struct seat *to, struct buf *b)
{
	struct http_request *req = to->listener;
	if (b->overflow || !http_stream_write(req, b->data, b->len)) {
		to->listener = NULL;
		http_stream_end(req);
	}
}

static void forget_stream(void *arg)
{
	struct seat *seat = arg;
	seat->listener = NULL;
}

void client_events_open(struct seat *seat, struct http_request *req)
{
	struct buf b;
	if (seat->listener)
		http_stream_end(seat->listener);
	seat->listener = req;
	http_set_header(
		req, "X-Accel-Buffering", "no"); /* nginx in between must not hold it back */
	http_stream_start(req, 200, "text/event-stream; charset=utf-8");
	http_request_on_close(req, forget_stream, seat);
	buf_init(&b, EVENT_MAX);
	add_room(&b, seat);
	send(seat, &b);
	buf_release(&b);
}

void client_events_tell(
	struct seat *to, enum seats_event event, const struct seat *about, const char *reason)
{
	struct buf b;
	buf_init(&b, EVENT_MAX);
	switch (event) {
	case SEATS_ADMITTED:
		add_event(&b, "participant_update", participant(about));
		add_room(&b, to);
		break;
	case SEATS_JOINED: add_event(&b, "participant_create", participant(about)); break;
	case SEATS_LEFT:
		add_event(&b, "participant_delete", json_pack("{s:s}", "uuid", about->uuid));
		break;
	case SEATS_ENDED:
		if (reason)
			add_event(&b, "disconnect", json_pack("{s:s}", "reason", reason));
		break;
	}
	if (b.len)
		send(to, &b);
	if (event == SEATS_ENDED && to->listener) {
		struct http_request *req = to->listener;
		to->listener = NULL;
		http_stream_end(req);
	}
	buf_release(&b);
}

void client_events_keep_alive(struct seat *seat)
{
	struct buf b;
	buf_init(&b, EVENT_MAX);
	buf_adds(&b, ":\n\n");
	send(seat, &b);
	buf_release(&b);
}
