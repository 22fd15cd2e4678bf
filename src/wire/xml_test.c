#include "wire/xml.h"

#include "base/buf.h"
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

enum { HOSTILE = 1000000 };

static void assert_contains(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in '%s'", part, text);
}

static void assert_refused_bytes(
	const char *bytes, size_t len, enum err_code code, const char *part)
{
	struct err err = { 0 };
	struct xml_doc *doc = NULL;
	if (xml_parse(bytes, len, &doc, &err))
		fail_msg("accepted: %.200s", bytes);
	assert_null(doc);
	assert_int_equal(err.code, code);
	assert_contains(err.text, part);
	assert_null(strchr(err.text, '\n'));
	assert_false(xml_parse(bytes, len, &doc, NULL));
}

static void assert_refused(const char *text, enum err_code code, const char *part)
{
	assert_refused_bytes(text, strlen(text), code, part);
}

static struct xml_doc *parse(const char *text)
{
	struct err err;
	struct xml_doc *doc;
	if (!xml_parse(text, strlen(text), &doc, &err))
		fail_msg("%s", err.text);
	return doc;
}

static const char soap[] =
	"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	"<s:Envelope xmlns:s=\"urn:soap\" xmlns:t=\"urn:types\">\n"
	" <s:Header/><s:Body><!-- c --><t:Items Total=\"2\" t:Last=\"true\" Empty=\"\">"
	"<t:Item Id=\"a&amp;b\"><t:Subject>one &lt;<![CDATA[ & <two>]]>&#228;</t:Subject></t:Item>"
	"<Item xmlns=\"urn:other\"><Subject/></Item></t:Items><x:Unbound/></s:Body>\n"
	"</s:Envelope>\n";

static void elements_are_found_by_local_name(void **state)
{
	(void)state;
	struct xml_doc *doc = parse(soap);
	const xml_node *root = xml_root(doc), *items = xml_path(root, "Body/Items");
	assert_string_equal(xml_name(root), "Envelope");
	assert_string_equal(xml_namespace(root), "urn:soap");
	assert_string_equal(xml_name(xml_child(root, NULL)), "Header");
	const xml_node *item = xml_child(items, "Item");
	assert_string_equal(xml_namespace(item), "urn:types");
	assert_ptr_equal(xml_find(root, "Item"), item);
	const xml_node *second = xml_next(item, NULL);
	assert_string_equal(xml_namespace(second), "urn:other");
	assert_null(xml_next(second, "Item"));
	assert_null(xml_find(item, "Item"));
	assert_null(xml_find(second, "Unbound")); /* does not leave the subtree */
	assert_string_equal(xml_namespace(xml_path(root, "Body/Unbound")), "");
	assert_null(xml_path(root, "Body/Missing/Item"));
	assert_null(xml_path(root, "Body/Item"));
	assert_null(xml_child(root, "Bod"));
	assert_null(xml_child(xml_next(xml_find(NULL, "a"), "b"), "c"));
	xml_free(&doc);
	assert_null(doc);
	xml_free(&doc);
}

static void texts_and_attributes_are_decoded(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	struct xml_doc *doc = parse(soap);
	const xml_node *items = xml_find(xml_root(doc), "Items"), *item = xml_child(items, "Item");
	assert_string_equal(xml_child_text(item, "Subject", &arena), "one < & <two>ä");
	assert_string_equal(xml_text(items, &arena), "one < & <two>ä");
	assert_string_equal(xml_child_text(xml_next(item, NULL), "Subject", &arena), "");
	assert_null(xml_child_text(item, "Missing", &arena));
	assert_null(xml_text(NULL, &arena));
	assert_string_equal(xml_attribute(item, "Id", &arena), "a&b");
	assert_string_equal(xml_attribute(items, "Last", &arena), "true");
	assert_string_equal(xml_attribute(items, "Empty", &arena), "");
	assert_null(xml_attribute(items, "id", &arena));
	assert_null(xml_attribute(NULL, "Id", &arena));
	xml_free(&doc);
	arena_release(&arena);
}

static void a_copied_element_carries_its_namespaces(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena);
	struct xml_doc *doc = parse("<s:E xmlns:s=\"urn:s\" xmlns:t=\"urn:t\" xmlns=\"urn:d\">"
				    "<t:A s:x=\"1&lt;\">ä&amp;<B/></t:A></s:E>");
	const char *text = xml_serialize(xml_child(xml_root(doc), "A"), &arena);
	struct xml_doc *copy = parse(text);
	const xml_node *a = xml_root(copy);
	assert_string_equal(xml_namespace(a), "urn:t");
	assert_string_equal(xml_namespace(xml_child(a, "B")), "urn:d");
	assert_string_equal(xml_attribute(a, "x", &arena), "1<");
	assert_string_equal(xml_text(a, &arena), "ä&");
	assert_contains(text, "ä&amp;");
	assert_contains(text, "xmlns:s=\"urn:s\"");
	xml_free(&copy);
	xml_free(&doc);
	arena_release(&arena);
}

