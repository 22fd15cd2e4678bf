/*
 * What the cases cannot show: budgets, the pex_* filters, strangers' values, errors of the API.
 */
#include "tmpl/tmpl.h"

#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { OUT_MAX = 4 << 20 };

struct result {
	bool ok;
	struct buf out;
	struct err err;
};

static struct result rendered(
	const char *source, bool autoescape, const struct tmpl_var *vars, size_t count)
{
	struct result r = { 0 };
	struct tmpl *t = NULL;
	buf_init(&r.out, OUT_MAX);
	r.ok = tmpl_compile(source, strlen(source), autoescape, &t, &r.err) &&
		tmpl_render(t, vars, count, &r.out, &r.err);
	tmpl_free(&t);
	return r;
}

static void gives(const char *source, const char *wanted)
{
	struct result r = rendered(source, false, NULL, 0);
	if (!r.ok)
		print_error("%s: %s\n", source, r.err.text);
	assert_true(r.ok);
	assert_string_equal(r.out.data, wanted);
	buf_release(&r.out);
}

static void refuses(const char *source, enum err_code code, const char *part)
{
	struct result r = rendered(source, true, NULL, 0);
	assert_false(r.ok);
	if (r.err.code != code || !strstr(r.err.text, part))
		print_error("%s: %s\n", source, r.err.text);
	assert_int_equal(r.err.code, code);
	assert_non_null(strstr(r.err.text, part));
	assert_int_equal(r.out.len, 0);
	buf_release(&r.out);
}

/* --- budgets --- */

static char *repeated(const char *before, const char *part, size_t times, const char *after)
{
	struct buf b;
	buf_init(&b, OUT_MAX);
	buf_adds(&b, before);
	for (size_t i = 0; i < times; i++)
		buf_adds(&b, part);
	buf_adds(&b, after);
	return buf_steal(&b);
}

static void refuses_repeated(
	const char *before, const char *part, size_t times, const char *after, const char *sentence)
{
	char *source = repeated(before, part, times, after);
	refuses(source, ERR_LIMIT, sentence);
	free(source);
}

static void a_template_has_a_greatest_size(void **state)
{
	(void)state;
	refuses_repeated("", "x", TMPL_SOURCE_MAX + 1, "", "longer than 65536 bytes");
}

static void nesting_is_bounded_wherever_it_comes_from(void **state)
{
	(void)state;
	const size_t deep = 5000;
	char *brackets = repeated("{{ ", "(", deep, "");
	refuses(brackets, ERR_INVALID, "nested too deep");
	free(brackets);
	refuses_repeated("{{ ", "-", deep, "1 }}", "nested more than 100");
	refuses_repeated("{{ ", "not ", deep, "1 }}", "nested more than 100");
	refuses_repeated("{{ 1", " + 1", deep, " }}", "nested more than 100");
	refuses_repeated("{{ x", ".a", deep, " }}", "nested more than 100");
	refuses_repeated("{{ x", "|e", deep, " }}", "nested more than 100");
	refuses_repeated("{{ x", " if 1 else x", deep, " }}", "nested more than 100");
	refuses_repeated("", "{% if 1 %}", deep, "", "nested more than 100");
	refuses_repeated("", "{% for x in y %}", 2000, "", "nested more than 100");
}

static void steps_are_bounded(void **state)
{
	(void)state;
	refuses("{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}"
		"{% endfor %}{% endfor %}{% endfor %}",
		ERR_LIMIT, "more than 1000000 steps");
	refuses("{% set x = 'x' * 9999 %}{% for a in range(90000) %}{% if 'y' in x %}{% endif %}{% "
		"endfor %}",
		ERR_LIMIT, "more than");
	refuses("{{ (range(90000)|list + range(90000)|map('string')|list)|unique|list|length }}",
		ERR_LIMIT, "more than");
}

