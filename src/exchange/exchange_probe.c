/*
 * exchange-probe: the driver's verbs one by one, for tests that need a real driver and no service.
 *
 *	exchange-probe URL MAILBOX USER PASSWORD CA-FILE TIMEOUT-MS [direct]
 *
 * One JSON object a line on stdin, {"verb": "sync", ...}, gives one line on stdout: {"ok": true, ...}
 * or {"ok": false, "code": "busy", "retry_after_ms": 100, "text": "..."}. The session lives until
 * stdin ends.
 */
#include "base/text.h"
#include "exchange/ews.h"
#include "exchange/exchange.h"
#include "model/recurrence.h"
#include "wire/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_BYTES = 64 << 20, CA_MAX = 1 << 20 };

static const char *text_of(const json_t *call, const char *key)
{
	const char *text = json_text(call, key);
	return text ? text : "";
}

static int64_t time_of(const json_t *call, const char *key)
{
	const json_t *value = json_object_get(call, key);
	return json_is_integer(value) ? json_integer_value(value) : MEETING_NO_TIME;
}

static json_t *time_json(int64_t at)
{
	return at == MEETING_NO_TIME ? json_null() : json_integer(at);
}

static json_t *failure(const struct err *err)
{
	return json_pack("{s:b, s:s, s:I, s:s}", "ok", 0, "code", err_code_name(err->code),
		"retry_after_ms", (json_int_t)err->retry_after_ms, "text", err->text);
}

static json_t *result_json(const struct exchange_result *r)
{
	return r->ok ? json_pack("{s:b}", "ok", 1) : failure(&r->err);
}

/* The rule, zone and exceptions of a series, as series-run takes them. */
static json_t *series_json(const struct meeting *m)
{
	struct buf rule;
	json_t *exceptions = json_array();
	buf_init(&rule, RECURRENCE_TEXT_MAX);
	recurrence_format(m->recurrence, &rule);
	for (size_t i = 0; i < m->n_exceptions; i++) {
		const struct meeting_exception *e = &m->exceptions[i];
		json_array_append_new(exceptions,
			json_pack("[I, I, I, b]", (json_int_t)e->original_start,
				(json_int_t)e->start, (json_int_t)e->end, e->deleted));
	}
	json_t *series = json_pack("{s:s, s:s, s:o, s:b}", "rule", rule.data, "zone", m->zone,
		"exceptions", exceptions, "all_day", m->all_day);
	buf_release(&rule);
	return series;
}

static json_t *meeting_json(const struct meeting *m)
{
	static const char *const types[] = { "single", "occurrence", "exception", "series" };
	static const char *const responses[] = { "none", "accepted", "tentative", "declined" };
	return json_pack("{s:b, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:o}",
		"ok", 1, "type", types[m->type], "response", responses[m->response], "item_id",
		m->item_id, "change_key", m->change_key, "uid", m->uid, "subject", m->subject,
		"body", m->body, "start", time_json(m->start), "end", time_json(m->end),
		"recurrence_id", time_json(m->recurrence_id), "calendar_item", m->calendar_item,
		"cancelled", m->message == MEETING_CANCELLATION, "series",
		m->recurrence ? series_json(m) : json_null());
}

static json_t *run_sync(
	struct exchange *ex, const json_t *call, struct arena *arena, struct err *err)
{
	struct exchange_page page;
	if (!exchange_sync(ex, text_of(call, "state"), arena, &page, err))
		return NULL;
	json_t *changes = json_array();
	for (size_t i = 0; i < page.count; i++) {
		const struct exchange_change *c = &page.changes[i];
		json_array_append_new(changes,
			json_pack("{s:i, s:b, s:b, s:s, s:s?, s:o}", "kind", (int)c->kind,
				"meeting", c->meeting, "cancellation", c->cancellation, "item_id",
				c->item_id, "change_key", c->change_key, "start",
				time_json(c->start)));
	}
	return json_pack("{s:b, s:o, s:s, s:b}", "ok", 1, "changes", changes, "state",
		page.sync_state, "last", page.last);
}

static json_t *batch_json(
	const struct exchange_result *results, const struct meeting *meetings, size_t count)
{
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list,
			results[i].ok && meetings ? meeting_json(&meetings[i])
						  : result_json(&results[i]));
	return json_pack("{s:b, s:o}", "ok", 1, "results", list);
}

