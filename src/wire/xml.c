/*
 * How this works
 *
 * libxml2 builds its tree, but through SAX callbacks of ours that stop it at the first DOCTYPE and
 * at the first element beyond a limit: a hostile document costs no more than a good one. Only the
 * number of attributes is counted before (count_attributes()), because libxml2 collects them all,
 * comparing each with each, before it calls anybody.
 *
 * Documents are UTF-8, whatever they declare: a declared encoding is ignored. (.NET servers send
 * UTF-8 labelled utf-16.) So nobody can smuggle markup past the scan in another encoding.
 */
#include "wire/xml.h"

#include "base/text.h"
#include "wire/xml_source.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <ctype.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct xml_doc {
	xmlDoc *tree;
};

/* One parsing; the parser context's _private. */
struct parsing {
	xmlParserCtxt *context;
	startElementNsSAX2Func start;
	endElementNsSAX2Func end;
	int depth, pieces;                 /* nested elements; elements and attributes so far */
	int namespaces[XML_DEPTH_MAX + 1]; /* in force at each depth */
	struct err *err;
	bool failed;
};

static void fail(struct parsing *p, enum err_code code, const char *text, int limit)
{
	if (p->failed)
		return;
	p->failed = true;
	err_set(p->err, code, text, p->context->input ? p->context->input->line : 0, limit);
	xmlStopParser(p->context);
}

static void start_element(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
	int ns_count, const xmlChar **ns, int attributes, int defaulted, const xmlChar **values)
{
	struct parsing *p = ((xmlParserCtxt *)ctx)->_private;
	p->pieces += 1 + ns_count + attributes;
	if (p->depth == XML_DEPTH_MAX) {
		fail(p, ERR_LIMIT, "line %d: the XML document is nested more than %d deep",
			XML_DEPTH_MAX);
		return;
	}
	p->depth++;
	p->namespaces[p->depth] = p->namespaces[p->depth - 1] + ns_count;
	if (p->namespaces[p->depth] > XML_NAMESPACES_MAX)
		fail(p, ERR_LIMIT, "line %d: more than %d XML namespaces are in force",
			XML_NAMESPACES_MAX);
	else if (p->pieces > XML_PIECES_MAX)
		fail(p, ERR_LIMIT, "line %d: the XML document has more than %d elements",
			XML_PIECES_MAX);
	else
		p->start(ctx, name, prefix, uri, ns_count, ns, attributes, defaulted, values);
}

static void end_element(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct parsing *p = ((xmlParserCtxt *)ctx)->_private;
	p->depth--;
	p->end(ctx, name, prefix, uri);
}

static void refuse_doctype(
	void *ctx, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id)
{
	(void)name, (void)external_id, (void)system_id;
	fail(((xmlParserCtxt *)ctx)->_private, ERR_PROTOCOL,
		"line %d: the XML document has a DOCTYPE, which is not accepted", 0);
}

/* Keeps the first complaint: later ones follow from it. */
static void complain(void *ctx, xmlErrorPtr why)
{
	struct parsing *p = ((xmlParserCtxt *)ctx)->_private;
	if (p->failed || why->level != XML_ERR_FATAL)
		return;
	p->failed = true;
	const char *text = why->message ? why->message : "not well-formed";
	err_set(p->err, ERR_PROTOCOL, "line %d: %c%.*s", why->line, tolower((unsigned char)text[0]),
		*text ? (int)strcspn(text + 1, "\n") : 0, text + 1);
}

static void hook(struct parsing *p)
{
	xmlSAXHandler *sax = p->context->sax;
	p->start = sax->startElementNs;
	p->end = sax->endElementNs;
	sax->startElementNs = start_element;
	sax->endElementNs = end_element;
	sax->internalSubset = refuse_doctype;
	sax->serror = complain;
	/* CDATA is text; comments and instructions are not even kept. */
	sax->cdataBlock = sax->characters;
	sax->comment = NULL;
	sax->processingInstruction = NULL;
	p->context->_private = p;
}

