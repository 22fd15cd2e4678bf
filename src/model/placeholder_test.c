/* Bodies as clients leave them, and what becomes of them. */
#include "model/placeholder.h"
#include "model/plain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN  "TOK:-AbCdEf0123456789_-#"
#define MARKER "PXPS:-0b6ad9f9-5d4c-4b0f-9f0a-3f6a1f0f3b11#"
#define LEAD   "Your video room is being prepared."
#define TAIL   "Please leave this line: " TOKEN
#define HANDED "<div><p><b>" LEAD "</b></p><p>" TAIL "</p></div>"
#define NEW    "<p>Join</p><p>" MARKER "</p>"

static const struct placeholder what = { TOKEN, HANDED, NEW, MARKER };

static void check_as(const struct placeholder *p, const char *body, bool html,
	enum placeholder_outcome outcome, const char *expected)
{
	struct buf ret;
	buf_init(&ret, PLACEHOLDER_BODY_MAX);
	assert_int_equal(placeholder_replace(p, body, html, &ret), outcome);
	assert_string_equal(ret.data, expected);
	buf_release(&ret);
}

static void html(const char *body, const char *expected)
{
	check_as(&what, body, true, PLACEHOLDER_REPLACED, expected);
}

static void missing(const char *body)
{
	check_as(&what, body, true, PLACEHOLDER_MISSING, "");
}

static void as_it_was_handed_out(void **state)
{
	(void)state;
	html(HANDED, NEW);
	html("<p>Dear all,</p>" HANDED "<p>Yours</p>", "<p>Dear all,</p>" NEW "<p>Yours</p>");
	html("<html><body>" HANDED "</body></html>", "<html><body>" NEW "</body></html>");
	/* the user's own element stays when it holds more */
	html("<div class=\"mine\">Hello " HANDED " bye</div>",
		"<div class=\"mine\">Hello " NEW " bye</div>");
}

static void as_word_writes_it(void **state)
{
	(void)state;
	html("<div class=WordSection1><p class=MsoNormal>Hello<o:p></o:p></p>\r\n"
	     "<p class=MsoNormal><b><span style='font-family:\"Segoe UI\"'>Your video\r\nroom is "
	     "being&nbsp;prepared.</span></b><o:p></o:p></p>\r\n"
	     "<p class=MsoNormal><span lang=EN-US>Please leave this line: </span><span "
	     "class=SpellE>TOK</span>:-<span class=SpellE>AbCdEf01</span>234567&shy;89_-#"
	     "<o:p></o:p></p>\r\n"
	     "<p class=MsoNormal>Yours<o:p></o:p></p></div>",
		"<div class=WordSection1><p class=MsoNormal>Hello<o:p></o:p></p>\r\n" NEW
		"\r\n<p class=MsoNormal>Yours<o:p></o:p></p></div>");
}

static void with_entities_and_breaks(void **state)
{
	(void)state;
	html("<div>Your video room is<br>\r\nbeing prepared&#46;<br>Please leave this line&#58; "
	     "TOK&#x3a;&#8209;AbCdEf<wbr>0123456789_&#45;&num;</div>",
		NEW);
	html("<p>Your&#160;video&zwnj; room is being prepared.</p><hr><p>Please leave this "
	     "line:\r\n\tTOK:-AbCdEf01234\r\n56789_-#</p>x",
		NEW "x");
}

static void with_the_bullets_that_word_draws(void **state)
{
	(void)state;
	const struct placeholder p = { TOKEN, "<ul><li>One</li><li>Two</li></ul>" TOKEN, NEW,
		MARKER };
#define BULLET                                                                                     \
	"<![if !supportLists]><span style='font-family:Symbol;mso-list:Ignore'>\xc2\xb7<span "     \
	"style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span><![endif]>"
	check_as(&p,
		"<p>Mine</p><p class=MsoListParagraph>" BULLET
		"One</p><p class=MsoListParagraph>" BULLET "Two</p><p class=MsoNormal>" TOKEN
		"</p><p class=MsoListParagraph>" BULLET "mine</p>",
		true, PLACEHOLDER_REPLACED,
		"<p>Mine</p>" NEW "<p class=MsoListParagraph>" BULLET "mine</p>");
}

