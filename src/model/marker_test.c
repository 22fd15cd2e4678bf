#include "model/marker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define UUID "0f8fad5b-d9cb-469f-a165-70867728950e"

static void found_whatever_the_client_did(void **state)
{
	(void)state;
	static const struct {
		const char *body;
		bool html;
	} bodies[] = {
		{ "PXPS:-" UUID "#", false },
		{ "joining: pxps:-0F8FAD5B-D9CB-469F-A165-70867728950E# bye", false },
		{ "PXPS:-0f8fad5b-d9cb-469f-\r\n a165-70867728950e#", false },
		{ "PXPS:\xe2\x80\x91"
		  "0f8fad5b\xe2\x80\x93"
		  "d9cb-469f-a165-70867728950e#",
			false },
		{ "PX\xc2\xadPS:-0f8f\xe2\x80\x8b"
		  "ad5b-d9cb-469f-a165-70867728950e\xef\xbb\xbf#",
			false },
		{ "<p>PXPS:-" UUID "#</p>", true },
		{ "<span>PX</span><span style='a>b'>PS</span>:-0f8fad5b-d9cb<br>\n-469f-a165-"
		  "<b>70867728950e</b>#",
			true },
		{ "&#80;XPS&#x3a;-0f8fad5b&#45;d9cb&ndash;469f-a165&shy;-70867728950e&num;", true },
		{ "<style>PXPS:-bad#</style><!-- TOK:-bad2# -->1 &lt; 2 < 3 & so PXPS:-" UUID "#",
			true },
		{ "<a title=\"PXPS:-11111111-2222-3333-4444-555555555555#\">PXPS:-" UUID "#</a>",
			true },
		{ "PXPS:-" UUID "# and again PXPS:-" UUID "#", true },
	};
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct markers m;
		markers_find(bodies[i].body, bodies[i].html, &m);
		assert_int_equal(m.count, 1);
		assert_false(m.damaged);
		assert_int_equal(m.items[0].kind, MARKER_ALIAS);
		assert_string_equal(m.items[0].uuid, UUID);
	}
}

static void damaged_ones_are_told(void **state)
{
	(void)state;
	static const char *const bodies[] = { ("PXPS:-" UUID), "PXPS:-#", "PXPS:-0f8fad5b#",
		"PXPS:-0g8fad5b-d9cb-469f-a165-70867728950e#", "TOK:-#", "TOK:-abc", "TOK:-a+b#",
		"TOK:-a-b#", "TOK:-a1b#", "PXPS:-0f8fad5b-d9cb-469f-a165-70867728950e0#" };
	for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		struct markers m;
		markers_find(bodies[i], false, &m);
		assert_int_equal(m.count, 0);
		assert_true(m.damaged);
	}
	struct markers m;
	markers_find("no mark here: none: PXPS TOK", false, &m);
	assert_int_equal(m.count, 0);
	assert_false(m.damaged);
}

static void a_token_is_the_same_in_either_case(void **state)
{
	(void)state;
	struct markers m;
	markers_find("tok:-AbC2\r\n7z# TOK:-abc27Z#", false, &m);
	assert_int_equal(m.count, 1);
	assert_false(m.damaged);
	assert_int_equal(m.items[0].kind, MARKER_TOKEN);
	assert_string_equal(m.items[0].token, "ABC27Z");
	char marker[MARKER_MAX + 1];
	marker_format_token(m.items[0].token, marker);
	assert_string_equal(marker, "TOK:-ABC27Z#");
}

static void limits_hold(void **state)
{
	(void)state;
	struct markers m;
	char *body = malloc(MARKER_BODY_MAX + 200),
	     uuid[] = "PXPS:-0f8fad5b-d9cb-469f-a165-70867728950X#";
	body[0] = '\0';
	for (int i = 0; i < MARKERS_MAX + 2; i++) {
		uuid[sizeof(uuid) - 3] = "0123456789abcdef"[i];
		strcat(body, uuid);
	}
	markers_find(body, false, &m);
	assert_int_equal(m.count, MARKERS_MAX);

	/* One byte more than a token may have. */
	strcpy(body, "TOK:-");
	memset(body + 5, 'a', MARKER_TOKEN_MAX);
	strcpy(body + 5 + MARKER_TOKEN_MAX, "#");
	markers_find(body, false, &m);
	assert_int_equal(m.count, 1);
	strcpy(body + 5 + MARKER_TOKEN_MAX, "a#");
	markers_find(body, false, &m);
	assert_int_equal(m.count, 0);

	/* Beyond the part of a body that is looked at. */
	memset(body, 'x', MARKER_BODY_MAX);
	strcpy(body + MARKER_BODY_MAX, "PXPS:-" UUID "#");
	markers_find(body, false, &m);
	assert_int_equal(m.count, 0);
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(found_whatever_the_client_did),
		cmocka_unit_test(damaged_ones_are_told),
		cmocka_unit_test(a_token_is_the_same_in_either_case),
		cmocka_unit_test(limits_hold),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