static void what_is_not_well_formed_is_refused(void **state)
{
	(void)state;
	assert_refused("", ERR_PROTOCOL, "line 1: ");
	assert_refused("hello", ERR_PROTOCOL, "line 1: ");
	assert_refused("<a>\n<b>\n</a>", ERR_PROTOCOL, "line 3: opening and ending tag mismatch");
	assert_refused("<a/><b/>", ERR_PROTOCOL, "line 1: ");
	assert_refused("<a", ERR_PROTOCOL, "line 1: ");
	assert_refused("<a>&nbsp;</a>", ERR_PROTOCOL, "line 1: entity 'nbsp' not defined");
	assert_refused("<a x='1' x='2'/>", ERR_PROTOCOL, "line 1: ");
	assert_refused("<a>&#;&#x;&#1</a>", ERR_PROTOCOL, "line 1: ");
	assert_refused("<a>\x1f</a>", ERR_PROTOCOL, "line 1: ");
	assert_refused("<a><![CDATA[x</a>", ERR_PROTOCOL, "line 1: ");
	/* Cut at every byte: never accepted, never a crash. */
	const char text[] =
		"<?xml version='1.0'?><a x=\"1\"><!--c--><b>&amp;ä<![CDATA[d]]></b></a>";
	for (size_t len = 0; len < strlen(text); len++)
		assert_refused_bytes(text, len, ERR_PROTOCOL, "");
}

static void assert_text(const char *document, const char *want)
{
	struct arena arena;
	arena_init(&arena);
	struct xml_doc *doc = parse(document);
	assert_string_equal(xml_text(xml_root(doc), &arena), want);
	xml_free(&doc);
	arena_release(&arena);
}

static void forbidden_characters_are_replaced(void **state)
{
	(void)state;
	assert_text("<a>1&#x1F;2&#0;3&#xD800;4&#65535;5</a>", "1\ufffd2\ufffd3\ufffd4\ufffd5");
	assert_text("<a>&#x110000;&#99999999999999999999;&#x100000001;</a>", "\ufffd\ufffd\ufffd");
	assert_text("<a>&#x41;&#65;&#x9;&#xE4;&#x10FFFF;&#x1f600;</a>", "AA\tä\U0010ffff😀");
	assert_text("<a>&amp;#1;&amp;</a>", "&#1;&");
	/* wherever a read of libxml2's ends */
	for (int before = 3900; before < 4200; before++) {
		char text[4400] = "<a>", want[4400];
		memset(text + 3, 'x', (size_t)before);
		strcpy(text + 3 + before, "&#x1F;y</a>");
		memset(want, 'x', (size_t)before);
		strcpy(want + before, "\ufffdy");
		assert_text(text, want);
	}
}

static void doctypes_are_refused(void **state)
{
	(void)state;
	const char *const texts[] = {
		"<!DOCTYPE a><a/>",
		"<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" "
		"\"http://127.0.0.1:1/x\">"
		"<html/>",
		"<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>",
		"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
		"<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/\">%p;]><a/>",
		"<!DOCTYPE a [<!ENTITY l \"lol\"><!ENTITY m \"&l;&l;&l;&l;&l;&l;&l;&l;&l;&l;\">"
		"<!ENTITY n \"&m;&m;&m;&m;&m;&m;&m;&m;&m;&m;\"><!ENTITY o \"&n;&n;&n;&n;&n;&n;\">"
		"]><a>&o;&o;&o;&o;&o;&o;&o;&o;</a>",
	};
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_refused(texts[i], ERR_PROTOCOL, "DOCTYPE");
}

static void other_encodings_are_refused(void **state)
{
	(void)state;
	assert_refused_bytes("<a>\0</a>", 8, ERR_PROTOCOL, "not UTF-8");
	assert_refused("<a>\xff</a>", ERR_PROTOCOL, "not UTF-8");
	assert_refused("<a>\xc0\xaf</a>", ERR_PROTOCOL, "not UTF-8");
	assert_refused_bytes("\xff\xfe<\0a\0/\0>\0", 10, ERR_PROTOCOL, "not UTF-8");
	assert_refused_bytes("\0<\0a\0/\0>", 8, ERR_PROTOCOL, "not UTF-8");
	/* A declaration changes nothing: UTF-7 markup stays text, UTF-8 labelled UTF-16 is read. */
	struct arena arena;
	arena_init(&arena);
	struct xml_doc *doc =
		parse("<?xml version=\"1.0\" encoding=\"utf-7\"?><a>+ADw-b/+AD4-</a>");
	assert_string_equal(xml_text(xml_root(doc), &arena), "+ADw-b/+AD4-");
	xml_free(&doc);
	doc = parse("<?xml version=\"1.0\" encoding=\"utf-16\"?><a>ä</a>");
	assert_string_equal(xml_text(xml_root(doc), &arena), "ä");
	xml_free(&doc);
	arena_release(&arena);
}

