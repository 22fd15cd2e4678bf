/*
 * The filter urlize: addresses in a text become links.
 *
 * Word by word, as jinja2.utils.urlize: brackets and punctuation around a word are set aside (but
 * a closing bracket whose opening one is inside belongs to the address), and what then looks like
 * a web or mail address becomes a link.
 */
#include "tmpl/html.h"
#include "tmpl/regex.h"
#include "tmpl/text_method.h"
#include "tmpl/unicode.h"
#include "tmpl/utf8.h"

static const char web_address[] =
	"(?i)^((https?://|www\\.)(([\\w%-]+\\.)+)?([a-z]{2,63}|xn--[\\w%]{2,59})"
	"|([\\w%-]{2,63}\\.)+(com|net|int|edu|gov|org|info|mil)"
	"|(https?://)((([\\d]{1,3})(\\.[\\d]{1,3}){3})"
	"|(\\[([\\da-f]{0,4}:){2}([\\da-f]{0,4}:?){1,6}\\])))"
	"(?::[\\d]{1,5})?(?:[/?#]\\S*)?$";
static const char mail_address[] = "^\\S+@\\w[\\w.-]*\\.\\w+$";
static const char scheme_form[] = "^[\\w.+-]{2,}:/{0,2}\\z";

struct urlizing {
	struct cx *cx;
	struct sb *out;
	int64_t limit;         /* of the shown address; -1: none */
	struct val attributes; /* rel and target */
	struct list *schemes;  /* or NULL */
};

static bool begins(struct val text, const char *with)
{
	size_t len = strlen(with);
	return text.len >= len && memcmp(text.text, with, len) == 0;
}

static bool ends(struct val text, const char *with)
{
	size_t len = strlen(with);
	return text.len >= len && memcmp(text.text + text.len - len, with, len) == 0;
}

static struct val part(struct val text, size_t from, size_t to)
{
	return text_val(text.text + from, to - from);
}

static size_t head_size(struct val word)
{
	size_t at = 0;
	for (;;) {
		struct val rest = part(word, at, word.len);
		size_t size = begins(rest, "(") || begins(rest, "<") ? 1
			: begins(rest, "&lt;")                       ? 4
								     : 0;
		if (size == 0)
			return at;
		at += size;
	}
}

static size_t tail_start(struct val word)
{
	size_t end = word.len;
	while (end > 0) {
		struct val rest = part(word, 0, end);
		if (strchr(")>.,\n", word.text[end - 1]) && word.text[end - 1])
			end--;
		else if (ends(rest, "&gt;"))
			end -= 4;
		else
			break;
	}
	return end;
}

static int64_t count_of(struct val text, const char *what)
{
	int64_t count = 0;
	size_t len = strlen(what);
	for (size_t at = 0; at + len <= text.len;) {
		bool hit = memcmp(text.text + at, what, len) == 0;
		count += hit;
		at += hit ? len : 1;
	}
	return count;
}

/* Closing brackets at the start of the tail that the middle opened go back to the middle: both
 * lie side by side in the word, so only the border moves. */
static size_t balanced(struct val word, size_t head, size_t border)
{
	static const char *const pairs[][2] = { { "(", ")" }, { "<", ">" }, { "&lt;", "&gt;" } };
	for (int i = 0; i < 3; i++) {
		const char *close = pairs[i][1];
		struct val middle = part(word, head, border), tail = part(word, border, word.len);
		int64_t open = count_of(middle, pairs[i][0]), closing = count_of(tail, close);
		if (open <= count_of(middle, close))
			continue;
		for (int64_t n = open < closing ? open : closing; n > 0; n--) {
			const char *hit =
				memmem(word.text + border, word.len - border, close, strlen(close));
			border = (size_t)(hit - word.text) + strlen(close);
		}
	}
	return border;
}

static void add_link(struct urlizing *u, const char *prefix, struct val address, bool attributes,
	struct val shown)
{
	struct cx *cx = u->cx;
	sb_adds(cx, u->out, "<a href=\"");
	sb_adds(cx, u->out, prefix);
	sb_add(cx, u->out, address.text, address.len);
	sb_addc(cx, u->out, '"');
	if (attributes)
		sb_add(cx, u->out, u->attributes.text, u->attributes.len);
	sb_addc(cx, u->out, '>');
	sb_add(cx, u->out, shown.text, shown.len);
	sb_adds(cx, u->out, "</a>");
}

static struct val shown_address(struct urlizing *u, struct val address)
{
	if (u->limit < 0 || length_of(u->cx, address) <= u->limit)
		return address;
	return op_add(u->cx, text_between(u->cx, address, 0, u->limit), str_val("..."));
}

