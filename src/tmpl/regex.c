#include "tmpl/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* PCRE2's objects are not arena memory; cx->regex lets a failure close them. */
struct regex {
	struct cx *cx;
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

/* A match may take TMPL_REGEX_MATCH_MAX turns inside PCRE2: its price in steps is set so that a
 * render's steps are used up in about a second. */
enum { REGEX_MATCHES_MAX = 10000, REGEX_STEPS = 50, REGEX_MATCH_STEPS = 200 };

void regex_close(struct regex *r)
{
	pcre2_match_data_free(r->match);
	pcre2_match_context_free(r->limits);
	pcre2_code_free(r->code);
	r->cx->regex = NULL;
}

static void regex_open(struct regex *r, struct cx *cx, struct val pattern, struct val text)
{
	int error;
	PCRE2_SIZE at;
	*r = (struct regex){ .cx = cx };
	arg_text(cx, pattern, "regular expression");
	if (pattern.len > TMPL_PATTERN_MAX)
		template_limit(
			cx, "a regular expression is longer than %d bytes", TMPL_PATTERN_MAX);
	charge(cx, REGEX_STEPS + pattern.len + text.len / 16);
	r->code = pcre2_compile((PCRE2_SPTR)pattern.text, pattern.len,
		PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
	if (r->code == NULL) {
		PCRE2_UCHAR message[128];
		pcre2_get_error_message(error, message, sizeof(message));
		template_fail(cx, "the regular expression is wrong at character %zu: %s", at + 1,
			(const char *)message);
	}
	r->match = pcre2_match_data_create_from_pattern(r->code, NULL);
	r->limits = pcre2_match_context_create(NULL);
	if (r->match == NULL || r->limits == NULL)
		abort();
	cx->regex = r;
	pcre2_set_match_limit(r->limits, TMPL_REGEX_MATCH_MAX);
	pcre2_set_depth_limit(r->limits, TMPL_REGEX_DEPTH_MAX);
	pcre2_set_heap_limit(r->limits, TMPL_REGEX_HEAP_KIB);
}

/* True with the match in r->match. */
static bool regex_next(struct regex *r, struct val text, size_t start, bool not_empty)
{
	charge(r->cx, REGEX_MATCH_STEPS);
	int rc = pcre2_match(r->code, (PCRE2_SPTR)text.text, text.len, start,
		PCRE2_NO_UTF_CHECK | (not_empty ? PCRE2_NOTEMPTY_ATSTART : 0), r->match, r->limits);
	if (rc > 0)
		return true;
	if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT ||
		rc == PCRE2_ERROR_HEAPLIMIT)
		template_limit(r->cx, "the regular expression takes too long on this text");
	if (rc != PCRE2_ERROR_NOMATCH)
		template_fail(r->cx, "the regular expression failed (PCRE2 error %d)", rc);
	return false;
}

bool regex_matches(struct cx *cx, struct val pattern, struct val text)
{
	struct regex r;
	regex_open(&r, cx, pattern, text);
	bool is = regex_next(&r, text, 0, false);
	regex_close(&r);
	return is;
}

struct span {
	size_t from, to;
};

/* Offsets of all matches: groups + 1 for each, the whole first. */
struct spans {
	struct span *list;
	uint32_t count, cap, groups;
};

static void push_match(struct regex *r, struct spans *s)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(r->match);
	uint32_t each = s->groups + 1;
	if ((s->count + 1) * each > REGEX_MATCHES_MAX)
		template_limit(r->cx, "the regular expression matches more than %u times",
			REGEX_MATCHES_MAX / each);
	if (s->count == s->cap) {
		uint32_t cap = s->cap ? s->cap * 2 : 4;
		struct span *list = mem(r->cx, cap * each * sizeof(*list));
		if (s->count > 0)
			memcpy(list, s->list, s->count * each * sizeof(*list));
		s->list = list;
		s->cap = cap;
	}
	for (uint32_t i = 0; i < each; i++)
		s->list[s->count * each + i] = (struct span){ at[2 * i], at[2 * i + 1] };
	s->count++;
}

struct val regex_search(struct cx *cx, struct val pattern, struct val text)
{
	struct regex r;
	regex_open(&r, cx, pattern, text);
	uint32_t groups = pcre2_get_ovector_count(r.match) - 1;
	struct list *l = list_new(cx, groups);
	bool found = regex_next(&r, text, 0, false);
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(r.match);
	for (uint32_t i = 1; found && i <= groups; i++) {
		bool took_part = at[2 * i] != PCRE2_UNSET;
		list_push(cx, l,
			took_part ? text_val(text.text + at[2 * i], at[2 * i + 1] - at[2 * i])
				  : none_val());
	}
	regex_close(&r);
	return found ? list_val(V_TUPLE, l) : none_val();
}

/* --- replacement --- */

