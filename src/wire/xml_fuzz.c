/*
 * XML from strangers: whatever is accepted can be walked, and an element that is copied out as
 * text is accepted again and says the same.
 */
#include "wire/xml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void walk(const xml_node *node, struct arena *arena)
{
	xml_name(node);
	xml_namespace(node);
	xml_attribute(node, "Id", arena);
	xml_child_text(node, "a", arena);
	xml_path(node, "Body/a");
	xml_find(node, "b");
	for (const xml_node *child = xml_child(node, NULL); child; child = xml_next(child, NULL))
		walk(child, arena);
}

static void copy(const xml_node *node, struct arena *arena)
{
	const char *text = xml_serialize(node, arena);
	struct xml_doc *again;
	if (!xml_parse(text, strlen(text), &again, NULL))
		abort();
	if (strcmp(xml_name(xml_root(again)), xml_name(node)) ||
		strcmp(xml_text(xml_root(again), arena), xml_text(node, arena)))
		abort();
	xml_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct xml_doc *doc;
	struct err err;
	if (!xml_parse((const char *)bytes, len, &doc, &err)) {
		if (!err.text[0] || (err.code != ERR_PROTOCOL && err.code != ERR_LIMIT))
			abort();
		return 0;
	}
	struct arena arena;
	arena_init(&arena);
	walk(xml_root(doc), &arena);
	copy(xml_root(doc), &arena);
	if (xml_child(xml_root(doc), NULL))
		copy(xml_child(xml_root(doc), NULL), &arena);
	arena_release(&arena);
	xml_free(&doc);
	return 0;
}
