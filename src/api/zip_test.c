#include "api/zip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void an_archive_has_its_files_and_their_list(void **state)
{
	(void)state;
	/* "123456789" has the check value of CRC-32: cbf43926. */
	static const unsigned char expected[] =
		"PK\3\4\12\0\0\0\0\0\0\0\41\0\x26\x39\xf4\xcb\11\0\0\0\11\0\0\0\1\0\0\0a123456789"
		"PK\1\2\12\0\12\0\0\0\0\0\0\0\41\0\x26\x39\xf4\xcb\11\0\0\0\11\0\0\0\1\0\0\0"
		"\0\0\0\0\0\0\0\0\0\0\0\0\0\0a"
		"PK\5\6\0\0\0\0\1\0\1\0\57\0\0\0\50\0\0\0\0\0";
	struct buf b;
	struct zip zip;
	buf_init(&b, 1000);
	zip_init(&zip, &b);
	zip_add(&zip, "a", "123456789", 9);
	zip_finish(&zip);
	assert_int_equal(b.len, sizeof(expected) - 1);
	assert_memory_equal(b.data, expected, b.len);
	buf_release(&b);
}

static void what_does_not_fit_is_the_callers_to_see(void **state)
{
	(void)state;
	struct buf b;
	struct zip zip;
	buf_init(&b, 50);
	zip_init(&zip, &b);
	zip_add(&zip, "name", "123456789012345678901234567890", 30);
	zip_finish(&zip);
	assert_true(b.overflow);
	buf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_archive_has_its_files_and_their_list),
		cmocka_unit_test(what_does_not_fit_is_the_callers_to_see),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
