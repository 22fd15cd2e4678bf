#include "api/manifest.h"
#include "api/meeting_details.h"
#include "base/text.h"
#include "store/fixture.h"
#include "wire/json.h"
#include "wire/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct fixture f;
static struct ms_exchange_connector c;

static void must(bool ok, const struct err *err)
{
	if (!ok)
		fail_msg("%s", err->text);
}

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	c = fixture_connector(&f.arena, "Head office", "vmr@example.com");
	c.id = 1;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_release(&f);
	return 0;
}

static void move_to_365(const char *method)
{
	c.addin_authentication_method = method;
	c.addin_application_id = "6f1d2c3b-0000-4000-8000-1234567890ab";
	c.addin_authority_url =
		"https://login.microsoftonline.com/11111111-2222-4333-8444-555555555555";
}

static struct manifest_facts facts(void)
{
	struct manifest_facts ret = { .connector = &c, .number = 7 };
	manifest_version_format(ret.number, ret.version);
	return ret;
}

static bool try_write(
	enum manifest_kind kind, const struct icons *icons, struct buf *ret, struct err *err)
{
	struct manifest_facts what = facts();
	what.icons = icons;
	buf_init(ret, MANIFEST_BYTES_MAX);
	return manifest_write(kind, &what, ret, err);
}

static struct xml_doc *written(enum manifest_kind kind)
{
	struct buf b;
	struct err err;
	struct xml_doc *doc;
	must(try_write(kind, NULL, &b, &err), &err);
	must(xml_parse(b.data, b.len, &doc, &err), &err);
	buf_release(&b);
	return doc;
}

/* manifest.json, which is stored as it is. */
static json_t *written_json(void)
{
	struct buf b;
	struct err err;
	json_t *ret;
	must(try_write(MANIFEST_UNIFIED, NULL, &b, &err), &err);
	const char *start = memchr(b.data, '{', b.len);
	const char *end = memmem(start, b.len, "PK\1\2", 4);
	const char *next = memmem(start, b.len, "PK\3\4", 4);
	must(json_parse(start, (size_t)((next ? next : end) - start), &ret, &err), &err);
	buf_release(&b);
	return ret;
}

static void refuse(enum manifest_kind kind, const char *words)
{
	struct buf b;
	struct err err = { 0 };
	assert_false(try_write(kind, NULL, &b, &err));
	assert_int_equal(err.code, ERR_INVALID);
	if (!strstr(err.text, words))
		fail_msg("'%s' is not in '%s'", words, err.text);
	buf_release(&b);
}

static const char *attribute(const xml_node *root, const char *path, const char *name)
{
	return xml_attribute(xml_path(root, path), name, &f.arena);
}

static void the_first_address_is_the_audience_of_tokens(void **state)
{
	(void)state;
	char base[ADDIN_URL_MAX + 1];
	addin_url(&c, base);
	struct xml_doc *doc = written(MANIFEST_XML);
	const xml_node *root = xml_root(doc);
	assert_string_equal(attribute(xml_find(root, "FormSettings"),
				    "Form/DesktopSettings/SourceLocation", "DefaultValue"),
		base);
	assert_string_equal(attribute(xml_find(root, "Urls"), "Url", "DefaultValue"),
		arena_printf(&f.arena, "%s?v=1.0.0.7", base));
	assert_string_equal(xml_child_text(root, "Id", &f.arena), c.uuid);
	assert_string_equal(xml_child_text(root, "Version", &f.arena), "1.0.0.7");
	xml_free(&doc);
}

/* The German text of a string in the overrides; NULL: there is none. */
static const char *german(const char *id)
{
	struct xml_doc *doc = written(MANIFEST_XML);
	const char *ret = NULL;
	for (const xml_node *s = xml_child(xml_find(xml_root(doc), "ShortStrings"), "String"); s;
		s = xml_next(s, "String"))
		if (text_equal(xml_attribute(s, "id", &f.arena), id))
			for (const xml_node *o = xml_child(s, "Override"); o;
				o = xml_next(o, "Override"))
				if (text_equal(xml_attribute(o, "Locale", &f.arena), "de-DE"))
					ret = xml_attribute(o, "Value", &f.arena);
	xml_free(&doc);
	return ret;
}