/* ---- the scan ---- */

static const char *skip_past(const char *at, const char *end, const char *mark)
{
	const char *found = memmem(at, (size_t)(end - at), mark, strlen(mark));
	return found ? found + strlen(mark) : end;
}

static bool begins(const char *at, const char *end, const char *mark)
{
	size_t len = strlen(mark);
	return (size_t)(end - at) >= len && !memcmp(at, mark, len);
}

/* The end of the tag that begins at `at`, or of the document; *ret_count: '=' outside of quotes. */
static const char *scan_tag(const char *at, const char *end, int *ret_count)
{
	for (*ret_count = 0; at < end && *at != '>'; at++) {
		if (*at == '=') {
			++*ret_count;
		} else if (*at == '"' || *at == '\'') {
			at = memchr(at + 1, *at, (size_t)(end - at - 1));
			if (!at)
				return end;
		}
	}
	return at;
}

/* False when an element has more than XML_ATTRIBUTES_MAX. What is not well-formed may be counted
 * wrong, but from there on libxml2 reads no further. */
static bool count_attributes(const char *at, const char *end)
{
	while (at < end && (at = memchr(at, '<', (size_t)(end - at)))) {
		int count;
		if (begins(at, end, "<!--"))
			at = skip_past(at + 4, end, "-->");
		else if (begins(at, end, "<![CDATA["))
			at = skip_past(at + 9, end, "]]>");
		else if (begins(at, end, "<?"))
			at = skip_past(at + 2, end, "?>");
		else if (at = scan_tag(at, end, &count), count > XML_ATTRIBUTES_MAX)
			return false;
	}
	return true;
}

/* ---- documents ---- */

static xmlDoc *build(const char *bytes, size_t len, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, xmlInitParser);
	struct parsing p = { .context = xmlNewParserCtxt(), .err = err };
	if (!p.context)
		abort();
	hook(&p);
	/* Given as a stream: from memory libxml2 takes no more than 10 MB, unless told to drop all
	 * its limits. */
	struct xml_source source = { bytes, bytes + len };
	xmlDoc *tree = xmlCtxtReadIO(p.context, xml_source_read, NULL, &source, NULL, "UTF-8",
		XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
			XML_PARSE_COMPACT);
	if (!tree && !p.failed)
		err_set(err, ERR_PROTOCOL, "line 1: no XML document");
	if (tree && p.failed) {
		xmlFreeDoc(tree);
		tree = NULL;
	}
	xmlFreeParserCtxt(p.context);
	return tree;
}

bool xml_parse(const char *bytes, size_t len, struct xml_doc **ret, struct err *err)
{
	if (len > XML_BYTES_MAX)
		return err_set(
			err, ERR_LIMIT, "the XML document is larger than %d bytes", XML_BYTES_MAX);
	if (!text_is_utf8(bytes, len))
		return err_set(err, ERR_PROTOCOL, "the XML document is not UTF-8");
	if (begins(bytes, bytes + len, "\xef\xbb\xbf")) {
		bytes += 3;
		len -= 3;
	}
	if (!count_attributes(bytes, bytes + len))
		return err_set(err, ERR_LIMIT, "an XML element has more than %d attributes",
			XML_ATTRIBUTES_MAX);
	xmlDoc *tree = build(bytes, len, err);
	if (!tree)
		return false;
	struct xml_doc *doc = malloc(sizeof(*doc));
	if (!doc)
		abort();
	doc->tree = tree;
	*ret = doc;
	return true;
}

void xml_free(struct xml_doc **doc)
{
	if (!*doc)
		return;
	xmlFreeDoc((*doc)->tree);
	free(*doc);
	*doc = NULL;
}

/* ---- elements ---- */