static void with_links_that_a_scanner_wrapped(void **state)
{
	(void)state;
	const struct placeholder p = { TOKEN,
		"<p>See <a href=\"https://help.example/\">help.example</a></p><p>" TOKEN "</p>",
		NEW, MARKER };
	check_as(&p,
		"<p>See <a "
		"href=\"https://eur01.safelinks.example/?url=https%3A%2F%2Fhelp.example\" "
		"originalsrc=\"https://help.example/\" title=\"TOK:-x#\">help.example</a></p>"
		"<p>" TOKEN "</p><p>Bye</p>",
		true, PLACEHOLDER_REPLACED, NEW "<p>Bye</p>");
}

static void what_is_not_ours_stays(void **state)
{
	(void)state;
	/* a picture and a style within the words; an element that begins in them and ends later */
	html("<p>" LEAD "<img src=\"cid:1\"></p><p>" TAIL "</p>",
		"<p>" NEW "<img src=\"cid:1\"></p>");
	html("<p>" LEAD "</p><p>" TAIL " and <i>mine</i></p>", NEW "<p> and <i>mine</i></p>");
	html("<p>mine <i>" LEAD "</i></p><p><i>" TAIL "</i></p>", "<p>mine " NEW "</p>");
	/* what has a name may be meant by something else; cells of a table are not ours */
	html("<div id=\"appendonsend\">" LEAD TAIL "</div>",
		"<div id=\"appendonsend\">" NEW "</div>");
	html("<a name=\"_Top\">" LEAD TAIL "</a>", "<a name=\"_Top\">" NEW "</a>");
	html("<table><tr><td>" LEAD TAIL "</td><td>2</td></tr></table>",
		"<table><tr><td>" NEW "</td><td>2</td></tr></table>");
	html("<!--[if mso]>" LEAD "<![endif]-->" LEAD "<!-- c -->" TAIL "<!--x-->",
		"<!--[if mso]>" LEAD "<![endif]-->" NEW "<!-- c --><!--x-->");
	html("<style>p:before{content:\"" TOKEN "\"}</style><p>" LEAD TAIL "</p>",
		"<style>p:before{content:\"" TOKEN "\"}</style>" NEW);
}

static void a_changed_placeholder_loses_its_token_only(void **state)
{
	(void)state;
	html("<p>Your video room is being prepared, Ben!</p><p>Please: <b>" TOKEN "</b> thanks</p>",
		"<p>Your video room is being prepared, Ben!</p><p>Please: " NEW " thanks</p>");
	html("TOK:-AbCdEf0123456789_-#", NEW);
	html("<p>tok:-abcdef<b>0123456789_-#</b></p>", NEW); /* base32: in any case */
	html("<p><b>TOK:</b>-AbCdEf<i>0123456789_-#</i></p>", NEW);
}

static void another_token_is_another_placeholder(void **state)
{
	(void)state;
	missing("<p>" LEAD "</p><p>Please leave this line: TOK:-other#</p>");
	missing("<p>" LEAD "</p>");
	missing("");
	missing("<p title=\"" TOKEN "\">no</p>");
	const struct placeholder none = { TOKEN, "<p>words without the token</p>", NEW, MARKER };
	check_as(&none, "<p>words without the token</p>", true, PLACEHOLDER_MISSING, "");
}

static void once_is_enough(void **state)
{
	(void)state;
	check_as(&what, "<p>" MARKER "</p>" HANDED, true, PLACEHOLDER_DONE, "");
	check_as(&what, "<p>pxps:&#45;0B6AD9F9-5d4c-<b>4b0f</b>-9f0a-3f6a1f0f3b11#</p>", true,
		PLACEHOLDER_DONE, "");
	struct buf first;
	buf_init(&first, PLACEHOLDER_BODY_MAX);
	assert_int_equal(
		placeholder_replace(&what, "<p>x</p>" HANDED, true, &first), PLACEHOLDER_REPLACED);
	check_as(&what, first.data, true, PLACEHOLDER_DONE, "");
	buf_release(&first);
}