/* What only looks at a long text makes no memory, so it must cost steps. */
static void looking_costs_steps(void **state)
{
	(void)state;
	static const char *const looks[] = { "x|length", "x[5]", "x == y", "x < y", "'b' in x",
		"x.rfind('aaaaaaaaaab')", "x.count('b')", "x.islower()", "x is lower",
		"x|wordcount", "x[1:2]", "x.partition('b')", "x.rpartition('ab')",
		"x.startswith(y)", "x|pex_md5", "x|pex_clean_phone_number",
		"pex_regex_search('^b', x)", "x|int", "l == m", "5 in l", "x.strip()" };
	char source[400];
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++) {
		snprintf(source, sizeof(source),
			"{%% set x = 'a' * 1000000 %%}{%% set y = 'a' * 1000000 %%}"
			"{%% set l = range(99999)|list %%}{%% set m = range(99999)|list %%}"
			"{%% for i in range(99999) %%}{%% if %s %%}{%% endif %%}{%% endfor %%}",
			looks[i]);
		refuses(source, ERR_LIMIT, "more than 1000000 steps");
	}
}

static void lists_and_ranges_are_bounded(void **state)
{
	(void)state;
	refuses("{{ range(1000000000) }}", ERR_LIMIT, "more than 100000 items");
	refuses("{{ range(-9223372036854775807, 9223372036854775807) }}", ERR_LIMIT,
		"more than 100000 items");
	refuses("{% set x = [0] %}{{ x * 100001 }}", ERR_LIMIT, "more than 100000 items");
	refuses("{% set x = range(60000)|list %}{{ (x + x)|length }}", ERR_LIMIT,
		"more than 100000 items");
}

static void texts_are_bounded(void **state)
{
	(void)state;
	refuses("{% set x = 'a' %}{{ x * 2000000 }}", ERR_LIMIT, "longer than 1048576 bytes");
	refuses("{% set x = 'a' %}{{ x.center(99999999) }}", ERR_LIMIT, "longer than");
	refuses("{% set x = '%99999999d' %}{{ x % 1 }}", ERR_LIMIT, "longer than");
	refuses("{% set x = '{:99999999}' %}{{ x.format(1) }}", ERR_LIMIT, "width or precision");
	refuses("{% set x = '%.500f' %}{{ x % 1.5 }}", ERR_LIMIT, "precision is above");
	refuses("{% set x = 'a' * 999 %}{{ x|replace('a', x)|replace('a', x) }}", ERR_LIMIT,
		"longer than");
	refuses("{{ [[[]]]|tojson(9999999) }}", ERR_LIMIT, "longer than");
}

static void output_is_bounded(void **state)
{
	(void)state;
	refuses("{% set x = 'a' * 1000 %}{% for i in range(300) %}{{ x }}{% endfor %}", ERR_LIMIT,
		"the rendered text is longer than 262144 bytes");
}

static void memory_is_bounded(void **state)
{
	(void)state;
	refuses("{% for i in range(999) %}{% set x = 'a' * (100000 + i) %}{% endfor %}", ERR_LIMIT,
		"bytes of memory");
}

static void depth_of_values_is_bounded(void **state)
{
	(void)state;
	struct tmpl_value levels[TMPL_DEPTH_MAX + 2];
	levels[0] = tmpl_int(1);
	for (int i = 1; i < TMPL_DEPTH_MAX + 2; i++)
		levels[i] = tmpl_list(&levels[i - 1], 1);
	struct tmpl_var var = { "x", levels[TMPL_DEPTH_MAX + 1] };
	struct result r = rendered("{{ x }}", true, &var, 1);
	assert_false(r.ok);
	assert_int_equal(r.err.code, ERR_LIMIT);
	buf_release(&r.out);
	refuses("{% set ns = namespace(x=[]) %}{% for i in range(99) %}{% set ns.x = [ns.x] %}"
		"{% endfor %}{{ ns.x }}",
		ERR_LIMIT, "more than 50 levels");
	refuses("{% set ns = namespace(x=[], y=[]) %}{% for i in range(99) %}{% set ns.x = [ns.x] "
		"%}"
		"{% set ns.y = [ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
		ERR_LIMIT, "more than 50 levels");
	refuses("{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}", ERR_LIMIT,
		"more than 50 levels");
}