static json_t *run_fetch(
	struct exchange *ex, const json_t *call, struct arena *arena, struct err *err)
{
	const json_t *ids = json_object_get(call, "ids");
	size_t count = json_array_size(ids);
	struct exchange_change *items = arena_array(arena, count, sizeof(*items));
	struct meeting *meetings = arena_array(arena, count, sizeof(*meetings));
	struct exchange_result *results = arena_array(arena, count, sizeof(*results));
	for (size_t i = 0; i < count; i++)
		items[i].item_id = json_string_value(json_array_get(ids, i));
	return exchange_fetch(ex, items, count, arena, meetings, results, err)
		? batch_json(results, meetings, count)
		: NULL;
}

/* answer (verdict, text), remove or discard of ids */
static json_t *run_answer(
	struct exchange *ex, const json_t *call, struct arena *arena, struct err *err)
{
	const json_t *ids = json_object_get(call, "ids"), *keys = json_object_get(call, "keys");
	const char *verb = text_of(call, "verb");
	size_t count = json_array_size(ids);
	const char **texts = arena_array(arena, count, sizeof(*texts));
	const char **key_texts = arena_array(arena, count, sizeof(*key_texts));
	struct exchange_answer *answers = arena_array(arena, count, sizeof(*answers));
	struct exchange_result *results = arena_array(arena, count, sizeof(*results));
	bool decline = text_equal(text_of(call, "verdict"), "decline");
	for (size_t i = 0; i < count; i++) {
		texts[i] = json_string_value(json_array_get(ids, i));
		key_texts[i] = json_string_value(json_array_get(keys, i));
		answers[i] = (struct exchange_answer){ decline ? EXCHANGE_DECLINE : EXCHANGE_ACCEPT,
			texts[i], key_texts[i], text_of(call, "text") };
	}
	bool ok = text_equal(verb, "answer") ? exchange_answer(ex, answers, count, results, err)
		: text_equal(verb, "remove")
		? exchange_remove(ex, texts, key_texts, count, results, err)
		: exchange_discard(ex, texts, count, results, err);
	return ok ? batch_json(results, NULL, count) : NULL;
}

static bool seen_before(const struct exchange_view *view, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (text_equal(view->entries[k].uid, view->entries[i].uid))
			return true;
	return false;
}

/* fetch: true, the meetings behind the entries too; "series", behind the first of each UID */
static json_t *run_view(
	struct exchange *ex, const json_t *call, struct arena *arena, struct err *err)
{
	struct exchange_view view;
	struct meeting meeting;
	struct exchange_result result;
	bool fetch = json_is_true(json_object_get(call, "fetch")),
	     once = text_equal(text_of(call, "fetch"), "series");
	if (!exchange_view(ex, time_of(call, "from"), time_of(call, "until"), arena, &view, err))
		return NULL;
	json_t *entries = json_array();
	for (size_t i = 0; i < view.count; i++) {
		const struct exchange_entry *e = &view.entries[i];
		json_t *entry = json_pack("{s:s, s:s, s:i, s:o, s:o, s:o, s:b, s:i}", "item_id",
			e->item_id, "uid", e->uid, "type", (int)e->type, "original_start",
			time_json(e->original_start), "start", time_json(e->start), "end",
			time_json(e->end), "cancelled", e->cancelled, "response", (int)e->response);
		json_array_append_new(entries, entry);
		if (!fetch && !(once && !seen_before(&view, i)))
			continue;
		if (!exchange_fetch_entries(ex, e, 1, arena, &meeting, &result, err)) {
			json_decref(entries);
			return NULL;
		}
		json_object_set_new(entry, "meeting",
			result.ok ? meeting_json(&meeting) : result_json(&result));
	}
	return json_pack(
		"{s:b, s:o, s:I}", "ok", 1, "entries", entries, "until", (json_int_t)view.until);
}

static json_t *run_insert(
	struct exchange *ex, const json_t *call, struct arena *arena, struct err *err)
{
	(void)arena;
	const struct exchange_insertion in = {
		.organizer = text_of(call, "organizer"),
		.uid = text_of(call, "uid"),
		.start = time_of(call, "start"),
		.end = time_of(call, "end"),
		.original_start = time_of(call, "original_start"),
		.token = text_of(call, "token"),
		.placeholder = text_of(call, "placeholder"),
		.instructions = text_of(call, "instructions"),
		.marker = text_of(call, "marker"),
	};
	return exchange_insert(ex, &in, err) ? json_pack("{s:b}", "ok", 1) : NULL;
}