static void shipped_texts_come_in_languages_and_own_ones_do_not(void **state)
{
	(void)state;
	assert_string_equal(german("group.label"), "Videobesprechung");
	assert_string_equal(german("button.label"), "Videobesprechung hinzufügen");
	c.addin_group_label = "Ours";
	c.addin_button_label = "";
	assert_null(german("group.label"));
	assert_string_equal(german("button.label"), "Videobesprechung hinzufügen");
}

static void the_windows_it_opens_may_go_where_users_sign_in(void **state)
{
	(void)state;
	c.enable_personal_vmrs = true;
	c.personal_vmr_oauth_auth_endpoint = "https://login.microsoftonline.com/x/authorize";
	struct xml_doc *doc = written(MANIFEST_XML);
	const xml_node *domain = xml_child(xml_child(xml_root(doc), "AppDomains"), "AppDomain");
	assert_string_equal(xml_text(domain, &f.arena), "https://addin.example.com");
	domain = xml_next(domain, "AppDomain");
	assert_string_equal(xml_text(domain, &f.arena), "https://login.microsoftonline.com");
	assert_null(xml_next(domain, "AppDomain"));
	xml_free(&doc);
	move_to_365("NAA_TOKEN"); /* the same once more */
	json_t *json = written_json();
	assert_int_equal(json_array_size(json_object_get(json, "validDomains")), 2);
	json_decref(json);
}

static void single_sign_on_is_declared_where_it_is_used(void **state)
{
	(void)state;
	move_to_365("NAA_TOKEN");
	struct xml_doc *doc = written(MANIFEST_XML);
	json_t *json = written_json();
	assert_null(xml_find(xml_root(doc), "WebApplicationInfo"));
	assert_null(json_object_get(json, "webApplicationInfo"));
	xml_free(&doc);
	json_decref(json);
	move_to_365("SSO_TOKEN");
	doc = written(MANIFEST_XML);
	json = written_json();
	const char *resource = "api://addin.example.com/6f1d2c3b-0000-4000-8000-1234567890ab";
	assert_string_equal(
		xml_child_text(xml_find(xml_root(doc), "WebApplicationInfo"), "Resource", &f.arena),
		resource);
	assert_string_equal(
		json_text(json_object_get(json, "webApplicationInfo"), "resource"), resource);
	xml_free(&doc);
	json_decref(json);
}

/* n times a letter of two bytes. */
static const char *letters(int n)
{
	struct buf b;
	buf_init(&b, 4096);
	for (int i = 0; i < n; i++)
		buf_adds(&b, "\xc3\xa9");
	const char *ret = arena_strdup(&f.arena, b.data);
	buf_release(&b);
	return ret;
}

static void each_text_has_its_limit(void **state)
{
	(void)state;
	static const struct {
		const char *field;
		int xml, unified;
	} limits[] = {
		{ "addin_display_name", 125, 100 },
		{ "addin_description", 250, 250 },
		{ "addin_provider_name", 125, 32 },
		{ "addin_group_label", 125, 64 },
		{ "addin_button_label", 125, 64 },
		{ "addin_supertip_title", 125, 64 },
		{ "addin_supertip_description", 250, 250 },
	};
	move_to_365("NAA_TOKEN");
	const struct ms_exchange_connector untouched = c;
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++) {
		const struct field *field =
			record_field(&ms_exchange_connector_type, limits[i].field);
		field_put_text(field, &c, letters(limits[i].xml));
		struct xml_doc *doc = written(MANIFEST_MOBILE);
		xml_free(&doc);
		field_put_text(field, &c, letters(limits[i].xml + 1));
		refuse(MANIFEST_XML, limits[i].field);
		field_put_text(field, &c, letters(limits[i].unified));
		json_decref(written_json());
		field_put_text(field, &c, letters(limits[i].unified + 1));
		refuse(MANIFEST_UNIFIED, limits[i].field);
		c = untouched;
	}
}

