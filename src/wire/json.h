/*
 * json - reading and writing JSON at the edges (jansson), with limits.
 *
 * Duplicate keys, bytes after the value, invalid UTF-8, NUL in strings and nesting beyond
 * JSON_DEPTH_MAX are refused. JSON objects never travel between our own functions as data.
 */
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

enum {
	JSON_NESTING_MAX = 32,
	JSON_BYTES_MAX = 16 << 20,
};

/* ERR_INVALID: "line 3, column 7: ..."; ERR_LIMIT names the limit. json_decref() the result. */
bool json_parse(const char *bytes, size_t len, json_t **ret, struct err *err);

/* The string at key; NULL when absent or not a string. */
const char *json_text(const json_t *object, const char *key);

/* Appends the compact form (keys in insertion order); '/' is not escaped. */
void json_write(struct buf *b, const json_t *value);

#endif