static json_t *run_note(
	struct exchange *ex, const json_t *call, struct arena *arena, struct err *err)
{
	const char *verb = text_of(call, "verb"), *name = text_of(call, "name"), *text;
	if (text_equal(verb, "note_read"))
		return exchange_note_read(ex, name, arena, &text, err)
			? json_pack("{s:b, s:s?}", "ok", 1, "text", text)
			: NULL;
	bool ok = text_equal(verb, "note_create")
		? exchange_note_create(ex, name, text_of(call, "text"), err)
		: text_equal(verb, "note_write")
		? exchange_note_write(ex, name, text_of(call, "text"), err)
		: exchange_note_remove(ex, name, err);
	return ok ? json_pack("{s:b}", "ok", 1) : NULL;
}

static json_t *run_processing(
	struct exchange *ex, const json_t *call, struct arena *arena, struct err *err)
{
	enum exchange_processing processing;
	(void)call, (void)arena;
	return exchange_processing(ex, &processing, err)
		? json_pack("{s:b, s:i}", "ok", 1, "processing", (int)processing)
		: NULL;
}

static json_t *run_wait(
	struct exchange *ex, const json_t *call, struct arena *arena, struct err *err)
{
	bool news, streaming;
	(void)arena;
	return exchange_wait(ex, (long)time_of(call, "timeout_ms"), (long)time_of(call, "poll_ms"),
		       &news, &streaming, err)
		? json_pack("{s:b, s:b, s:b, s:s, s:s}", "ok", 1, "news", news, "streaming",
			  streaming, "state", exchange_state(ex), "trouble", exchange_trouble(ex))
		: NULL;
}

static const struct {
	const char *verb;
	json_t *(*run)(
		struct exchange *ex, const json_t *call, struct arena *arena, struct err *err);
} verbs[] = {
	{ "sync", run_sync },
	{ "fetch", run_fetch },
	{ "answer", run_answer },
	{ "remove", run_answer },
	{ "discard", run_answer },
	{ "view", run_view },
	{ "insert", run_insert },
	{ "note_read", run_note },
	{ "note_create", run_note },
	{ "note_write", run_note },
	{ "note_remove", run_note },
	{ "processing", run_processing },
	{ "wait", run_wait },
};

static json_t *run(struct exchange *ex, const char *line, struct arena *arena, struct err *err)
{
	json_t *call, *answer = NULL;
	size_t i = 0;
	if (!json_parse(line, strlen(line), &call, err))
		return NULL;
	while (i < sizeof(verbs) / sizeof(*verbs) &&
		!text_equal(verbs[i].verb, text_of(call, "verb")))
		i++;
	if (i < sizeof(verbs) / sizeof(*verbs))
		answer = verbs[i].run(ex, call, arena, err);
	else
		err_set(err, ERR_INVALID, "there is no such verb");
	json_decref(call);
	return answer;
}

static void serve(struct exchange *ex)
{
	char *line = NULL;
	size_t size = 0;
	struct arena arena;
	arena_init(&arena);
	while (getline(&line, &size, stdin) > 0) {
		struct err err = { 0 };
		struct buf b;
		json_t *answer = run(ex, line, &arena, &err);
		if (!answer)
			answer = failure(&err);
		json_object_set_new(
			answer, "requests", json_integer((json_int_t)exchange_requests(ex)));
		buf_init(&b, LINE_MAX_BYTES);
		json_write(&b, answer);
		puts(b.data);
		fflush(stdout);
		buf_release(&b);
		json_decref(answer);
		arena_reset(&arena);
	}
	arena_release(&arena);
	free(line);
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, CA_MAX);
	if (!text)
		abort();
	if (f) {
		text[fread(text, 1, CA_MAX - 1, f)] = '\0';
		fclose(f);
	}
	return text;
}

int main(int argc, char **argv)
{
	struct exchange *ex;
	struct err err;
	if (argc < 7) {
		fputs("usage: exchange-probe URL MAILBOX USER PASSWORD CA-FILE TIMEOUT-MS "
		      "[direct]\n",
			stderr);
		return 2;
	}
	char *ca = read_file(argv[5]);
	const struct exchange_settings settings = { argv[1], argv[2], argv[3], argv[4],
		*ca ? ca : NULL, argc > 7, strtol(argv[6], NULL, 10) };
	bool ok = exchange_open(&exchange_ews, &settings, &ex, &err);
	if (ok) {
		serve(ex);
		exchange_close(&ex);
	} else {
		fprintf(stderr, "exchange-probe: %s\n", err.text);
	}
	free(ca);
	return ok ? 0 : 1;
}