static void add_group(struct cx *cx, struct sb *b, const struct span *groups, uint32_t count,
	int64_t group, struct val text)
{
	if (group < 0 || group > count)
		template_fail(cx, "the replacement names group %lld, which the expression has not",
			(long long)group);
	if (groups[group].from != PCRE2_UNSET)
		sb_add(cx, b, text.text + groups[group].from,
			groups[group].to - groups[group].from);
}

static int64_t named_group(struct cx *cx, const pcre2_code *code, struct val name)
{
	char copy[64];
	int64_t number;
	if (parse_int(cx, name, 10, &number))
		return number;
	if (name.len >= sizeof(copy))
		return -1;
	memcpy(copy, name.text, name.len);
	copy[name.len] = '\0';
	int group = pcre2_substring_number_from_name(code, (PCRE2_SPTR)copy);
	return group < 0 ? -1 : group;
}

/* What a replacement is made of: plain text, or a group. */
struct piece {
	struct val text;
	int64_t group; /* -1: text */
};

struct pieces {
	struct piece *list;
	size_t count;
};

static char replacement_escape(char c)
{
	static const char letters[] = "nrtabfv\\", meant[] = "\n\r\t\a\b\f\v\\";
	const char *p = c ? strchr(letters, c) : NULL;
	return p ? meant[p - letters] : 0;
}

/* "\g<name>" at `at`: name in *ret, bytes used, or 0. */
static size_t group_name(struct val with, size_t at, struct val *ret)
{
	if (with.len - at < 5 || with.text[at + 1] != 'g' || with.text[at + 2] != '<')
		return 0;
	const char *end = memchr(with.text + at + 3, '>', with.len - at - 3);
	if (end == NULL)
		return 0;
	*ret = text_val(with.text + at + 3, (size_t)(end - with.text) - at - 3);
	return (size_t)(end - with.text) - at + 1;
}

/* Names are left as text in .text and resolved once the expression is open. */
static struct pieces parse_replacement(struct cx *cx, struct val with)
{
	struct pieces all = { .list = mem(cx, (with.len + 1u) * sizeof(struct piece)) };
	for (size_t at = 0; at < with.len;) {
		struct piece p = { .text = text_val(with.text + at, 1), .group = -1 };
		size_t used = 1;
		char c = at + 1 < with.len ? with.text[at + 1] : 0;
		if (with.text[at] != '\\') {
			all.list[all.count++] = p;
			at++;
			continue;
		}
		if (c >= '1' && c <= '9') {
			p.group = c - '0';
			used = 2;
			if (at + 2 < with.len && with.text[at + 2] >= '0' &&
				with.text[at + 2] <= '9') {
				p.group = p.group * 10 + with.text[at + 2] - '0';
				used = 3;
			}
		} else if (replacement_escape(c)) {
			char *one = mem(cx, 1);
			*one = replacement_escape(c);
			p.text = text_val(one, 1);
			used = 2;
		} else if ((used = group_name(with, at, &p.text)) > 0) {
			p.group = -2;
		} else {
			template_fail(cx, "the replacement has a wrong backslash");
		}
		all.list[all.count++] = p;
		at += used;
	}
	return all;
}

static void resolve_names(struct regex *r, struct pieces *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].group == -2) {
			all->list[i].group = named_group(r->cx, r->code, all->list[i].text);
			if (all->list[i].group < 0)
				all->list[i].group = INT64_MAX;
		}
}

static struct spans all_matches(
	struct cx *cx, struct val pattern, struct val text, struct pieces *with)
{
	struct regex r;
	struct spans found = { 0 };
	size_t at = 0;
	regex_open(&r, cx, pattern, text);
	found.groups = pcre2_get_ovector_count(r.match) - 1;
	resolve_names(&r, with);
	for (bool empty = false; regex_next(&r, text, at, empty);) {
		push_match(&r, &found);
		const struct span *whole = found.list + (found.count - 1) * (found.groups + 1u);
		at = whole->to;
		empty = whole->from == whole->to;
	}
	regex_close(&r);
	return found;
}

struct val regex_replace(struct cx *cx, struct val pattern, struct val with, struct val text)
{
	struct pieces pieces = parse_replacement(cx, arg_text(cx, with, "replacement"));
	struct spans found = all_matches(cx, pattern, text, &pieces);
	struct sb b;
	size_t at = 0;
	sb_init(&b);
	for (uint32_t m = 0; m < found.count; m++) {
		const struct span *s = found.list + m * (found.groups + 1u);
		sb_add(cx, &b, text.text + at, s->from - at);
		for (size_t i = 0; i < pieces.count; i++) {
			const struct piece *p = &pieces.list[i];
			if (p->group < 0)
				sb_add(cx, &b, p->text.text, p->text.len);
			else
				add_group(cx, &b, s, found.groups, p->group, text);
		}
		at = s->to;
	}
	sb_add(cx, &b, text.text + at, text.len - at);
	return sb_text(&b, false);
}