static void copies_vanish(void **state)
{
	(void)state;
	html(HANDED "<p>and</p>" HANDED, NEW "<p>and</p>");
	struct buf many, ret;
	buf_init(&many, PLACEHOLDER_BODY_MAX);
	buf_init(&ret, PLACEHOLDER_BODY_MAX);
	for (int i = 0; i < PLACEHOLDER_COPIES_MAX + 2; i++)
		buf_adds(&many, HANDED);
	assert_int_equal(placeholder_replace(&what, many.data, true, &ret), PLACEHOLDER_REPLACED);
	assert_string_equal(ret.data, NEW HANDED HANDED);
	buf_release(&many);
	buf_release(&ret);
}

static void without_a_token_at_the_end(void **state)
{
	(void)state;
	const struct placeholder p = { "", "", NEW, MARKER };
	check_as(&p, "<html><body><p>Hi</p></body></html>", true, PLACEHOLDER_REPLACED,
		"<html><body><p>Hi</p>" NEW "</body></html>");
	check_as(&p, "<p>Hi</p><!-- </body> -->", true, PLACEHOLDER_REPLACED,
		"<p>Hi</p><!-- </body> -->" NEW);
	check_as(&p, "<p>Hi</p></HTML>", true, PLACEHOLDER_REPLACED, "<p>Hi</p>" NEW "</HTML>");
	check_as(&p, "", true, PLACEHOLDER_REPLACED, NEW);
	check_as(&p, "Hi", false, PLACEHOLDER_REPLACED, "Hi\r\n\r\nJoin\r\n\r\n" MARKER);
	check_as(&p, "", false, PLACEHOLDER_REPLACED, "Join\r\n\r\n" MARKER);
	check_as(&p, "see " MARKER, false, PLACEHOLDER_DONE, "");
}

static void in_plain_text(void **state)
{
	(void)state;
	const struct placeholder linked = { TOKEN,
		"<p>See <a href=\"https://help.example/\">our help</a> now</p>" TOKEN, NEW,
		MARKER };
	check_as(&what, "Hi <b>\r\n\r\n" LEAD "\r\n\r\nPlease leave\r\nthis line: " TOKEN "\r\nBye",
		false, PLACEHOLDER_REPLACED, "Hi <b>\r\n\r\nJoin\r\n\r\n" MARKER "\r\nBye");
	/* clients write a link's address behind it */
	check_as(&linked, "Hi\r\nSee our help<https://help.example/> now\r\n" TOKEN "\r\nBye",
		false, PLACEHOLDER_REPLACED, "Hi\r\nJoin\r\n\r\n" MARKER "\r\nBye");
	check_as(&linked, "See our help <https://help.example/ now\r\n" TOKEN, false,
		PLACEHOLDER_REPLACED,
		"See our help <https://help.example/ now\r\nJoin\r\n\r\n" MARKER);
}

static void broken_markup_is_no_worse_afterwards(void **state)
{
	(void)state;
	html("<p>" LEAD "<p>" TAIL "<p>mine", "<p>" NEW "<p><p>mine");
	html("</b></p>" LEAD "</i></div>" TAIL "<b><i>", "</b></p>" NEW "</i></div><b><i>");
	html("<b><i>" LEAD "</b></i>" TAIL, "<b><i>" NEW "</b></i>");
	html("<p " HANDED, "<p <div>" NEW "</div>"); /* a tag that swallows another */
	missing("<p>" LEAD "<!-- " TAIL);
	html("\xff\xc3" LEAD "\xe2\x80" TAIL "\xf0",
		"\xff\xc3" LEAD "\xe2\x80"
		"Please leave this line: " NEW "\xf0");
}