static void regular_expressions_are_bounded(void **state)
{
	(void)state;
	refuses("{{ pex_regex_search('(a+)+$', 'a' * 40 ~ 'b') }}", ERR_LIMIT, "takes too long");
	refuses("{{ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab'|pex_regex_replace('(a|aa)+$', '') }}",
		ERR_LIMIT, "takes too long");
	refuses_repeated("{{ 'a'|pex_regex_replace('", "a", TMPL_PATTERN_MAX + 1, "', '') }}",
		"longer than 1000 bytes");
	refuses("{% set x = 'a' * 20000 %}{{ x|pex_regex_replace('(a)()', '') }}", ERR_LIMIT,
		"matches more than");
	refuses("{% set x = 'a' * 20000 %}{{ x|pex_regex_replace('a', '') }}", ERR_LIMIT,
		"1000000 steps");
	refuses("{% for i in range(9999) %}{% if pex_regex_search('a', 'b') %}{% endif %}{% endfor "
		"%}",
		ERR_LIMIT, "1000000 steps");
	refuses("{{ 'a'|pex_regex_replace('(', '') }}", ERR_INVALID, "expression is wrong");
	refuses("{{ 'a'|pex_regex_replace('a', '\\\\2') }}", ERR_INVALID, "names group 2");
}

