/* Every request we write, checked against the EWS schemas where they are present. */
#include "base/buf.h"
#include "exchange/ews_answer.h"
#include "exchange/ews_entry.h"
#include "exchange/ews_insert.h"
#include "exchange/ews_item.h"
#include "exchange/ews_note.h"
#include "exchange/ews_stream.h"
#include "exchange/ews_sync.h"
#include "exchange/ews_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include <cmocka.h>

enum { SKIPPED = 77 }; /* meson's exit code for it */

static xmlSchemaPtr schema;

static void validate(const struct buf *b)
{
	assert_false(b->overflow);
	xmlDocPtr doc = xmlReadMemory(b->data, (int)b->len, NULL, NULL, XML_PARSE_NONET);
	assert_non_null(doc);
	xmlSchemaValidCtxtPtr valid = xmlSchemaNewValidCtxt(schema);
	int checked = 0;
	for (xmlNodePtr part = xmlDocGetRootElement(doc)->children; part; part = part->next)
		for (xmlNodePtr node = part->children; node; node = node->next) {
			/* The schema of each Exchange allows only its own version here. */
			if (xmlStrEqual(node->name, BAD_CAST "RequestServerVersion"))
				continue;
			assert_int_equal(xmlSchemaValidateOneElement(valid, node), 0);
			checked++;
		}
	assert_true(checked >= 2); /* time zone, request */
	xmlSchemaFreeValidCtxt(valid);
	xmlFreeDoc(doc);
}

#define CHECK(write)                                                                               \
	do {                                                                                       \
		struct buf b;                                                                      \
		buf_init(&b, EWS_REQUEST_MAX);                                                     \
		write;                                                                             \
		validate(&b);                                                                      \
		buf_release(&b);                                                                   \
	} while (0)

static const char odd[] = "a<b>&\"'\x01\r\n\t\xc3\xa4\xff\xef\xbf\xbe ]]>";
static const char *const ids[] = { "AAMk==", odd };

static void syncing(void **state)
{
	(void)state;
	CHECK(ews_sync_write(&b, "room@example.org", ""));
	CHECK(ews_sync_write(&b, NULL, "H4sI=="));
	CHECK(ews_sync_write(&b, odd, odd));
}

static void fetching(void **state)
{
	(void)state;
	const struct exchange_change items[] = { { .item_id = ids[0], .change_key = "CQ" },
		{ .item_id = ids[1] } };
	CHECK(ews_item_write(&b, "room@example.org", items, 2));
}

static void answering(void **state)
{
	(void)state;
	const struct exchange_answer answers[] = {
		{ EXCHANGE_ACCEPT, ids[0], "CQ", "<p>Welcome</p>" },
		{ EXCHANGE_DECLINE, ids[1], NULL, odd },
		{ EXCHANGE_ACCEPT, ids[0], "CQ", "" },
	};
	const char *const keys[] = { "CQ", NULL };
	CHECK(ews_answer_write(&b, "room@example.org", answers, 3));
	CHECK(ews_remove_write(&b, "room@example.org", ids, keys, 2));
	CHECK(ews_remove_write(&b, NULL, ids, NULL, 2));
	CHECK(ews_discard_write(&b, NULL, ids, 2));
	CHECK(ews_processing_write(&b, "room@example.org"));
}

static void streaming(void **state)
{
	(void)state;
	CHECK(ews_subscribe_write(&b, "room@example.org"));
	CHECK(ews_unsubscribe_write(&b, "room@example.org", odd));
	CHECK(ews_stream_write(&b, NULL, "HwBzdWI="));
}

static void looking_at_the_calendar(void **state)
{
	(void)state;
	const struct exchange_entry entries[] = { { .item_id = ids[0], .type = MEETING_SINGLE },
		{ .item_id = ids[1], .type = MEETING_OCCURRENCE },
		{ .item_id = ids[1], .type = MEETING_EXCEPTION } };
	CHECK(ews_view_write(&b, "room@example.org", 0, EXCHANGE_VIEW_SPAN));
	CHECK(ews_view_write(&b, NULL, -1, 253402300799));
	CHECK(ews_entry_write(&b, "room@example.org", entries, 3, false));
	CHECK(ews_entry_write(&b, NULL, entries, 3, true));
}

static void inserting(void **state)
{
	(void)state;
	CHECK(ews_insert_get_write(&b, "anna@example.org", ids[0], false));
	CHECK(ews_insert_get_write(&b, "anna@example.org", ids[1], true));
	CHECK(ews_insert_update_write(&b, "anna@example.org", ids[1], "CQ", odd, true));
	CHECK(ews_insert_update_write(&b, "anna@example.org", ids[0], "CQ", "", false));
}

static void taking_notes(void **state)
{
	(void)state;
	CHECK(ews_note_get_write(&b, "room@example.org", "vmrd.owner"));
	CHECK(ews_note_store_write(
		&b, "room@example.org", "CreateUserConfiguration", "vmrd.owner", "{}"));
	CHECK(ews_note_store_write(&b, NULL, "UpdateUserConfiguration", "vmrd.owner", odd));
	CHECK(ews_note_remove_write(&b, "room@example.org", "vmrd.owner"));
}

static bool find_schema(char *path, size_t size)
{
	const char *dir = getenv("VMRD_SCHEMAS"), *root = getenv("SOURCE_ROOT");
	if (dir)
		snprintf(path, size, "%s/ews/messages.xsd", dir);
	else
		snprintf(path, size, "%s/../shared/schemas/ews/messages.xsd", root ? root : ".");
	return !access(path, R_OK);
}

int main(void)
{
	char path[4096];
	if (!find_schema(path, sizeof(path))) {
		fprintf(stderr, "skipped: no schema at '%s'\n", path);
		return SKIPPED;
	}
	xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(path);
	schema = xmlSchemaParse(parser);
	xmlSchemaFreeParserCtxt(parser);
	if (!schema)
		return 1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(syncing),
		cmocka_unit_test(fetching),
		cmocka_unit_test(answering),
		cmocka_unit_test(streaming),
		cmocka_unit_test(looking_at_the_calendar),
		cmocka_unit_test(inserting),
		cmocka_unit_test(taking_notes),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	xmlSchemaFree(schema);
	xmlCleanupParser();
	return failed;
}