/* An address of one of the schemes asked for, which may stand within another's. */
static void add_schemes(struct urlizing *u, struct val middle)
{
	struct sb *out = u->out;
	for (uint32_t i = 0; u->schemes && i < u->schemes->count; i++) {
		struct val scheme = u->schemes->items[i];
		if (equal(u->cx, middle, scheme) || middle.len < scheme.len ||
			memcmp(middle.text, scheme.text, scheme.len) != 0)
			continue;
		struct sb link;
		sb_init(&link);
		u->out = &link;
		add_link(u, "", middle, true, middle);
		u->out = out;
		middle = sb_text(&link, false);
	}
	sb_add(u->cx, out, middle.text, middle.len);
}

static bool is_mail(struct urlizing *u, struct val text)
{
	return memchr(text.text, '@', text.len) &&
		regex_matches(u->cx, str_val(mail_address), text);
}

static bool is_web(struct urlizing *u, struct val text)
{
	bool may = memchr(text.text, '.', text.len) || memchr(text.text, ':', text.len);
	return may && regex_matches(u->cx, str_val(web_address), text);
}

static void add_word(struct urlizing *u, struct val word)
{
	size_t head = head_size(word);
	struct val rest = part(word, head, word.len);
	size_t border = balanced(word, head, head + tail_start(rest));
	struct val middle = part(word, head, border);
	sb_add(u->cx, u->out, word.text, head);
	if (is_web(u, middle)) {
		bool whole = begins(middle, "https://") || begins(middle, "http://");
		add_link(u, whole ? "" : "https://", middle, true, shown_address(u, middle));
	} else if (begins(middle, "mailto:") && is_mail(u, part(middle, 7, middle.len))) {
		add_link(u, "", middle, false, part(middle, 7, middle.len));
	} else if (!begins(middle, "www.") && !memchr(middle.text, ':', middle.len) &&
		is_mail(u, middle)) {
		add_link(u, "mailto:", middle, false, middle);
	} else {
		add_schemes(u, middle);
	}
	sb_add(u->cx, u->out, word.text + border, word.len - border);
}

/* rel's words in order, each once, with noopener, and nofollow when asked for. */
static void add_rel(struct cx *cx, struct sb *b, struct val rel, bool nofollow)
{
	struct list *words = absent(rel) ? list_new(cx, 2)
					 : text_split(cx, arg_text(cx, rel, "rel"), none_val(), -1);
	if (nofollow)
		list_push(cx, words, str_val("nofollow"));
	list_push(cx, words, str_val("noopener"));
	sort_values(cx, words->items, words->items, words->count, false);
	sb_adds(cx, b, " rel=\"");
	for (uint32_t i = 0; i < words->count; i++) {
		if (i > 0 && equal(cx, words->items[i - 1], words->items[i]))
			continue;
		if (i > 0)
			sb_addc(cx, b, ' ');
		sb_escape(cx, b, words->items[i].text, words->items[i].len);
	}
	sb_addc(cx, b, '"');
}

static struct val link_attributes(struct cx *cx, const struct args *a)
{
	struct sb b;
	sb_init(&b);
	add_rel(cx, &b, a->at[3], arg_bool_or(a->at[1], false));
	if (!absent(a->at[2]) && truth(a->at[2])) {
		sb_adds(cx, &b, " target=\"");
		add_escaped(cx, &b, a->at[2]);
		sb_addc(cx, &b, '"');
	}
	return sb_text(&b, false);
}

static struct list *schemes_of(struct cx *cx, struct val schemes)
{
	if (absent(schemes))
		return NULL;
	struct list *l = list_of(cx, schemes);
	for (uint32_t i = 0; i < l->count; i++)
		if (!regex_matches(cx, str_val(scheme_form), arg_text(cx, l->items[i], "urlize")))
			template_fail(cx, "'%.*s' is no beginning of an address",
				l->items[i].len > 60 ? 60 : (int)l->items[i].len, l->items[i].text);
	return l;
}

struct val filter_urlize(struct cx *cx, struct val v, const struct args *a)
{
	struct val text = escaped(cx, v);
	struct sb out;
	sb_init(&out);
	struct urlizing u = { .cx = cx,
		.out = &out,
		.limit = absent(a->at[0]) ? -1 : arg_int(cx, a->at[0], "trim_url_limit"),
		.attributes = link_attributes(cx, a),
		.schemes = schemes_of(cx, a->at[4]) };
	if (u.limit < -1 || (u.limit < 0 && !absent(a->at[0])))
		template_fail(cx, "'urlize' wants a limit that is not negative");
	for (size_t at = 0; at < text.len;) {
		size_t start = at, end = at;
		bool blank = char_is_space(utf8_next(text.text, &at));
		for (end = at; at < text.len; end = at)
			if (char_is_space(utf8_next(text.text, &at)) != blank)
				break;
		at = end;
		if (blank)
			sb_add(cx, &out, text.text + start, end - start);
		else
			add_word(&u, part(text, start, end));
	}
	return sb_text(&out, cx->autoescape);
}
