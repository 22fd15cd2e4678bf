#include "markup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static void expect_text(const char *html, const char *text)
{
	struct buf b;

	buf_init(&b, 4096);
	html_to_text(&b, html);
	assert_string_equal(b.data, text);
	buf_release(&b);
}

static void reads_what_a_reader_sees(void **state)
{
	(void)state;
	expect_text("<html><head><title>no</title></head><body><p>one</p><p>two</p></body></html>",
		"one\r\ntwo\r\n");
	expect_text("a<br>b <b>c</b>\r\n d", "a\r\nb c d");
	expect_text("<style>p{}</style>x<!-- <p>no</p> -->y<script>no()</script>", "xy");
	expect_text("", "");
	expect_text("<p", "");
	expect_text("&", "&");
}

static void resolves_references(void **state)
{
	(void)state;
	expect_text("&lt;a&gt; &amp;&quot;&apos;", "<a> &\"'");
	expect_text("&#65;&#x42;&#x20AC;", "AB\xe2\x82\xac");
	expect_text("&#0;&#xD800;&#x110000;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	expect_text("&unknown; &#; &#x;", "&unknown; &#; &#x;");
}

static void text_becomes_html_and_back(void **state)
{
	struct buf html;

	(void)state;
	buf_init(&html, 4096);
	text_to_html(&html, "a < b\r\nc & d");
	expect_text(html.data, "a < b\r\nc & d\r\n");
	buf_release(&html);
}

static void fragments_become_documents(void **state)
{
	struct buf once, twice;

	(void)state;
	buf_init(&once, 4096);
	buf_init(&twice, 4096);
	html_document(&once, "<p>x</p>");
	html_document(&twice, once.data);
	assert_non_null(strstr(once.data, "<body>"));
	assert_string_equal(once.data, twice.data);
	buf_release(&once);
	buf_release(&twice);
}

static void xml_carries_only_what_it_can(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	markup_text(&b,
		"a\x01\x0b<&>\"\r\n\t\xef\xbf\xbe\xef\xbf\xbd"
		"b");
	assert_string_equal(b.data,
		"a&lt;&amp;&gt;&quot;&#xD;\n\t\xef\xbf\xbd"
		"b");
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_a_reader_sees),
		cmocka_unit_test(resolves_references),
		cmocka_unit_test(text_becomes_html_and_back),
		cmocka_unit_test(fragments_become_documents),
		cmocka_unit_test(xml_carries_only_what_it_can),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