/* libxml2 leaves a prefix that nobody declared in the name. */
static const char *local(const xmlChar *name)
{
	const char *colon = strrchr((const char *)name, ':');
	return colon ? colon + 1 : (const char *)name;
}

static bool matches(const xml_node *node, const char *name, size_t len)
{
	if (node->type != XML_ELEMENT_NODE)
		return false;
	const char *own = local(node->name);
	return !name || (!strncmp(own, name, len) && !own[len]);
}

static const xml_node *first_match(const xml_node *node, const char *name, size_t len)
{
	while (node && !matches(node, name, len))
		node = node->next;
	return node;
}

const xml_node *xml_root(const struct xml_doc *doc)
{
	return xmlDocGetRootElement(doc->tree);
}

const char *xml_name(const xml_node *node)
{
	return local(node->name);
}

const char *xml_namespace(const xml_node *node)
{
	return node->ns && node->ns->href ? (const char *)node->ns->href : "";
}

const xml_node *xml_child(const xml_node *node, const char *name)
{
	return node ? first_match(node->children, name, name ? strlen(name) : 0) : NULL;
}

const xml_node *xml_next(const xml_node *node, const char *name)
{
	return node ? first_match(node->next, name, name ? strlen(name) : 0) : NULL;
}

const xml_node *xml_path(const xml_node *node, const char *path)
{
	while (node && *path) {
		size_t len = strcspn(path, "/");
		node = first_match(node->children, path, len);
		path += len + (path[len] == '/');
	}
	return node;
}

/* The node after `at` in document order, within `top`. */
static const xml_node *following(const xml_node *top, const xml_node *at)
{
	if (at->type == XML_ELEMENT_NODE && at->children)
		return at->children;
	while (at != top && !at->next)
		at = at->parent;
	return at == top ? NULL : at->next;
}

const xml_node *xml_find(const xml_node *node, const char *name)
{
	if (!node)
		return NULL;
	size_t len = name ? strlen(name) : 0;
	for (const xml_node *at = node; (at = following(node, at));)
		if (matches(at, name, len))
			return at;
	return NULL;
}

/* ---- texts ---- */

static bool is_text(const xml_node *node)
{
	return (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) &&
		node->content;
}

const char *xml_text(const xml_node *node, struct arena *arena)
{
	if (!node)
		return NULL;
	size_t len = 0;
	for (const xml_node *at = node; (at = following(node, at));)
		if (is_text(at))
			len += strlen((const char *)at->content);
	char *text = arena_alloc(arena, len + 1), *to = text;
	for (const xml_node *at = node; (at = following(node, at));)
		if (is_text(at))
			to = stpcpy(to, (const char *)at->content);
	*to = '\0';
	return text;
}

const char *xml_child_text(const xml_node *node, const char *name, struct arena *arena)
{
	return xml_text(xml_child(node, name), arena);
}

const char *xml_attribute(const xml_node *node, const char *name, struct arena *arena)
{
	for (const xmlAttr *a = node ? node->properties : NULL; a; a = a->next) {
		if (strcmp(local(a->name), name))
			continue;
		/* Without entities the value is one text at most. */
		const xmlNode *value = a->children;
		return arena_strdup(
			arena, value && value->content ? (const char *)value->content : "");
	}
	return NULL;
}

const char *xml_serialize(const xml_node *node, struct arena *arena)
{
	xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlBuffer *out = xmlBufferCreate();
	if (!doc || !out)
		abort();
	/* A copy declares at its top what its original's ancestors declared. */
	xmlNode *copy = xmlDocCopyNode((xmlNode *)node, doc, 1);
	if (!copy)
		abort();
	xmlDocSetRootElement(doc, copy);
	if (xmlNodeDump(out, doc, copy, 0, 0) < 0)
		abort();
	const char *text = arena_strndup(
		arena, (const char *)xmlBufferContent(out), (size_t)xmlBufferLength(out));
	xmlBufferFree(out);
	xmlFreeDoc(doc);
	return text;
}
