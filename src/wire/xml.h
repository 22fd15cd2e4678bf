/*
 * xml - reading XML from strangers (libxml2), with limits, without DTD and without entities.
 *
 * Elements are found by local name, whatever their prefix or namespace: servers differ. A document
 * owns its nodes; texts are copied into the caller's arena. Writing XML is done with a buf and
 * text_escape_markup().
 */
#ifndef WIRE_XML_H
#define WIRE_XML_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>

enum {
	XML_DEPTH_MAX = 100,      /* nested elements */
	XML_BYTES_MAX = 64 << 20, /* of one document */
	XML_ATTRIBUTES_MAX = 200, /* of one element */
	XML_NAMESPACES_MAX = 200, /* declarations in force at one place */
	XML_PIECES_MAX = 1 << 20, /* elements and attributes of one document */
};

struct xml_doc;
typedef struct _xmlNode xml_node; /* libxml2's; opaque to callers */

/* ERR_PROTOCOL with line and reason; ERR_LIMIT names the limit. A DOCTYPE is refused. */
bool xml_parse(const char *bytes, size_t len, struct xml_doc **ret, struct err *err);
void xml_free(struct xml_doc **doc);

const xml_node *xml_root(const struct xml_doc *doc);
const char *xml_name(const xml_node *node);      /* local name */
const char *xml_namespace(const xml_node *node); /* URI, "" if none */

/* First child element of that local name (NULL: any element); NULL if there is none. node may be
 * NULL, so chains need no checks. */
const xml_node *xml_child(const xml_node *node, const char *name);
/* Next sibling element of that local name (NULL: any). */
const xml_node *xml_next(const xml_node *node, const char *name);
/* Descends by local names separated by '/': xml_path(n, "Body/GetItemResponse"). */
const xml_node *xml_path(const xml_node *node, const char *path);
/* First descendant (depth first) of that local name. */
const xml_node *xml_find(const xml_node *node, const char *name);

/* Text content in document order, CDATA included. NULL when node is NULL. */
const char *xml_text(const xml_node *node, struct arena *arena);
/* As xml_text of the child of that name; NULL if there is none. */
const char *xml_child_text(const xml_node *node, const char *name, struct arena *arena);
/* Attribute by local name; NULL if absent. */
const char *xml_attribute(const xml_node *node, const char *name, struct arena *arena);

/* The element as XML text, with the namespaces it uses (for copying a subtree). */
const char *xml_serialize(const xml_node *node, struct arena *arena);

#endif
