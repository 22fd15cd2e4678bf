#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct fixture f;

static void add(const char *name, const char *pin, int64_t limit, bool guests)
{
	struct err err = { 0 };
	struct conference c;
	record_defaults(&conference_type, &c, &f.arena);
	c.name = name;
	c.pin = pin;
	c.participant_limit = limit;
	c.allow_guests = guests;
	if (!store_insert(f.store, &conference_type, &c, NULL, &err))
		fail_msg("%s", err.text);
}

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	add("Alpha", "", 10, false);
	add("beta", "1234", 20, true);
	add("Gamma%", "5678", FIELD_NULL, false);
	add("alphabet", "", 10, false);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

/* The names of what is found, in order, each followed by a space. */
static const char *found(const struct store_list *what, int64_t *ret_total)
{
	struct err err = { 0 };
	void *records;
	size_t count;
	static char names[256];
	if (!store_list(
		    f.store, &conference_type, what, &f.arena, &records, &count, ret_total, &err))
		return strcpy(names, err.text);
	names[0] = '\0';
	for (size_t i = 0; i < count; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s ",
			((struct conference *)records)[i].name);
	return names;
}

static const struct filter_case {
	const char *field;
	enum store_match match;
	const char *value, *found;
} cases[] = {
	{ "name", STORE_EXACT, "Alpha", "Alpha " },
	{ "name", STORE_EXACT, "alpha", "" },
	{ "name", STORE_IEXACT, "alpha", "Alpha " },
	{ "name", STORE_CONTAINS, "pha", "Alpha alphabet " },
	{ "name", STORE_CONTAINS, "%", "Gamma% " },
	{ "name", STORE_ICONTAINS, "BET", "beta alphabet " },
	{ "name", STORE_STARTSWITH, "alp", "alphabet " },
	{ "name", STORE_ENDSWITH, "a", "Alpha beta " },
	{ "name", STORE_ENDSWITH, "", "Alpha beta Gamma% alphabet " },
	{ "name", STORE_IN, "beta,Alpha,x", "Alpha beta " },
	{ "name", STORE_REGEX, "^[ab].*a", "beta alphabet " },
	{ "name", STORE_REGEX, "(",
		"filter 'name': regular expression, character 1: missing closing parenthesis" },
	{ "participant_limit", STORE_EXACT, "10", "Alpha alphabet " },
	{ "participant_limit", STORE_LT, "20", "Alpha alphabet " },
	{ "participant_limit", STORE_LTE, "20", "Alpha beta alphabet " },
	{ "participant_limit", STORE_GT, "10", "beta " },
	{ "participant_limit", STORE_GTE, "10", "Alpha beta alphabet " },
	{ "participant_limit", STORE_IN, "10,20", "Alpha beta alphabet " },
	{ "participant_limit", STORE_ISNULL, "true", "Gamma% " },
	{ "participant_limit", STORE_ISNULL, "false", "Alpha beta alphabet " },
	{ "participant_limit", STORE_ISNULL, "x",
		"filter 'participant_limit': must be true or false" },
	{ "participant_limit", STORE_EXACT, "ten",
		"filter 'participant_limit': must be a whole number" },
	{ "pin", STORE_ISNULL, "false", "beta Gamma% " },
	{ "allow_guests", STORE_EXACT, "true", "beta " },
	{ "creation_time", STORE_GT, "2026-01-01T00:00:00Z", "Alpha beta Gamma% alphabet " },
	{ NULL, STORE_IN, "1,3", "Alpha Gamma% " },
	{ NULL, STORE_GT, "2", "Gamma% alphabet " },
};

static void filters(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct filter_case *c = &cases[i];
		struct store_filter filter = { c->field ? record_field(&conference_type, c->field)
							: NULL,
			c->match, c->value };
		const char *names = found(&(struct store_list){ &filter, 1, .limit = 0 }, NULL);
		if (strcmp(names, c->found) != 0)
			fail_msg("case %zu: '%s' instead of '%s'", i, names, c->found);
	}
}

static void order_and_pages(void **state)
{
	(void)state;
	int64_t total;
	const struct field *limit = record_field(&conference_type, "participant_limit");
	assert_string_equal(found(NULL, &total), "Alpha beta Gamma% alphabet ");
	assert_int_equal(total, 4);
	assert_string_equal(found(&(struct store_list){ .descending = true }, NULL),
		"alphabet Gamma% beta Alpha ");
	assert_string_equal(found(&(struct store_list){ .order = limit, .descending = true }, NULL),
		"beta alphabet Alpha Gamma% ");
	assert_string_equal(
		found(&(struct store_list){ .limit = 2, .offset = 1 }, &total), "beta Gamma% ");
	assert_int_equal(total, 4);
	assert_string_equal(found(&(struct store_list){ .offset = 9 }, &total), "");
	struct store_filter both[] = { { limit, STORE_EXACT, "10" },
		{ record_field(&conference_type, "name"), STORE_STARTSWITH, "A" } };
	assert_string_equal(found(&(struct store_list){ both, 2, .limit = 1 }, &total), "Alpha ");
	assert_int_equal(total, 1);
}

static void secrets_cannot_be_searched_for(void **state)
{
	(void)state;
	struct err err = { 0 };
	void *records;
	size_t count;
	struct store_filter filter = { record_field(&ms_exchange_connector_type, "password"),
		STORE_STARTSWITH, "a" };
	assert_false(store_list(f.store, &ms_exchange_connector_type,
		&(struct store_list){ &filter, 1, .limit = 0 }, &f.arena, &records, &count, NULL,
		&err));
	assert_string_equal(err.text, "filter 'password': is a secret, and cannot be searched for");
}

static void the_number_of_filters_and_values_is_limited(void **state)
{
	(void)state;
	struct store_filter many[STORE_FILTERS_MAX + 1];
	for (int i = 0; i <= STORE_FILTERS_MAX; i++)
		many[i] = (struct store_filter){ NULL, STORE_GT, "0" };
	assert_string_equal(
		found(&(struct store_list){ many, STORE_FILTERS_MAX, .limit = 1 }, NULL), "Alpha ");
	assert_string_equal(
		found(&(struct store_list){ many, STORE_FILTERS_MAX + 1, .limit = 1 }, NULL),
		"more than 32 filters");
	char list[2 * STORE_IN_MAX + 3];
	for (int i = 0; i <= STORE_IN_MAX; i++)
		memcpy(list + 2 * i, "1,", 3);
	list[2 * STORE_IN_MAX - 1] = '\0';
	struct store_filter in[2] = { { NULL, STORE_IN, list }, { NULL, STORE_IN, list } };
	assert_string_equal(found(&(struct store_list){ in, 1, .limit = 0 }, NULL), "Alpha ");
	assert_string_equal(found(&(struct store_list){ in, 2, .limit = 0 }, NULL),
		"filter 'id': too many values; at most 198 are allowed");
	list[2 * STORE_IN_MAX - 1] = ',';
	assert_string_equal(found(&(struct store_list){ in, 1, .limit = 0 }, NULL),
		"filter 'id': lists more than 100 values");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(filters),
		T(order_and_pages),
		T(secrets_cannot_be_searched_for),
		T(the_number_of_filters_and_values_is_limited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
