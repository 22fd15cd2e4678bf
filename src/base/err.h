/*
 * err - one failure: a code for the program and one sentence for people.
 *
 * A function that can fail returns bool and takes a `struct err *` as its last argument. On false
 * its results are untouched and *err is filled. The sentence is lower case, quotes its subject in
 * single quotes, has no full stop and names the remedy where one is known. Lower layers never log;
 * whoever can act on the failure does.
 *
 * A `struct err` is a plain value: no life cycle. Passing NULL is allowed where the caller needs
 * only the boolean.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

enum err_code {
	ERR_NONE,
	ERR_INVALID,   /* the input is wrong; trying again will not help */
	ERR_NOT_FOUND, /* the thing named does not exist */
	ERR_CONFLICT,  /* it exists already, or changed meanwhile */
	ERR_LIMIT,     /* a named limit was exceeded */
	ERR_DENIED,    /* not allowed: credentials, rights, a failed check */
	ERR_BUSY,      /* the other side asks us to wait; see retry_after_ms */
	ERR_NET,       /* the other side cannot be reached, or the answer was cut */
	ERR_PROTOCOL,  /* the other side's answer makes no sense */
	ERR_IO,        /* disk, database, file */
	ERR_CANCELLED, /* we were asked to stop */
	ERR_INTERNAL,  /* a bug of ours, found in time */
};

enum { ERR_TEXT_MAX = 512 };

struct err {
	enum err_code code;
	int64_t retry_after_ms; /* with ERR_BUSY: wait this long; 0 = not told */
	char text[ERR_TEXT_MAX];
};

/* Fills *err (NULL allowed) and returns false, so that `return err_set(...)` reads well. */
bool err_set(struct err *err, enum err_code code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "<text>: " in front of the sentence, keeps the code, returns false. */
bool err_prefix(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The code as a short word for logs: "invalid", "not_found", ... */
const char *err_code_name(enum err_code code);

#endif
