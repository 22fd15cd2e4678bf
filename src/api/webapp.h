/*
 * webapp - serves one built web front end (web/dist/<part>) from memory.
 *
 * All files of the directory are read once; requests are answered by their names alone, so no path
 * can lead anywhere else. Files below assets/ carry a hash in their name and may be kept by browsers
 * for ever; all others are asked for again (ETag). Where the build has put a packed file beside another
 * ("x.js.br", "x.js.gz"), clients that take it get that. Symbolic links and names that begin with a dot
 * are not served. Where there is no such directory, every page says how to build it.
 */
#ifndef API_WEBAPP_H
#define API_WEBAPP_H

#include "base/err.h"
#include "wire/http_server.h"

enum {
	WEBAPP_FILES_MAX = 1000,
	WEBAPP_BYTES_MAX = 64 << 20, /* of all files together */
	WEBAPP_DEPTH_MAX = 8,        /* nested directories */
	WEBAPP_PATH_MAX = 500,       /* bytes of a name below the directory */
};

struct webapp;

struct webapp_options { /* texts are copied */
	const char *directory;
	const char *prefix; /* "/webapp/" */
	const char
		*policy; /* Content-Security-Policy; NULL: everything from here, framed nowhere */
};

/* ERR_LIMIT names the limit; ERR_IO: a file that is there cannot be read. */
bool webapp_new(const struct webapp_options *options, struct webapp **ret, struct err *err);
void webapp_free(struct webapp **app);

/* Answers any request below the prefix, and the prefix without its last slash; arg: the struct
 * webapp. */
void webapp_handle(struct http_request *req, void *arg);

/* For those who answer below more than one prefix: */

/* A file's bytes, NUL-terminated; NULL: there is none of that name. They live as long as the webapp. */
const char *webapp_find(const struct webapp *app, const char *name, size_t *ret_len);
/* The names of all files, one after the other, in no order: for (size_t i = 0; (name = webapp_name(app,
 * &i));). */
const char *webapp_name(const struct webapp *app, size_t *i);
/* Answers with that file, and how long it may be kept; false: there is none, and no answer yet. */
bool webapp_reply(const struct webapp *app, struct http_request *req, const char *name);
/* Answers 503 and how to build the pages where there are none, else 404. */
void webapp_reply_missing(const struct webapp *app, struct http_request *req);

#endif
