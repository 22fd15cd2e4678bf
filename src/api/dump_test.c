#include "api/dump.h"
#include "model/records.h"
#include "wire/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void the_reference_has_every_field(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, DUMP_MAX);
	dump_settings(&b);
	assert_false(b.overflow);
	for (const struct record_type *const *t = record_types; *t; t++) {
		char wanted[128];
		snprintf(wanted, sizeof(wanted), "\n## %s\n", (*t)->name);
		const char *section = strstr(b.data, wanted);
		assert_non_null(section);
		for (size_t i = 0; i < (*t)->n_fields; i++) {
			snprintf(wanted, sizeof(wanted), "\n| `%s` | %s |", (*t)->fields[i].name,
				(*t)->fields[i].label);
			if (!strstr(section, wanted))
				fail_msg("%s.%s is missing", (*t)->name, (*t)->fields[i].name);
		}
	}
	buf_release(&b);
}

/* Five cells: an unescaped bar in a text would make more. */
static void every_row_has_five_cells(void **state)
{
	(void)state;
	struct buf b;
	buf_init(&b, DUMP_MAX);
	dump_settings(&b);
	int rows = 0;
	for (const char *line = b.data; *line; line += strcspn(line, "\n") + 1) {
		int bars = 0;
		if (strncmp(line, "| `", 3) != 0)
			continue;
		for (size_t i = 0; line[i] != '\n'; i++)
			bars += line[i] == '|' && line[i - (i > 0)] != '\\';
		assert_int_equal(bars, 6);
		rows++;
	}
	assert_true(rows > 100);
	buf_release(&b);
}

static void the_schema_is_one_json_object(void **state)
{
	(void)state;
	struct buf b;
	struct err err = { 0 };
	json_t *all;
	buf_init(&b, DUMP_MAX);
	dump_schema(&b);
	assert_false(b.overflow);
	if (!json_parse(b.data, b.len, &all, &err))
		fail_msg("%s", err.text);
	for (const struct record_type *const *t = record_types; *t; t++)
		assert_int_equal(json_object_size(json_object_get(json_object_get(all, (*t)->name),
					 "fields")) >= (*t)->n_fields + 2,
			1);
	json_decref(all);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_has_every_field),
		cmocka_unit_test(every_row_has_five_cells),
		cmocka_unit_test(the_schema_is_one_json_object),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