static void a_small_buffer_gets_nothing(void **state)
{
	(void)state;
	struct tmpl *t;
	struct err err;
	struct buf out;
	buf_init(&out, 4);
	buf_adds(&out, "ab");
	assert_true(tmpl_compile("abc", 3, true, &t, &err));
	assert_false(tmpl_render(t, NULL, 0, &out, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	assert_string_equal(out.data, "ab");
	tmpl_free(&t);
	tmpl_free(&t);
	buf_release(&out);
}

static void a_failed_rendering_adds_nothing(void **state)
{
	(void)state;
	struct tmpl *t;
	struct err err;
	struct buf out;
	const char *source = "text {{ 1 / zero }}";
	struct tmpl_var zero = { "zero", tmpl_int(0) };
	buf_init(&out, 100);
	buf_adds(&out, "kept");
	assert_true(tmpl_compile(source, strlen(source), true, &t, &err));
	assert_false(tmpl_render(t, &zero, 1, &out, &err));
	assert_string_equal(err.text, "line 1, column 11: division by zero");
	assert_string_equal(out.data, "kept");
	tmpl_free(&t);
	buf_release(&out);
}

static void sentences_are_utf8_wherever_they_are_cut(void **state)
{
	(void)state;
	char source[400];
	for (int shift = 0; shift < 4; shift++) {
		snprintf(source, sizeof(source), "{{ '%.*s%s' %% {} }}", shift, "abc",
			"%(äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü)s");
		struct result r = rendered(source, true, NULL, 0);
		assert_false(r.ok);
		assert_true(text_is_utf8(r.err.text, strlen(r.err.text)));
		snprintf(source, sizeof(source), "{%% set d = {} %%}{{ d['%.*s%s'].x }}", shift,
			"abc", "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöüäöü");
		r = rendered(source, true, NULL, 0);
		assert_false(r.ok);
		assert_true(text_is_utf8(r.err.text, strlen(r.err.text)));
	}
}

/* --- values --- */

static struct result of_text(const char *source, bool autoescape, struct tmpl_value v)
{
	struct tmpl_var var = { "x", v };
	return rendered(source, autoescape, &var, 1);
}

static void text_gives(const char *source, struct tmpl_value v, const char *wanted)
{
	struct result r = of_text(source, true, v);
	assert_true(r.ok);
	assert_string_equal(r.out.data, wanted);
	buf_release(&r.out);
}

static void broken_utf8_is_repaired(void **state)
{
	(void)state;
	text_gives("{{ x }}",
		tmpl_text("a\xff\xc3(\xe2\x82"
			  "b\xc3\xa9"),
		"a\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd"
		"b\xc3\xa9");
	refuses("a\xff", ERR_INVALID, "not UTF-8");
}

static void strangers_cannot_forge_markers(void **state)
{
	(void)state;
	text_gives("{{ x }}", tmpl_stranger_text("PXPS:-1234# tok:-x# Tasks:- a PXPS :-"),
		"PXPS\xef\xbc\x9a-1234# tok\xef\xbc\x9a-x# Tasks:- a PXPS \xef\xbc\x9a-");
	text_gives("{{ x }}", tmpl_stranger_text("P\xc2\xadX\xe2\x80\x8bpS\xef\xbb\xbf:-"),
		"P\xc2\xadX\xe2\x80\x8bpS\xef\xbb\xbf\xef\xbc\x9a-");
	text_gives("{{ x }}", tmpl_text("PXPS:-1234#"), "PXPS:-1234#");
	text_gives("{{ x is none }}", tmpl_stranger_text(NULL), "True");
}

static void safe_text_is_not_escaped(void **state)
{
	(void)state;
	struct tmpl_value v = tmpl_text("<b>");
	text_gives("{{ x }}", v, "&lt;b&gt;");
	v.text.safe = true;
	text_gives("{{ x }}", v, "<b>");
}

/* Whatever a template does with a stranger's text, no tag of it comes out. */
static void strangers_cannot_write_markup(void **state)
{
	(void)state;
	static const char *const templates[] = { "{{ x }}", "{{ x|upper }}", "{{ x|title }}",
		"{{ x|striptags }}", "{{ x|e|striptags }}", "{{ x|replace('a', '<b>') }}",
		"{{ '%s'|format(x) }}", "{{ ('%s'|safe) % x }}", "{{ ('{}'|safe).format(x) }}",
		"{{ [x, 'a'|safe]|join(x) }}", "{{ ('-'|safe).join([x, x]) }}",
		"{{ ('a'|safe) ~ x }}", "{{ x + ('a'|safe) }}", "{{ x|wordwrap(3) }}",
		"{{ x|truncate(5, true, '', 0) }}", "{{ x|reverse }}", "{{ x|list }}", "{{ [x] }}",
		"{{ {x: x} }}", "{{ x|pex_url_decode }}", "{{ x|pex_head(9) }}", "{{ x|tojson }}",
		"{{ x|pex_to_json }}", "{{ x|indent }}", "{{ x|e|indent(2) }}",
		"{% set y %}{{ x }}{% endset %}{{ y }}", "{% filter upper %}{{ x }}{% endfilter %}",
		"{% for c in x|e %}{{ c }}{% endfor %}", "{{ x|xmlattr if x is mapping else x }}",
		"{{ x|pex_regex_replace('a', '<b>') }}", "{{ x|center(50) }}",
		"{{ ('a'|safe).replace('a', x) }}", "{{ ('a'|safe)|replace('a', x) }}" };
	for (size_t i = 0; i < sizeof(templates) / sizeof(templates[0]); i++) {
		struct result r = of_text(templates[i], true,
			tmpl_stranger_text("<a href=x>&lt;script&gt;%3Cb%3E</a>"));
		if (!r.ok)
			print_error("%s: %s\n", templates[i], r.err.text);
		assert_true(r.ok);
		assert_null(strpbrk(r.out.data, "<>"));
		buf_release(&r.out);
	}
}

/* --- pex_* --- */

static void pex_text_filters(void **state)
{
	(void)state;
	gives("{{ 'Hello'|pex_base64 }}", "SGVsbG8=");
	gives("{{ '+47 (12) 34-x'|pex_clean_phone_number }}", "+471234");
	gives("{{ 'abcdef'|pex_head(2) }} {{ 'abcdef'|pex_tail(2) }} {{ 'ab'|pex_tail(9) }}",
		"ab ef ab");
	gives("{{ 'äöü'|pex_reverse }} {{ 'äöü'|pex_strlen }} {{ 12345|pex_tail(3) }}",
		"üöä 3 345");
	gives("{{ 'abc'|pex_md5 }}", "900150983cd24fb0d6963f7d28e17f72");
	gives("{{ 'abc'|pex_hash }}",
		"084342368487090800366523834928142263660104883695016514377462985829716817089965");
	gives("{{ 'abc'|pex_hash|pex_tail(6)|pex_strlen }}", "6");
	gives("{{ 'abc'|pex_require_min_length(3) }}", "abc");
	refuses("{{ 'ab'|pex_require_min_length(3) }}", ERR_INVALID, "shorter than the 3");
	refuses("{{ 'ab'|pex_head(-1) }}", ERR_INVALID, "not negative");
}

static void pex_codes(void **state)
{
	(void)state;
	gives("{{ {'b': 1, 'a': [true, none, 'x']}|pex_to_json }}",
		"{\"b\": 1, \"a\": [true, null, \"x\"]}");
	gives("{{ {'a': 1, 'b': 2}|pex_update({'b': 3, 'c': 4}) }}", "{'a': 1, 'b': 3, 'c': 4}");
	gives("{{ 'a b/c?ä'|pex_url_encode }} {{ 'a%20b%2fc%C3%A4%zz+%ff'|pex_url_decode }}",
		"a%20b%2Fc%3F%C3%A4 a b/cä%zz+\xef\xbf\xbd");
	gives("{{ 'AAECAwQFBgcICQoLDA0ODw=='|pex_to_uuid }}",
		"00010203-0405-0607-0809-0a0b0c0d0e0f");
	refuses("{{ 'AAEC'|pex_to_uuid }}", ERR_INVALID, "16 bytes");
	gives("{{ pex_md5('abc') == 'abc'|pex_md5 }}", "True");
	refuses("{{ pex_md5() }}", ERR_INVALID, "needs arguments");
	refuses("{{ 1|pex_update({}) }}", ERR_INVALID, "two dicts");
}

static void pex_regular_expressions(void **state)
{
	(void)state;
	gives("{{ 'user1@a.com'|pex_regex_replace('@.+', '@b.com') }}", "user1@b.com");
	gives("{{ 'ab12'|pex_regex_replace('([a-z]+)(?P<n>\\\\d+)', '\\\\g<n>-\\\\1') }}", "12-ab");
	gives("{{ 'abc'|pex_regex_replace('x*', '-') }}", "-a-b-c-");
	gives("{{ 'baac'|pex_regex_replace('a*', '-') }}", "-b--c-");
	gives("{{ 'äbc'|pex_regex_replace('\\\\w', '.') }}", "...");
	gives("{% set g = pex_regex_search('([a-z]+)@([a-z.]+)(x)?', 'to me@example.com') %}"
	      "{{ g[0] }} {{ g[1] }} {{ g[2] }} {{ g|length }}",
		"me example.com None 3");
	gives("{{ pex_regex_search('x', 'abc') }}", "None");
	gives("{{ pex_find_first_match(['a', 'b1', 'c2'], '\\\\d') }}", "b1");
	gives("[{{ ['a']|pex_find_first_match('x') }}]", "[]");
}

static void pex_links(void **state)
{
	(void)state;
	gives("{{ 'https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2Fx"
	      "&data=05'|pex_safelinks_decode }}",
		"https://a.example/x");
	gives("{{ 'https://a.example/?url=b'|pex_safelinks_decode }}", "https://a.example/?url=b");
	gives("{{ 'https://urldefense.proofpoint.com/v2/url?u=https-3A__a.example_x-3Fy-3D1&d=Dw'"
	      "|pex_urldefense_decode }}",
		"https://a.example/x?y=1");
	gives("{{ 'https://urldefense.proofpoint.com/v1/url?u=http%3A%2F%2Fa.example%2F&k=1'"
	      "|pex_urldefense_decode }}",
		"http://a.example/");
	gives("{{ 'https://urldefense.com/v3/__https://a.example/x*y**Az__;IyUm!!abc!def$'"
	      "|pex_urldefense_decode }}",
		"https://a.example/x#y%&z");
	gives("{{ 'plain'|pex_urldefense_decode }}", "plain");
}

static void pex_subnets(void **state)
{
	(void)state;
	gives("{{ pex_in_subnet('10.47.0.1', ['10.47.0.0/16', '10.147.0.0/16']) }}", "True");
	gives("{{ pex_in_subnet('10.44.0.1', ['10.47.0.0/16']) }}", "False");
	gives("{{ '10.1.2.3'|pex_in_subnet('10.1.2.3') }}", "True");
	gives("{{ pex_in_subnet('2001:658:22a:cafe::1', ['2001::/16']) }}", "True");
	gives("{{ pex_in_subnet('192.0.2.129', '192.0.2.128/25') }}", "True");
	gives("{{ pex_in_subnet('::1', '127.0.0.0/8') }}", "False");
	gives("{{ pex_in_subnet('1.2.3.4', '0.0.0.0/0') }}", "True");
	refuses("{{ pex_in_subnet('x', '10.0.0.0/8') }}", ERR_INVALID, "no address");
	refuses("{{ pex_in_subnet('1.2.3.4', '10.0.0.0/33') }}", ERR_INVALID, "no subnet");
}

static void pex_chance_and_time(void **state)
{
	(void)state;
	gives("{{ pex_random_pin(6)|length }} {{ pex_random_pin(6).isdigit() }}", "6 True");
	gives("{{ 4|pex_random_pin|length }}", "4");
	refuses("{{ pex_random_pin(21) }}", ERR_INVALID, "1 to 20 digits");
	gives("{{ pex_uuid4()|length }} {{ pex_uuid4()[14] }}", "36 4");
	gives("{% set now = pex_now('Europe/London') %}{{ now.year > 2000 }} {{ now.month in "
	      "range(1, 13) }} {{ now.hour in range(24) }} {{ (now|string)|length }}",
		"True True True 19");
	gives("{{ (pex_now().minute - pex_now('Asia/Kolkata').minute)|abs in [30, 29, 31] }}",
		"True");
	refuses("{{ pex_now('../../etc/passwd') }}", ERR_INVALID, "time zone is wrong");
	refuses("{{ pex_now('No/Where') }}", ERR_INVALID, "no time zone 'No/Where'");
	refuses("{{ pex_now('zone.tab') }}", ERR_INVALID, "wrong");
	refuses("{{ pex_now('Europe') }}", ERR_INVALID, "no time zone");
}

static void debug_log_goes_to_the_caller(void **state)
{
	(void)state;
	struct tmpl *t;
	struct err err;
	struct buf out, log;
	const char *source = "a{{ pex_debug_log('x is ', 5, none) }}b{{ 'y'|pex_debug_log }}";
	buf_init(&out, 100);
	buf_init(&log, 100);
	assert_true(tmpl_compile(source, strlen(source), true, &t, &err));
	assert_true(tmpl_render_logged(t, NULL, 0, &log, &out, &err));
	assert_string_equal(out.data, "ab");
	assert_string_equal(log.data, "x is ,5,None\ny\n");
	tmpl_free(&t);
	buf_release(&out);
	buf_release(&log);
}

static void a_template_tells_its_variables(void **state)
{
	(void)state;
	struct tmpl *t;
	struct err err;
	const char *source = "{{ alias }}{% set a = 1 %}{{ a }}{% for i in range(n) %}{{ i }}"
			     "{{ subject }}{% endfor %}";
	assert_true(tmpl_compile(source, strlen(source), true, &t, &err));
	assert_string_equal(tmpl_variable(t, 0), "alias");
	assert_string_equal(tmpl_variable(t, 1), "n");
	assert_string_equal(tmpl_variable(t, 2), "subject");
	assert_null(tmpl_variable(t, 3));
	tmpl_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_template_has_a_greatest_size),
		cmocka_unit_test(nesting_is_bounded_wherever_it_comes_from),
		cmocka_unit_test(steps_are_bounded),
		cmocka_unit_test(looking_costs_steps),
		cmocka_unit_test(lists_and_ranges_are_bounded),
		cmocka_unit_test(texts_are_bounded),
		cmocka_unit_test(output_is_bounded),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(depth_of_values_is_bounded),
		cmocka_unit_test(regular_expressions_are_bounded),
		cmocka_unit_test(a_small_buffer_gets_nothing),
		cmocka_unit_test(a_failed_rendering_adds_nothing),
		cmocka_unit_test(sentences_are_utf8_wherever_they_are_cut),
		cmocka_unit_test(broken_utf8_is_repaired),
		cmocka_unit_test(strangers_cannot_forge_markers),
		cmocka_unit_test(safe_text_is_not_escaped),
		cmocka_unit_test(strangers_cannot_write_markup),
		cmocka_unit_test(pex_text_filters),
		cmocka_unit_test(pex_codes),
		cmocka_unit_test(pex_regular_expressions),
		cmocka_unit_test(pex_links),
		cmocka_unit_test(pex_subnets),
		cmocka_unit_test(pex_chance_and_time),
		cmocka_unit_test(debug_log_goes_to_the_caller),
		cmocka_unit_test(a_template_tells_its_variables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
