#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static void base64_round_trip(void **state)
{
	(void)state;
	struct buf text, back;
	buf_init(&text, 4096);
	buf_init(&back, 4096);
	unsigned char bytes[600]; /* longer than what the decoder does in one go */
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		for (size_t i = 0; i < len; i++)
			bytes[i] = (unsigned char)(i * 37 + len);
		buf_reset(&text);
		buf_reset(&back);
		text_base64_encode(&text, bytes, len);
		assert_true(text_base64_decode(&back, text.data, text.len));
		assert_int_equal(back.len, len);
		assert_memory_equal(back.data, bytes, len);
		buf_reset(&text);
		buf_reset(&back);
		text_base64url_encode(&text, bytes, len);
		assert_true(text_base64url_decode(&back, text.data, text.len));
		assert_memory_equal(back.data, bytes, len);
	}
	buf_release(&text);
	buf_release(&back);
}

static void base64_refuses_what_is_not_canonical(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 64);
	static const char *const bad[] = { "A", "QQ", "QQ=A", "Q===", "QR==", "Q Q=", "QQ==\n" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(text_base64_decode(&b, bad[i], strlen(bad[i])));
	static const char *const bad_url[] = { "QQ==", "QR", "Q+", "Q" };
	for (size_t i = 0; i < sizeof(bad_url) / sizeof(*bad_url); i++)
		assert_false(text_base64url_decode(&b, bad_url[i], strlen(bad_url[i])));
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

static void base64_adds_nothing_on_failure(void **state)
{
	(void)state;
	char text[801];
	memset(text, 'A', sizeof(text));
	struct buf b;
	buf_init(&b, 500); /* 800 characters are 600 bytes */
	buf_adds(&b, "kept");
	assert_false(text_base64url_decode(&b, text, 800));
	assert_string_equal(b.data, "kept");
	b.overflow = false;
	text[640] = '!';
	assert_false(text_base64url_decode(&b, text, 642));
	assert_string_equal(b.data, "kept");
	assert_false(b.overflow);
	assert_true(text_base64url_decode(&b, text, 640));
	assert_int_equal(b.len, 484);
	buf_release(&b);
}

static void base32_round_trip_in_either_case(void **state)
{
	(void)state;
	struct buf text, back;
	buf_init(&text, 4096);
	buf_init(&back, 4096);
	unsigned char bytes[100];
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		for (size_t i = 0; i < len; i++)
			bytes[i] = (unsigned char)(i * 37 + len);
		buf_reset(&text);
		buf_reset(&back);
		text_base32_encode(&text, bytes, len);
		assert_int_equal(text.len, (len * 8 + 4) / 5);
		for (size_t i = 0; i < text.len; i += 2)
			if (text.data[i] >= 'A')
				text.data[i] |= 32;
		assert_true(text_base32_decode(&back, text.data, text.len));
		assert_int_equal(back.len, len);
		assert_memory_equal(back.data, bytes, len);
	}
	buf_reset(&text);
	text_base32_encode(&text, "foobar", 6); /* RFC 4648 section 10 */
	assert_string_equal(text.data, "MZXW6YTBOI");
	buf_release(&text);
	buf_release(&back);
}

static void base32_refuses_what_is_not_canonical(void **state)
{
	(void)state;
	static const char *const bad[] = { "A", "AAA", "AAAAAA", "MZ", "M=", "M1", "M8", "M A",
		"MY======", "\xc3\xa9" };
	struct buf b;
	buf_init(&b, 4);
	buf_adds(&b, "ab");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(text_base32_decode(&b, bad[i], strlen(bad[i])));
	assert_false(text_base32_decode(&b, "MZXW6YTBOI", 10)); /* too much for the buf */
	assert_string_equal(b.data, "ab");
	b.overflow = false;
	assert_true(text_base32_decode(&b, "my", 2));
	assert_string_equal(b.data, "abf");
	buf_release(&b);
}

static void utf8_is_checked(void **state)
{
	(void)state;
	assert_true(text_is_utf8("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 10));
	assert_false(text_is_utf8("\xc0\x80", 2));         /* overlong */
	assert_false(text_is_utf8("\xed\xa0\x80", 3));     /* surrogate */
	assert_false(text_is_utf8("\xf4\x90\x80\x80", 4)); /* beyond U+10FFFF */
	assert_false(text_is_utf8("\xe2\x82", 2));         /* cut */
	assert_false(text_is_utf8("a\0b", 3));
	/* One bad byte anywhere in a long text. */
	char text[40];
	for (size_t i = 0; i < sizeof(text); i++)
		for (int bad = 0; bad < 2; bad++) {
			memset(text, 'x', sizeof(text));
			assert_true(text_is_utf8(text, sizeof(text)));
			text[i] = bad ? '\xff' : '\0';
			assert_false(text_is_utf8(text, sizeof(text)));
		}
}

static void numbers(void **state)
{
	(void)state;
	int64_t n;
	assert_true(text_to_int64("-9223372036854775808", &n));
	assert_int_equal(n, INT64_MIN);
	assert_false(text_to_int64("9223372036854775808", &n));
	assert_false(text_to_int64("", &n));
	assert_false(text_to_int64(" 1", &n));
	assert_false(text_to_int64("+1", &n));
	assert_false(text_to_int64("1x", &n));
}

static void markup_is_escaped(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 100);
	text_escape_markup(&b, "<a href=\"x\">'&'");
	assert_string_equal(b.data, "&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;");
	buf_release(&b);
}

static void addresses_are_escaped(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, 100);
	text_percent_encode(&b, "aZ09-._~ /?&=#%+\xc3\xa9");
	assert_string_equal(b.data, "aZ09-._~%20%2F%3F%26%3D%23%25%2B%C3%A9");
	buf_release(&b);
}

static void finding_and_comparing(void **state)
{
	(void)state;
	assert_string_equal(text_find_nocase("xxPXPS:-", "pxps"), "PXPS:-");
	assert_null(text_find_nocase("abc", "abd"));
	assert_true(text_equal_nocase("Room@Example", "room@example"));
	assert_false(text_equal_nocase("a", NULL));
	assert_true(text_ends_with("a.def", ".def"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_round_trip),
		cmocka_unit_test(base64_refuses_what_is_not_canonical),
		cmocka_unit_test(base64_adds_nothing_on_failure),
		cmocka_unit_test(base32_round_trip_in_either_case),
		cmocka_unit_test(base32_refuses_what_is_not_canonical),
		cmocka_unit_test(utf8_is_checked),
		cmocka_unit_test(numbers),
		cmocka_unit_test(markup_is_escaped),
		cmocka_unit_test(addresses_are_escaped),
		cmocka_unit_test(finding_and_comparing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
