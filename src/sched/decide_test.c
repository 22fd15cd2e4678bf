/* Runs every test/decide/<behaviour>.case; their form is described in test/decide/README.md. */
#include "base/arena.h"
#include "base/iso8601.h"
#include "base/text.h"
#include "sched/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIASES_MAX = 8, CASES_MIN = 20 };

struct scenario {
	struct arena arena;
	struct meeting m;
	struct facts facts;
	struct known_meeting known, occurrence, series;
	struct {
		const char *uuid;
		enum alias_state state;
	} aliases[ALIASES_MAX];
	size_t n_aliases;
	int64_t now;
	const char *room, *reply, *text, *seen, *reason, *instructions;
};

static int64_t instant(const char *text)
{
	int64_t at;
	if (!iso8601_parse(text, &at))
		fail_msg("'%s' is no RFC 3339 time", text);
	return at;
}

static enum alias_state state_by_name(const char *name)
{
	static const struct {
		const char *name;
		enum alias_state state;
	} states[] = { { "free", ALIAS_FREE }, { "ours", ALIAS_OURS },
		{ "bound_elsewhere", ALIAS_BOUND_ELSEWHERE },
		{ "room_deleted", ALIAS_ROOM_DELETED }, { "text_taken", ALIAS_TEXT_TAKEN },
		{ "promised", ALIAS_PROMISED }, { "continued", ALIAS_CONTINUED },
		{ "resting", ALIAS_RESTING }, { "lost", ALIAS_LOST } };
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (strcmp(name, states[i].name) == 0)
			return states[i].state;
	fail_msg("unknown alias state '%s'", name);
	return ALIAS_ABSENT;
}

static bool lookup(const struct marker *marker, enum alias_state *ret_state, int64_t *ret_id,
	void *arg, struct err *err)
{
	(void)err;
	struct scenario *s = arg;
	bool sealed = marker->kind == MARKER_TOKEN;
	const char *name = sealed ? "token" : marker->uuid;
	*ret_state = sealed ? ALIAS_ABSENT : ALIAS_UNKNOWN;
	*ret_id = 0;
	for (size_t i = 0; i < s->n_aliases; i++)
		if (strcmp(s->aliases[i].uuid, name) == 0) {
			*ret_state = s->aliases[i].state;
			*ret_id = (int64_t)i + 1;
		}
	return true;
}

static int64_t sequence(const char *text)
{
	return strcmp(text, "none") == 0 ? MEETING_NO_SEQUENCE : atoi(text);
}

static void read_alias(struct scenario *s, char *value)
{
	assert_true(s->n_aliases < ALIASES_MAX);
	char *state = strchr(value, ' ');
	assert_non_null(state);
	*state++ = '\0';
	s->aliases[s->n_aliases].uuid = value;
	s->aliases[s->n_aliases++].state = state_by_name(state);
}

static void read_known(struct scenario *s, struct known_meeting *known, char *value)
{
	*known = (struct known_meeting){ .has_room = true,
		.stamp = MEETING_NO_TIME,
		.start = s->m.start,
		.end = s->m.end,
		.organizer_email = s->m.organizer_email,
		.subject = s->m.subject };
	for (char *save, *word = strtok_r(value, " ", &save); word;
		word = strtok_r(NULL, " ", &save)) {
		char *v = strchr(word, '=');
		assert_non_null(v);
		*v++ = '\0';
		if (strcmp(word, "sequence") == 0)
			known->sequence = sequence(v);
		else if (strcmp(word, "stamp") == 0)
			known->stamp = instant(v);
		else if (strcmp(word, "update") == 0)
			known->update = strcmp(v, "yes") == 0;
		else if (strcmp(word, "series") == 0)
			known->series = strcmp(v, "yes") == 0;
		else if (strcmp(word, "own_update") == 0)
			known->own_update = strcmp(v, "yes") == 0;
		else if (strcmp(word, "cancelled") == 0)
			known->cancelled = strcmp(v, "yes") == 0;
		else if (strcmp(word, "start") == 0)
			known->start = instant(v);
		else if (strcmp(word, "end") == 0)
			known->end = instant(v);
		else if (strcmp(word, "organizer") == 0)
			known->organizer_email = v;
		else if (strcmp(word, "subject") == 0)
			known->subject = v;
		else if (strcmp(word, "room") == 0)
			known->has_room = strcmp(v, "yes") == 0;
		else
			fail_msg("unknown word '%s' after known", word);
	}
}

static enum without_addin without_addin_by_name(const char *name)
{
	return strcmp(name, "insert") == 0    ? WITHOUT_ADDIN_INSERT
		: strcmp(name, "answer") == 0 ? WITHOUT_ADDIN_ANSWER
					      : WITHOUT_ADDIN_DECLINE;
}

static enum meeting_response response_by_name(const char *name)
{
	return strcmp(name, "accepted") == 0     ? RESPONSE_ACCEPTED
		: strcmp(name, "tentative") == 0 ? RESPONSE_TENTATIVE
						 : RESPONSE_NONE;
}

static enum meeting_type type_by_name(const char *name)
{
	static const char *const names[] = { [MEETING_SINGLE] = "single",
		[MEETING_OCCURRENCE] = "occurrence",
		[MEETING_EXCEPTION] = "exception",
		[MEETING_SERIES] = "series" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum meeting_type)i;
	fail_msg("unknown type '%s'", name);
	return MEETING_SINGLE;
}

