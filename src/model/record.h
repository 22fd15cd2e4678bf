/*
 * record - configuration records, described by one table each.
 *
 * model/<record>.def has one row per field. From the row follow the struct member, the default, the
 * validation, the JSON, the database column, the management API with its schema/ answer, the
 * masking of secrets, the audit line and the reference manual. There is no second place to edit.
 *
 *	FIELD(kind, name, label, help, default, min, max, extra, flags)
 *
 * kind     one of enum field_kind without its prefix
 * default  as text; NULL: none (text ""; numbers, times and references FIELD_NULL). TIME may say
 *          "now" and UUID "random"; so may a text that the type's fresh() fills.
 * min,max  INT: the limits of the value. Texts: of the length in characters (an empty text is
 *          allowed unless the field is required). Else 0, 0.
 * extra    CHOICE: "a|b|c". REF: name of the record referred to. INT: unit ("minutes"), or NULL.
 *          TEMPLATE: "html" (autoescaped) or "text".
 *
 * A record in memory is its struct (model/records.h); all texts belong to an arena and are never
 * NULL. Every struct begins with `int64_t id` (FIELD_NULL until stored).
 */
#ifndef MODEL_RECORD_H
#define MODEL_RECORD_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIELD_NULL INT64_MIN /* INT, TIME, REF: no value */

enum field_kind {
	FIELD_TEXT,
	FIELD_URL,      /* https:// (or http://) with a host */
	FIELD_FQDN,     /* host name, or numeric address, optional :port */
	FIELD_HOST_URL, /* FQDN, or https URL of scheme and host and port */
	FIELD_EMAIL,    /* one SMTP address */
	FIELD_DIGITS,   /* decimal digits only (PINs, prefixes) */
	FIELD_TEMPLATE,
	FIELD_UUID,
	FIELD_CHOICE,
	FIELD_BOOL,
	FIELD_INT,
	FIELD_TIME, /* UTC seconds in memory and database; RFC 3339 in JSON */
	/* id of another record; resource_uri in JSON. When that record is deleted, a required
	 * reference takes its own record along, a nullable one becomes FIELD_NULL. */
	FIELD_REF,
};

enum field_flag {
	FIELD_REQUIRED = 1 << 0, /* text not empty; numbers, references not FIELD_NULL */
	FIELD_UNIQUE =
		1 << 1, /* among all records, ASCII case ignored for texts; empty ones may repeat */
	FIELD_SECRET = 1 << 2, /* taken, kept, never told again, never logged */
	FIELD_READONLY =
		1 << 3, /* set by us only; ignored when a client sends it unchanged, else refused */
	FIELD_NULLABLE = 1 << 4, /* INT, TIME, REF may be FIELD_NULL */
	FIELD_LONG = 1 << 5,     /* many lines: a text area in forms */
	FIELD_UNLOGGED = 1 << 6, /* told to administrators, never logged (PINs) */
	/* With FIELD_SECRET: the record holds a hash. record_set() takes the plain text and checks
	 * its limits; whoever calls it puts the hash in its place before storing. */
	FIELD_HASHED = 1 << 7,
};

struct field {
	enum field_kind kind;
	const char *name, *label, *help;
	const char *default_text; /* NULL: none */
	int64_t min, max;
	const char *extra;
	unsigned flags;
	size_t offset; /* of the member in the struct: const char *, bool or int64_t by kind */
};

struct record_type {
	const char *name;  /* resource name, and the table's: "conference" */
	const char *label; /* "Conference" */
	const char *help;  /* one sentence */
	size_t size;       /* of the struct */
	const struct field *fields;
	size_t n_fields;
	bool singleton; /* exactly one record, id 1 (global settings) */
	bool status;    /* tells how things are: kept by the program, others may only look */
	bool scheduled; /* made by the scheduling service: others may look and delete only */
	/* Completes the defaults of a new record; NULL if nothing. Texts belong to arena. */
	void (*fresh)(void *record, struct arena *arena);
	/* What no single field can say; NULL if nothing. ret_field: the field to blame. */
	bool (*check)(const void *record, const struct field **ret_field, struct err *err);
};

const struct field *record_field(const struct record_type *type, const char *name); /* or NULL */

bool field_is_text(const struct field *f); /* the member is a const char * */
const char *field_text(const struct field *f, const void *record); /* text kinds only */
int64_t field_int(const struct field *f, const void *record);      /* INT, TIME, REF */
bool field_bool(const struct field *f, const void *record);
/* As given, unchecked: for what the program itself sets. The text must outlive the record. */
void field_put_text(const struct field *f, void *record, const char *value);
void field_put_int(const struct field *f, void *record, int64_t value);
void field_put_bool(const struct field *f, void *record, bool value);

/* Fills every field with its default. */
void record_defaults(const struct record_type *type, void *record, struct arena *arena);

/* Sets one field from its text form ("true"/"false", decimal, RFC 3339, ...) after checking it
 * against the field's own limits. ERR_INVALID: one sentence without the field's name. */
bool record_set(const struct field *f, void *record, const char *text, struct arena *arena,
	struct err *err);
/* The text form of a field, "" for FIELD_NULL; the inverse of record_set(). Secrets too: the caller
 * masks. */
const char *record_get(const struct field *f, const void *record, struct arena *arena);

/* What people call it: its name, user name, alias or domain; else its id. */
const char *record_title(const struct record_type *type, const void *record, struct arena *arena);

/* Every field's limits, then the type's own check. */
bool record_check(const struct record_type *type, const void *record,
	const struct field **ret_field, struct err *err);

#endif