/* count times text, between head and tail */
static char *repeat(const char *head, const char *text, int count, const char *tail)
{
	struct buf b;
	buf_init(&b, XML_BYTES_MAX + 1000);
	buf_adds(&b, head);
	for (int i = 0; i < count; i++)
		buf_addf(&b, text, i);
	buf_adds(&b, tail);
	return buf_steal(&b);
}

static void assert_repeated(
	const char *head, const char *text, int count, const char *tail, const char *limit)
{
	struct err err = { 0 };
	struct xml_doc *doc = NULL;
	char *all = repeat(head, text, count, tail);
	int64_t before = clock_mono_ms();
	bool ok = xml_parse(all, strlen(all), &doc, &err);
	assert_in_range(clock_mono_ms() - before, 0, 20000);
	free(all);
	xml_free(&doc);
	assert_int_equal(ok, !limit);
	if (limit) {
		assert_int_equal(err.code, ERR_LIMIT);
		assert_contains(err.text, limit);
	}
}

static void depth_is_limited_while_parsing(void **state)
{
	(void)state;
	assert_repeated("", "<a>", HOSTILE, "", "nested more than 100 deep");
	assert_repeated("", "<a>", XML_DEPTH_MAX + 1, "", "nested more than 100 deep");
	struct xml_doc *doc = NULL;
	char *open = repeat("", "<a>", XML_DEPTH_MAX, ""),
	     *both = repeat(open, "</a>", XML_DEPTH_MAX, "");
	assert_true(xml_parse(both, strlen(both), &doc, NULL));
	xml_free(&doc);
	free(open);
	free(both);
}

static void attributes_are_limited(void **state)
{
	(void)state;
	assert_repeated("<a", " a%d='='", HOSTILE, "/>", "more than 200 attributes");
	assert_repeated("<a", " a%d='='", XML_ATTRIBUTES_MAX + 1, "/>", "more than 200 attributes");
	assert_repeated("<a", " a%d='= > ='", XML_ATTRIBUTES_MAX, "/>", NULL);
	assert_repeated("<a", " xmlns:a%d=\"x\"", HOSTILE, "/>", "more than 200 attributes");
	/* What only looks like attributes is none. */
	assert_repeated("<a><!-- <a", " a%d=''", 1000, "--></a>", NULL);
	assert_repeated("<a><![CDATA[<a", " a%d=''", 1000, "]]></a>", NULL);
	assert_repeated("<?pi <a", " a%d=''", 1000, "?><a/>", NULL);
	assert_repeated("<a>", " a%d=''", 1000, "</a>", NULL);
}

static void namespaces_in_force_are_limited(void **state)
{
	(void)state;
	assert_repeated("<a", " xmlns:n%d='u'", XML_NAMESPACES_MAX, "><b xmlns='c'/></a>",
		"more than 200 XML namespaces");
	assert_repeated("<a", " xmlns:n%d='u'", XML_NAMESPACES_MAX, "/>", NULL);
	assert_repeated("<a>", "<b xmlns='u%d'/>", 1000, "</a>", NULL); /* one after the other */
}

static void elements_are_limited(void **state)
{
	(void)state;
	assert_repeated("<a>", "<b/>", XML_PIECES_MAX, "</a>", "more than 1048576 elements");
	assert_repeated("<a>", "<b c='%d'/>", XML_PIECES_MAX / 2, "</a>", "more than 1048576");
	assert_repeated("<a>", "<b/>", XML_PIECES_MAX - 1, "</a>", NULL);
}

static void size_is_limited(void **state)
{
	(void)state;
	enum { ITEM = 1 << 20 };
	char *text = malloc(XML_BYTES_MAX + 1);
	memset(text, ' ', XML_BYTES_MAX + 1);
	for (size_t at = 0; at < XML_BYTES_MAX; at += ITEM)
		memcpy(text + at, at ? "<b/>" : "<a> ", 4);
	memcpy(text + XML_BYTES_MAX - 4, "</a>", 4);
	struct xml_doc *doc;
	struct err err;
	if (!xml_parse(text, XML_BYTES_MAX, &doc, &err))
		fail_msg("%s", err.text);
	xml_free(&doc);
	assert_refused_bytes(text, XML_BYTES_MAX + 1, ERR_LIMIT, "larger than 67108864 bytes");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements_are_found_by_local_name),
		cmocka_unit_test(texts_and_attributes_are_decoded),
		cmocka_unit_test(a_copied_element_carries_its_namespaces),
		cmocka_unit_test(what_is_not_well_formed_is_refused),
		cmocka_unit_test(forbidden_characters_are_replaced),
		cmocka_unit_test(doctypes_are_refused),
		cmocka_unit_test(other_encodings_are_refused),
		cmocka_unit_test(depth_is_limited_while_parsing),
		cmocka_unit_test(attributes_are_limited),
		cmocka_unit_test(namespaces_in_force_are_limited),
		cmocka_unit_test(elements_are_limited),
		cmocka_unit_test(size_is_limited),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