/* Work and memory are bounded, and too much markup is kept rather than judged. */
static void hostile_bodies(void **state)
{
	(void)state;
	struct buf body, ret;
	buf_init(&body, PLACEHOLDER_BODY_MAX + 100);
	buf_init(&ret, PLACEHOLDER_BODY_MAX);
	buf_adds(&body, LEAD);
	for (int i = 0; i < 200000; i++)
		buf_adds(&body, i % 2 ? "<b>" : "</i>");
	buf_adds(&body, TAIL);
	assert_int_equal(placeholder_replace(&what, body.data, true, &ret), PLACEHOLDER_REPLACED);
	assert_memory_equal(ret.data, NEW, strlen(NEW));
	buf_reset(&ret);
	buf_reset(&body);
	while (body.len < PLACEHOLDER_BODY_MAX - 100)
		buf_adds(&body, "Your video room is being prepared. Please leave this line: TOK:-");
	assert_int_equal(placeholder_replace(&what, body.data, true, &ret), PLACEHOLDER_MISSING);
	buf_adds(&body, TOKEN);
	assert_int_equal(placeholder_replace(&what, body.data, true, &ret), PLACEHOLDER_REPLACED);
	while (body.len <= PLACEHOLDER_BODY_MAX)
		buf_addc(&body, 'x');
	assert_int_equal(placeholder_replace(&what, body.data, true, &ret), PLACEHOLDER_TOO_LONG);
	buf_release(&body);
	buf_release(&ret);
}

static void the_new_body_has_its_limit_too(void **state)
{
	(void)state;
	struct buf body, ret;
	buf_init(&body, PLACEHOLDER_BODY_MAX);
	buf_init(&ret, PLACEHOLDER_BODY_MAX);
	buf_adds(&body, TOKEN);
	while (body.len < PLACEHOLDER_BODY_MAX)
		buf_addc(&body, ' ');
	assert_int_equal(placeholder_replace(&what, body.data, true, &ret), PLACEHOLDER_TOO_LONG);
	assert_int_equal(ret.len, 0);
	buf_release(&body);
	buf_release(&ret);
}

static void deep_nesting(void **state)
{
	(void)state;
	struct buf body, ret;
	buf_init(&body, PLACEHOLDER_BODY_MAX);
	buf_init(&ret, PLACEHOLDER_BODY_MAX);
	buf_adds(&body, LEAD "<u>");
	for (int i = 0; i < PLACEHOLDER_NESTING_MAX; i++)
		buf_adds(&body, "<b>");
	buf_adds(&body, "</u>" TAIL);
	assert_int_equal(placeholder_replace(&what, body.data, true, &ret), PLACEHOLDER_REPLACED);
	assert_non_null(strstr(ret.data, NEW "<u><b>")); /* too far apart to be a pair */
	buf_release(&body);
	buf_release(&ret);
}

static void plain(const char *from, const char *expected)
{
	struct buf b;
	buf_init(&b, 1000);
	plain_of_html(from, &b);
	assert_string_equal(b.data, expected);
	buf_release(&b);
}

static void plain_text_of_html(void **state)
{
	(void)state;
	plain("<p>One</p><p>Two<br>Three</p>", "One\r\n\r\nTwo\r\nThree");
	plain("<table><tr><td>A</td><td>B</td></tr><tr><td>C</td></tr></table>", "A B\r\nC");
	plain("  a \r\n b<style>p{}</style>&amp;&lt;&nbsp;&#x20ac;&uuml;",
		"a b&< \xe2\x82\xac&uuml;");
	plain("<a href=\"https://x.example/?a=1&amp;b=2\">Join</a>.",
		"Join <https://x.example/?a=1&b=2>.");
	plain("<a href='https://x.example'>https://x.example</a>", "https://x.example");
	plain("<a href=mailto:a@b>a@b</a> <a>bare</a> <a href=\"\">none</a>", "a@b bare none");
	plain("", "");
	plain("<a href=\"x", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_it_was_handed_out),
		cmocka_unit_test(as_word_writes_it),
		cmocka_unit_test(with_entities_and_breaks),
		cmocka_unit_test(with_the_bullets_that_word_draws),
		cmocka_unit_test(with_links_that_a_scanner_wrapped),
		cmocka_unit_test(what_is_not_ours_stays),
		cmocka_unit_test(a_changed_placeholder_loses_its_token_only),
		cmocka_unit_test(another_token_is_another_placeholder),
		cmocka_unit_test(once_is_enough),
		cmocka_unit_test(copies_vanish),
		cmocka_unit_test(without_a_token_at_the_end),
		cmocka_unit_test(in_plain_text),
		cmocka_unit_test(broken_markup_is_no_worse_afterwards),
		cmocka_unit_test(hostile_bodies),
		cmocka_unit_test(the_new_body_has_its_limit_too),
		cmocka_unit_test(deep_nesting),
		cmocka_unit_test(plain_text_of_html),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
