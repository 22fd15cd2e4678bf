/*
 * How this works: the placeholder's squeezed visible text is looked for in that of the body, which
 * gives a stretch [from, to) of the body. The stretch is widened by start tags right before and end
 * tags right after it. In it, text is dropped; so are pairs of a start tag and its end tag with
 * nothing kept between them, and elements without content (<br>). What is left are tags whose
 * partner is outside: they are kept in their order, so that the body is as balanced as it was.
 */
#include "model/placeholder.h"
#include "model/plain.h"
#include "model/visible.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A part of the body, and where the parts around it are free to go. */
struct stretch {
	const char *from, *to;
	const char *before; /* behind the visible character before from */
	const char *after;  /* the visible character behind to, or the body's end */
};

static bool same(char a, char b, bool fold)
{
	if (fold && a >= 'A' && a <= 'Z')
		a = (char)(a | 32);
	if (fold && b >= 'A' && b <= 'Z')
		b = (char)(b | 32);
	return a == b;
}

/* Mail clients that make text of HTML write a link's address behind its text. */
static bool skip_address(struct visible *v)
{
	static const char *const schemes[] = { "<http:", "<https:", "<mailto:", "<tel:", "<sip:" };
	struct visible ahead;
	bool address = false;
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		address |= strncasecmp(v->from, schemes[i], strlen(schemes[i])) == 0;
	ahead = *v;
	while (address && ahead.c != '>')
		address = visible_next(&ahead);
	if (address)
		*v = ahead;
	return address;
}

/* Whether the needle stands at v's current character; leaves v at its last one. */
static bool matches(struct visible *v, const char *needle, bool fold)
{
	for (const char *n = needle; *n; n++) {
		if (n != needle && !visible_next(v))
			return false;
		while (!same(v->c, *n, fold) && n != needle && !v->is_html && skip_address(v))
			if (!visible_next(v))
				return false;
		if (!same(v->c, *n, fold))
			return false;
	}
	return true;
}

/* The first place of the squeezed needle at or behind start (which is in no tag). */
static bool find(
	const char *start, bool is_html, const char *needle, bool fold, struct stretch *ret)
{
	struct visible v;
	const char *before = start;
	visible_begin(&v, start, is_html);
	while (*needle && visible_next(&v)) {
		struct visible end = v;
		if (matches(&end, needle, fold)) {
			*ret = (struct stretch){ v.from, end.to, before, end.to };
			ret->after = visible_next(&end) ? end.from : end.to + strlen(end.to);
			return true;
		}
		before = v.to;
	}
	return false;
}

enum tag_kind { TAG_START, TAG_END, TAG_EMPTY, TAG_OTHER };

struct tag {
	const char *from, *to;
	const char *name;
	size_t name_len;
	enum tag_kind kind;
	bool dropped;
	bool holds; /* start tag: something in it is kept */
};

struct tags {
	struct tag *list;
	size_t count;
};

static bool is_one_of(const char *name, size_t len, const char *const *list)
{
	for (; *list; list++)
		if (strlen(*list) == len && strncasecmp(name, *list, len) == 0)
			return true;
	return false;
}

/* Drawn by Word before each paragraph of a list. */
static bool is_bullet(const char *from)
{
	static const char begin[] = "<![if !supportLists]";
	return strncasecmp(from, begin, sizeof(begin) - 1) == 0;
}

static struct tag read_tag(const char *from, const char *to)
{
	/* Elements that are nothing but their tag and mean nothing without the text. */
	static const char *const empty[] = { "br", "hr", "wbr", NULL };
	/* Those that show something by themselves: never dropped. */
	static const char *const shown[] = { "img", "input", "embed", "col", "area", "base", "link",
		"meta", "param", "source", "track", "style", "script", NULL };
	struct tag t = { .from = from, .to = to, .kind = TAG_OTHER };
	if (is_bullet(from)) {
		t.kind = TAG_EMPTY;
		return t;
	}
	bool ends = from[1] == '/';
	t.name = from + 1 + ends;
	t.name_len = strcspn(t.name, " \t\r\n/>");
	char c = (char)(*t.name | 32);
	if (c < 'a' || c > 'z' || t.name >= to)
		return t;
	if (is_one_of(t.name, t.name_len, shown))
		return t;
	if (is_one_of(t.name, t.name_len, empty) || (!ends && to - from > 2 && to[-2] == '/'))
		t.kind = TAG_EMPTY;
	else
		t.kind = ends ? TAG_END : TAG_START;
	return t;
}

/* Start tags that may go although they stand before the text: they hold nothing but text. Those with
 * a name of their own may be meant by something else. */
