/*
 * record_json - configuration records as JSON: what the management API gives and takes.
 *
 * An object has "id", "resource_uri", then the fields in the table's order: texts, numbers and
 * booleans as such, times as RFC 3339 texts, references as the other record's resource_uri, no
 * value as null. Secrets are always given as "".
 *
 * Taken are the same forms, besides numbers and ids as texts. Names that no field has are ignored and
 * reported. A secret that is absent or "" keeps its value, null empties it. A read-only field may
 * be sent as it was given, or as null; anything else is refused.
 */
#ifndef API_RECORD_JSON_H
#define API_RECORD_JSON_H

#include "base/buf.h"
#include "model/record.h"
#include "wire/json.h"

#define RECORD_URI_PREFIX    "/api/admin/configuration/v1/"
#define RECORD_STATUS_PREFIX "/api/admin/status/v1/"

/* The one of the two below which records of this type are found. */
const char *record_uri_prefix(const struct record_type *type);

/* Records that are given inside another: conference.aliases. */
struct record_children {
	const struct record_type *parent, *child;
	const char *name;       /* "aliases" */
	const char *reference;  /* the child's field that refers to the parent */
	const char *count_name; /* also their number, under this name; NULL: not given */
	bool writable;          /* a list that is sent replaces them */
};
extern const struct record_children record_children[]; /* ended by parent NULL */

/* "/api/admin/configuration/v1/conference/1/", and back. */
const char *record_uri(const struct record_type *type, int64_t id, struct arena *arena);
bool record_uri_parse(const struct record_type *type, const char *uri, int64_t *ret_id);

/* Without children. */
json_t *record_to_json(const struct record_type *type, const void *record, struct arena *arena);

enum record_json_mode {
	RECORD_CREATE,  /* POST: what is absent gets its default */
	RECORD_REPLACE, /* PUT: the same, but read-only fields and secrets keep their values */
	RECORD_CHANGE,  /* PATCH: what is absent keeps its value */
};

/* Reads body (an object) into *record; old is what is stored, NULL with RECORD_CREATE. False when
 * problems got entries: {"<field>": ["<sentence>", ...]}. ignored: gets the unknown names, separated
 * by ", ". Passwords are hashed; templates are compiled, to find what is wrong with them. What the
 * record must be as a whole is not checked here. */
bool record_from_json(const struct record_type *type, const json_t *body,
	enum record_json_mode mode, const void *old, void *record, struct arena *arena,
	json_t *problems, struct buf *ignored);
void record_problem(json_t *problems, const char *field, const char *sentence);

/* The answer to .../schema/: every field with its kind, limits, default and help. */
json_t *record_schema(const struct record_type *type);

#endif