static void read_line(struct scenario *s, char *line)
{
	char *value = strchr(line, ' ');
	if (value)
		*value++ = '\0';
	else
		value = line + strlen(line);
	const struct {
		const char *key;
		const char **text;
		int64_t *at;
	} plain[] = { { "uid", &s->m.uid, NULL }, { "organizer", &s->m.organizer_email, NULL },
		{ "subject", &s->m.subject, NULL }, { "body", &s->m.body, NULL },
		{ "room", &s->room, NULL }, { "reply", &s->reply, NULL },
		{ "text", &s->text, NULL }, { "seen", &s->seen, NULL },
		{ "reason", &s->reason, NULL }, { "series_error", &s->facts.series_error, NULL },
		{ "instructions", &s->instructions, NULL }, { "now", NULL, &s->now },
		{ "stamp", NULL, &s->m.stamp }, { "start", NULL, &s->m.start },
		{ "end", NULL, &s->m.end } };
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (strcmp(line, plain[i].key) == 0) {
			if (plain[i].text)
				*plain[i].text = value;
			else
				*plain[i].at = instant(value);
			return;
		}
	if (strcmp(line, "update") == 0) {
		s->m.update = true;
	} else if (strcmp(line, "html") == 0) {
		s->m.body = value;
		s->m.body_is_html = true;
	} else if (strcmp(line, "message") == 0) {
		s->m.message =
			strcmp(value, "request") == 0 ? MEETING_REQUEST : MEETING_CANCELLATION;
	} else if (strcmp(line, "type") == 0) {
		s->m.type = type_by_name(value);
	} else if (strcmp(line, "sequence") == 0) {
		s->m.sequence = sequence(value);
	} else if (strcmp(line, "out_of_date") == 0) {
		s->m.out_of_date = true;
	} else if (strcmp(line, "delegated") == 0) {
		s->m.delegated = true;
	} else if (strcmp(line, "alias") == 0) {
		read_alias(s, value);
	} else if (strcmp(line, "known") == 0) {
		read_known(s, &s->known, value);
		s->facts.known = &s->known;
	} else if (strcmp(line, "part") == 0) {
		s->facts.part = true;
	} else if (strcmp(line, "occurrence") == 0) {
		read_known(s, &s->occurrence, value);
		s->facts.occurrence = &s->occurrence;
	} else if (strcmp(line, "cancelled_series") == 0) {
		read_known(s, &s->series, value);
		s->facts.cancelled_series = &s->series;
	} else if (strcmp(line, "series_over") == 0) {
		s->facts.series_over = true;
	} else if (strcmp(line, "without_addin") == 0) {
		s->facts.without_addin = without_addin_by_name(value);
	} else if (strcmp(line, "revive") == 0) {
		s->facts.revive = true;
	} else if (strcmp(line, "calendar") == 0) {
		s->m.calendar_item = true;
		s->m.response = response_by_name(value);
	} else {
		fail_msg("unknown key '%s'", line);
	}
}

static void read_file(struct scenario *s, const char *path)
{
	char line[4096];
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line && *line != '#')
			read_line(s, arena_strdup(&s->arena, line));
	}
	fclose(f);
}

static void run_case(const char *path)
{
	struct scenario s = { .m = { .uid = "uid-1",
				      .organizer_email = "ann@example.org",
				      .subject = "Budget",
				      .location = "",
				      .organizer_name = "Ann",
				      .body = "",
				      .item_id = "i",
				      .change_key = "c",
				      .recurrence_id = MEETING_NO_TIME,
				      .stamp = MEETING_NO_TIME,
				      .type = MEETING_SINGLE } };
	struct plan plan;
	struct err err;
	print_message("%s\n", path);
	arena_init(&s.arena);
	read_file(&s, path);
	assert_true(facts_read_markers(&s.m, lookup, &s, &s.facts, &err));
	decide(&s.m, &s.facts, s.now, &plan);
	assert_non_null(s.room);
	assert_non_null(s.reply);
	assert_non_null(s.seen);
	assert_string_equal(room_step_name(plan.room), s.room);
	assert_string_equal(reply_step_name(plan.reply), s.reply);
	assert_string_equal(reply_text_field(plan.text), s.text ? s.text : "");
	assert_string_equal(plan.seen ? "yes" : "no", s.seen);
	assert_string_equal(
		plan.instructions ? "yes" : "no", s.instructions ? s.instructions : "no");
	if (s.reason)
		assert_string_equal(plan.reason, s.reason);
	arena_release(&s.arena);
}

static void every_case_file(void **state)
{
	(void)state;
	const char *root = getenv("SOURCE_ROOT");
	char pattern[4096];
	glob_t files;
	snprintf(pattern, sizeof(pattern), "%s/test/decide/*.case", root ? root : ".");
	assert_int_equal(glob(pattern, 0, NULL, &files), 0);
	assert_true(files.gl_pathc >= CASES_MIN);
	for (size_t i = 0; i < files.gl_pathc; i++)
		run_case(files.gl_pathv[i]);
	print_message("%zu cases\n", files.gl_pathc);
	globfree(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_case_file) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