static bool may_widen(const struct tag *t, enum tag_kind kind)
{
	static const char *const plain[] = { "p", "span", "div", "font", "b", "i", "u", "strong",
		"em", "a", "center", "small", "big", "o:p", "h1", "h2", "h3", "h4", "h5", "h6",
		NULL };
	static const char *const named[] = { " id=", "\nid=", " name=", "\nname=", NULL };
	if (t->kind != kind || !is_one_of(t->name, t->name_len, plain))
		return false;
	for (const char *const *n = named; *n; n++) {
		const char *at = text_find_nocase(t->from, *n);
		if (at && at < t->to)
			return false;
	}
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the run of start tags (and a bullet) begins that stand right before `to`. */
static const char *widen_before(const char *from, const char *to)
{
	const char *run = NULL;
	for (const char *p = from; p < to;) {
		const char *end = *p == '<' ? visible_markup_end(p) : p;
		struct tag t = { .kind = TAG_OTHER };
		if (end != p)
			t = read_tag(p, end);
		if (end != p && (may_widen(&t, TAG_START) || is_bullet(p)))
			run = run ? run : p;
		else if (end != p || !is_space(*p))
			run = NULL;
		p = end != p ? end : p + 1;
	}
	return run ? run : to;
}

/* Where the run of end tags ends that stand right behind `from`. Word ends each paragraph with
 * <o:p></o:p>: that belongs to it. */
static const char *widen_after(const char *from, const char *to)
{
	static const char *const office_tags[] = { "o:p", NULL };
	const char *run = from;
	for (const char *p = from; p < to;) {
		if (is_space(*p)) {
			p++;
			continue;
		}
		const char *end = *p == '<' ? visible_markup_end(p) : p;
		struct tag t = { .kind = TAG_OTHER };
		if (end != p)
			t = read_tag(p, end);
		bool office = t.kind == TAG_START && may_widen(&t, TAG_START) &&
			is_one_of(t.name, t.name_len, office_tags);
		if (end == p || end > to || (!office && !may_widen(&t, TAG_END)))
			break;
		p = run = end;
	}
	return run;
}

static struct tags read_tags(const char *from, const char *to)
{
	struct tags tags = { calloc(PLACEHOLDER_TAGS_MAX, sizeof(struct tag)), 0 };
	if (!tags.list)
		abort();
	for (const char *p = from; p < to && tags.count < PLACEHOLDER_TAGS_MAX;) {
		const char *end = *p == '<' ? visible_markup_end(p) : p;
		if (end == p) {
			p++;
			continue;
		}
		tags.list[tags.count++] = read_tag(p, end);
		p = end;
	}
	return tags;
}

static bool belong_together(const struct tag *start, const struct tag *end)
{
	return start->name_len == end->name_len &&
		strncasecmp(start->name, end->name, end->name_len) == 0;
}

/* Drops the end tag with its start tag when nothing between them stays. open: the start tags that
 * wait for their end, innermost last. */
static void close_element(struct tags *tags, size_t *open, size_t *n_open, size_t end)
{
	size_t least = *n_open > PLACEHOLDER_NESTING_MAX ? *n_open - PLACEHOLDER_NESTING_MAX : 0;
	size_t i = *n_open;
	while (i > least && !belong_together(&tags->list[open[i - 1]], &tags->list[end]))
		i--;
	if (i == least) { /* its start is further out */
		for (size_t j = 0; j < *n_open; j++)
			tags->list[open[j]].holds = true;
		return;
	}
	struct tag *start = &tags->list[open[i - 1]];
	bool drop = !start->holds && i == *n_open;
	start->dropped = tags->list[end].dropped = drop;
	*n_open = i - 1;
	for (size_t j = 0; j < *n_open && !drop; j++)
		tags->list[open[j]].holds = true;
}

static void judge(struct tags *tags)
{
	size_t *open = calloc(PLACEHOLDER_TAGS_MAX, sizeof(*open)), n_open = 0;
	if (!open)
		abort();
	for (size_t i = 0; i < tags->count; i++) {
		struct tag *t = &tags->list[i];
		if (t->kind == TAG_START)
			open[n_open++] = i;
		else if (t->kind == TAG_END)
			close_element(tags, open, &n_open, i);
		else if (t->kind == TAG_EMPTY)
			t->dropped = true;
		else
			for (size_t j = 0; j < n_open; j++)
				tags->list[open[j]].holds = true;
	}
	free(open);
}

/* Writes [*at, to) without its dropped tags; with its text, or without. */
static void copy_kept(struct buf *out, const struct tags *tags, size_t *next, const char **at,
	const char *to, bool with_text)
{
	for (; *next < tags->count && tags->list[*next].from < to; (*next)++) {
		const struct tag *t = &tags->list[*next];
		if (with_text)
			buf_add(out, *at, (size_t)(t->from - *at));
		if (!t->dropped)
			buf_add(out, t->from, (size_t)(t->to - t->from));
		*at = t->to;
	}
	if (with_text && to > *at)
		buf_add(out, *at, (size_t)(to - *at));
	*at = to;
}

static void replace_html(
	struct buf *out, const char *at, const struct stretch *s, const char *instructions)
{
	const char *from = widen_before(s->before, s->from), *to = widen_after(s->to, s->after);
	struct tags tags = read_tags(from, to);
	size_t next = 0;
	judge(&tags);
	buf_add(out, at, (size_t)(from - at));
	at = from;
	copy_kept(out, &tags, &next, &at, s->from, true);
	buf_adds(out, instructions);
	copy_kept(out, &tags, &next, &at, s->to, false);
	copy_kept(out, &tags, &next, &at, to, true);
	free(tags.list);
}

/* Writes [at, end of the stretch as it was widened) and returns where to go on. */
static const char *replace_one(struct buf *out, const char *at, bool is_html,
	const struct stretch *s, const char *instructions)
{
	if (is_html) {
		replace_html(out, at, s, instructions);
		return widen_after(s->to, s->after);
	}
	buf_add(out, at, (size_t)(s->from - at));
	buf_adds(out, instructions);
	return s->to;
}

/* Every copy of the needle, whatever became of its letter case: the first becomes the instructions, the others vanish. */
static bool replace_all(const char *body, bool is_html, const char *needle,
	const char *instructions, struct buf *ret)
{
	const char *at = body;
	struct stretch s;
	int copies = 0;
	while (copies < PLACEHOLDER_COPIES_MAX && find(at, is_html, needle, true, &s)) {
		at = replace_one(ret, at, is_html, &s, copies ? "" : instructions);
		copies++;
	}
	if (copies)
		buf_adds(ret, at);
	return copies > 0;
}

/* Where something may be added at the end of an HTML body. */
static const char *end_of_body(const char *body)
{
	const char *end = NULL;
	for (const char *p = body; *p;) {
		const char *after = *p == '<' ? visible_markup_end(p) : p;
		if (after != p &&
			(strncasecmp(p, "</body", 6) == 0 ||
				(!end && strncasecmp(p, "</html", 6) == 0)))
			end = p;
		p = after != p ? after : p + 1;
	}
	return end ? end : body + strlen(body);
}

static void append(const char *body, bool is_html, const char *instructions, struct buf *ret)
{
	const char *at = is_html ? end_of_body(body) : body + strlen(body);
	buf_add(ret, body, (size_t)(at - body));
	if (!is_html && at != body)
		buf_adds(ret, "\r\n\r\n");
	buf_adds(ret, instructions);
	buf_adds(ret, at);
}

static bool contains(const char *body, bool is_html, const char *text, bool fold)
{
	struct stretch s;
	struct buf needle;
	buf_init(&needle, PLACEHOLDER_BODY_MAX);
	visible_squeeze(text, false, &needle);
	bool found = find(body, is_html, needle.data, fold, &s);
	buf_release(&needle);
	return found;
}

/* The placeholder as a whole if it is there, else its token. */
static bool replace_known(const struct placeholder *what, const char *body, bool is_html,
	const char *instructions, struct buf *ret)
{
	struct buf needle;
	buf_init(&needle, PLACEHOLDER_BODY_MAX);
	visible_squeeze(what->html, true, &needle);
	/* Without its token it is not this placeholder. */
	bool whole = strstr(needle.data, what->token) != NULL;
	bool done = whole && replace_all(body, is_html, needle.data, instructions, ret);
	buf_reset(&needle);
	buf_adds(&needle, what->token);
	if (!done)
		done = replace_all(body, is_html, needle.data, instructions, ret);
	buf_release(&needle);
	return done;
}

enum placeholder_outcome placeholder_replace(
	const struct placeholder *what, const char *body, bool body_is_html, struct buf *ret)
{
	enum placeholder_outcome outcome = PLACEHOLDER_REPLACED;
	struct buf text;
	if (strlen(body) > PLACEHOLDER_BODY_MAX)
		return PLACEHOLDER_TOO_LONG;
	if (*what->marker && contains(body, body_is_html, what->marker, true))
		return PLACEHOLDER_DONE;
	buf_init(&text, PLACEHOLDER_BODY_MAX);
	if (body_is_html)
		buf_adds(&text, what->instructions);
	else
		plain_of_html(what->instructions, &text);
	if (!*what->token)
		append(body, body_is_html, text.data, ret);
	else if (!replace_known(what, body, body_is_html, text.data, ret))
		outcome = PLACEHOLDER_MISSING;
	if (ret->overflow || text.overflow)
		outcome = PLACEHOLDER_TOO_LONG;
	if (outcome != PLACEHOLDER_REPLACED)
		buf_reset(ret);
	buf_release(&text);
	return outcome;
}
