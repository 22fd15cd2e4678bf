#include "api/icons.h"
#include "api/addin_icons.h"
#include "base/text.h"
#include "store/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct fixture f;
static const char *made[8];
static size_t n_made;

static int setup(void **state)
{
	(void)state;
	fixture_empty(&f);
	n_made = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	while (n_made)
		remove(made[--n_made]);
	fixture_release(&f);
	return 0;
}

static const char *path_of(const char *name)
{
	return made[n_made++] = arena_printf(&f.arena, "%s/%s", f.directory, name);
}

static void put(const char *name, const void *bytes, size_t len)
{
	FILE *file = fopen(path_of(name), "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	fclose(file);
}

/* An image like the shipped one, with one byte changed at its end. */
static unsigned char *like(const char *name, size_t *ret_len)
{
	struct icon icon;
	assert_true(icons_find(NULL, 1, name, &icon));
	unsigned char *bytes = arena_alloc(&f.arena, icon.len);
	memcpy(bytes, icon.bytes, icon.len);
	bytes[icon.len - 1] ^= 1;
	*ret_len = icon.len;
	return bytes;
}

static void put_like(const char *name, const char *shipped)
{
	size_t len;
	unsigned char *bytes = like(shipped, &len);
	put(name, bytes, len);
}

static struct icons *load(void)
{
	struct icons *icons = NULL;
	struct err err;
	if (!icons_new(f.directory, &icons, &err))
		fail_msg("%s", err.text);
	return icons;
}

static void refuse(const char *words)
{
	struct icons *icons = NULL;
	struct err err = { 0 };
	assert_false(icons_new(f.directory, &icons, &err));
	if (!strstr(err.text, words))
		fail_msg("'%s' is not in '%s'", words, err.text);
}

static void without_a_directory_the_shipped_ones_serve(void **state)
{
	(void)state;
	struct icons *icons;
	struct err err;
	struct icon icon;
	assert_true(icons_new("", &icons, &err));
	for (size_t i = 0; i < n_addin_icons; i++) {
		assert_true(icons_find(icons, 1, addin_icons[i].name, &icon));
		assert_ptr_equal(icon.bytes, addin_icons[i].bytes);
		assert_int_equal(strlen(icon.hash), ICON_HASH_LEN);
	}
	assert_false(icons_find(icons, 1, "addin_icon_17.png", &icon));
	assert_false(icons_find(icons, 1, "", &icon));
	icons_free(&icons);
	assert_true(icons_new("/nonexistent/images", &icons, &err));
	icons_free(&icons);
}

static void an_own_image_has_another_address(void **state)
{
	(void)state;
	char before[ICON_ADDRESS_MAX], after[ICON_ADDRESS_MAX], other[ICON_ADDRESS_MAX];
	put_like("addin_icon_80.png", "addin_icon_80.png");
	struct icons *icons = load();
	icons_address(NULL, 1, "addin_icon_80.png", "1.0.0.2", before);
	icons_address(icons, 1, "addin_icon_80.png", "1.0.0.2", after);
	icons_address(icons, 1, "addin_icon_64.png", NULL, other);
	assert_true(text_starts_with(after, "images/addin_icon_80.png?h="));
	assert_true(text_ends_with(after, "&v=1.0.0.2"));
	assert_string_not_equal(before, after);
	assert_null(strchr(other, '&'));
	icons_free(&icons);
}

static void an_integration_may_have_its_own(void **state)
{
	(void)state;
	struct icon first, second;
	assert_int_equal(mkdir(path_of("2"), 0700), 0);
	put_like("2/addin_icon_16.png", "addin_icon_16.png");
	struct icons *icons = load();
	assert_true(icons_find(icons, 1, "addin_icon_16.png", &first));
	assert_true(icons_find(icons, 2, "addin_icon_16.png", &second));
	assert_string_not_equal(first.hash, second.hash);
	icons_free(&icons);
}

static void what_is_no_image_of_that_size_is_named(void **state)
{
	(void)state;
	put("addin_icon_16.png", "GIF89a, not at all a PNG image", 30);
	refuse("icon 'addin_icon_16.png' is no PNG image");
	put_like("addin_icon_16.png", "addin_icon_20.png");
	refuse("icon 'addin_icon_16.png' has 20 x 20 pixels; it needs 16 x 16");
}

static void too_large_an_image_is_refused(void **state)
{
	(void)state;
	size_t len;
	unsigned char *bytes = like("addin_icon_16.png", &len);
	unsigned char *large = arena_zalloc(&f.arena, ICON_BYTES_MAX + 1);
	memcpy(large, bytes, len);
	put("addin_icon_16.png", large, ICON_BYTES_MAX);
	struct icons *icons = load();
	icons_free(&icons);
	put("addin_icon_16.png", large, ICON_BYTES_MAX + 1);
	refuse("more than");
}

static void other_files_do_not_matter(void **state)
{
	(void)state;
	struct icon icon;
	put("README", "text", 4);
	put("addin_icon_17.png", "text", 4);
	struct icons *icons = load();
	assert_false(icons_find(icons, 1, "README", &icon));
	assert_false(icons_find(icons, 1, "addin_icon_17.png", &icon));
	icons_free(&icons);
}

#define with_directory(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_directory(without_a_directory_the_shipped_ones_serve),
		with_directory(an_own_image_has_another_address),
		with_directory(an_integration_may_have_its_own),
		with_directory(what_is_no_image_of_that_size_is_named),
		with_directory(too_large_an_image_is_refused),
		with_directory(other_files_do_not_matter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
