#include "api/pane_page.h"
#include "wire/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct ms_exchange_connector integration(struct arena *arena)
{
	struct ms_exchange_connector c;
	record_defaults(&ms_exchange_connector_type, &c, arena);
	c.id = 7;
	c.name = "Head office";
	return c;
}

static void write_page(const struct ms_exchange_connector *c, const char *html, struct buf *ret)
{
	const struct pane_facts facts = {
		.connector = c, .manifest_version = "1.0.0.3", .icon = "images/i.png?h=1"
	};
	buf_init(ret, PANE_PAGE_MAX);
	pane_page_write(&facts, html, strlen(html), ret);
}

static json_t *settings_of(const struct ms_exchange_connector *c)
{
	struct buf b;
	struct err err;
	json_t *settings = NULL;
	const struct pane_facts facts = {
		.connector = c, .manifest_version = "1.0.0.3", .icon = "images/i.png?h=1"
	};
	buf_init(&b, PANE_PAGE_MAX);
	pane_settings_write(&facts, &b);
	assert_true(json_parse(b.data, b.len, &settings, &err));
	buf_release(&b);
	return settings;
}

static void markers_are_replaced_and_the_rest_stays(void **state)
{
	(void)state;
	struct arena arena;
	struct buf b;
	arena_init(&arena);
	struct ms_exchange_connector c = integration(&arena);
	write_page(&c, "<a><!--vmrd:settings--><b><!--vmrd:office--><c><!--other-->", &b);
	assert_ptr_equal(
		strstr(b.data, "<a><script type=\"application/json\" id=\"settings\">{"), b.data);
	assert_non_null(strstr(b.data,
		"}</script><b><script src=\"https://appsforoffice.microsoft"
		".com/lib/1/hosted/office.js\"></script>\n<c><!--other-->"));
	assert_null(strstr(b.data, "vmrd:"));
	buf_release(&b);
	arena_release(&arena);
}

static void own_sources_are_linked(void **state)
{
	(void)state;
	struct arena arena;
	struct buf b;
	arena_init(&arena);
	struct ms_exchange_connector c = integration(&arena);
	c.use_custom_add_in_sources = true;
	c.office_js_url = "https://mirror.example.com/office.js?a=1&b=\"";
	c.microsoft_fabric_url = "https://mirror.example.com/fabric.css";
	c.additional_add_in_script_sources = "https://mirror.example.com/ajax.js";
	write_page(&c, "<!--vmrd:office-->", &b);
	assert_string_equal(b.data,
		"<link rel=\"stylesheet\" href=\"https://mirror.example.com/fabric.css\">\n"
		"<script src=\"https://mirror.example.com/ajax.js\"></script>\n"
		"<script "
		"src=\"https://mirror.example.com/office.js?a=1&amp;b=&#34;\"></script>\n");
	buf_release(&b);
	arena_release(&arena);
}

static void the_settings_are_those_of_the_contract(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	struct ms_exchange_connector c = integration(&arena);
	c.addin_authentication_method = "NAA_TOKEN";
	c.addin_application_id = "client";
	c.addin_naa_web_api_application_id = "api";
	json_t *s = settings_of(&c);
	assert_int_equal(json_integer_value(json_object_get(s, "connector")), 7);
	assert_string_equal(json_text(s, "manifest_version"), "1.0.0.3");
	assert_string_equal(json_text(s, "icon"), "images/i.png?h=1");
	assert_true(json_is_true(json_object_get(s, "single_use")));
	assert_true(json_is_false(json_object_get(s, "personal")));
	assert_true(json_is_false(json_object_get(s, "debug")));
	const json_t *a = json_object_get(s, "authentication");
	assert_string_equal(json_text(a, "method"), "NAA_TOKEN");
	assert_string_equal(json_text(a, "client_id"), "client");
	assert_string_equal(json_text(a, "authority"), "");
	assert_string_equal(json_text(a, "scope"), "api://api/access_as_user");
	json_decref(s);
	arena_release(&arena);
}

static void changed_texts_win_and_shipped_ones_are_null(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	struct ms_exchange_connector c = integration(&arena);
	c.addin_pane_title = "Our own title";
	c.addin_pane_general_error_heading = "";
	json_t *s = settings_of(&c);
	const json_t *texts = json_object_get(s, "texts");
	assert_string_equal(json_text(texts, "title"), "Our own title");
	assert_string_equal(json_text(texts, "general_error_heading"), "");
	assert_true(json_is_null(json_object_get(texts, "button_title")));
	assert_true(json_is_null(json_object_get(texts, "personal_vmr_none_message")));
	assert_int_equal(json_object_size(texts), 18);
	json_decref(s);
	arena_release(&arena);
}

static void no_text_leaves_its_script_element(void **state)
{
	(void)state;
	static const char hostile[] =
		"</script><script>x</script><!-- & \xe2\x80\xa8\xe2\x80\xa9 \"";
	struct arena arena;
	struct buf b;
	arena_init(&arena);
	struct ms_exchange_connector c = integration(&arena);
	c.addin_pane_title = hostile;
	write_page(&c, "<!--vmrd:settings-->", &b);
	const char *inside = strchr(b.data, '{');
	const char *end = strstr(inside, "</script>");
	assert_string_equal(end, "</script>"); /* the first one is the last */
	assert_null(strstr(inside, "<!--"));
	assert_null(strstr(inside, "\xe2\x80"));
	json_t *s = settings_of(&c);
	assert_string_equal(json_text(json_object_get(s, "texts"), "title"), hostile);
	json_decref(s);
	buf_release(&b);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markers_are_replaced_and_the_rest_stays),
		cmocka_unit_test(own_sources_are_linked),
		cmocka_unit_test(the_settings_are_those_of_the_contract),
		cmocka_unit_test(changed_texts_win_and_shipped_ones_are_null),
		cmocka_unit_test(no_text_leaves_its_script_element),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