static void a_long_name_is_shortened_where_the_whole_one_stands_beside(void **state)
{
	(void)state;
	move_to_365("NAA_TOKEN");
	c.addin_display_name = letters(30);
	json_t *json = written_json();
	assert_string_equal(json_text(json_object_get(json, "name"), "short"), letters(30));
	json_decref(json);
	c.addin_display_name = letters(31);
	json = written_json();
	assert_string_equal(json_text(json_object_get(json, "name"), "short"),
		arena_printf(&f.arena, "%s\xe2\x80\xa6", letters(29)));
	assert_string_equal(json_text(json_object_get(json, "name"), "full"), letters(31));
	assert_string_equal(json_text(json, "version"), "1.0.7");
	json_decref(json);
}

static void exchange_server_has_the_plain_one_only(void **state)
{
	(void)state;
	refuse(MANIFEST_MOBILE, "set addin_authentication_method");
	refuse(MANIFEST_UNIFIED, "set addin_authentication_method");
}

static void a_manifest_may_not_be_too_long(void **state)
{
	(void)state;
	struct icons *icons;
	struct icon icon;
	struct buf b;
	struct err err = { 0 };
	const char *path = arena_printf(&f.arena, "%s/addin_icon_192.png", f.directory);
	move_to_365("NAA_TOKEN");
	assert_true(icons_find(NULL, 1, "addin_icon_192.png", &icon));
	unsigned char *large = arena_zalloc(&f.arena, MANIFEST_BYTES_MAX);
	memcpy(large, icon.bytes, icon.len);
	FILE *file = fopen(path, "w");
	assert_int_equal(fwrite(large, 1, MANIFEST_BYTES_MAX, file), MANIFEST_BYTES_MAX);
	fclose(file);
	must(icons_new(f.directory, &icons, &err), &err);
	assert_false(try_write(MANIFEST_UNIFIED, icons, &b, &err));
	assert_int_equal(err.code, ERR_LIMIT);
	buf_release(&b);
	must(try_write(MANIFEST_XML, icons, &b, &err), &err);
	buf_release(&b);
	icons_free(&icons);
	unlink(path);
}

static void a_text_that_does_not_fit_one_manifest_is_a_change_all_the_same(void **state)
{
	(void)state;
	struct err err;
	struct manifest manifest;
	move_to_365("NAA_TOKEN");
	must(store_insert(f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
	static const char *const versions[] = { "1.0.0.1", "1.0.0.2", "1.0.0.2" };
	for (int i = 0; i < 3; i++) {
		c.addin_button_label = i ? letters(65) : "Meet";
		must(store_update(f.store, &ms_exchange_connector_type, &c, NULL, &err), &err);
		must(manifest_make(f.store, NULL, c.id, MANIFEST_XML, 1, &manifest, &err), &err);
		assert_string_equal(manifest.version, versions[i]);
		buf_release(&manifest.bytes);
	}
	assert_false(manifest_make(f.store, NULL, c.id, MANIFEST_UNIFIED, 1, &manifest, &err));
	assert_false(manifest_make(f.store, NULL, 99, MANIFEST_XML, 1, &manifest, &err));
	assert_int_equal(err.code, ERR_NOT_FOUND);
}

#define with_store(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_store(the_first_address_is_the_audience_of_tokens),
		with_store(shipped_texts_come_in_languages_and_own_ones_do_not),
		with_store(the_windows_it_opens_may_go_where_users_sign_in),
		with_store(single_sign_on_is_declared_where_it_is_used),
		with_store(each_text_has_its_limit),
		with_store(a_long_name_is_shortened_where_the_whole_one_stands_beside),
		with_store(exchange_server_has_the_plain_one_only),
		with_store(a_manifest_may_not_be_too_long),
		with_store(a_text_that_does_not_fit_one_manifest_is_a_change_all_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
