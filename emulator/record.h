/*
 * record - every SOAP envelope that crosses, kept as a file for whoever wants to check it.
 */
#ifndef EMULATOR_RECORD_H
#define EMULATOR_RECORD_H

#include "base/err.h"

#include <stddef.h>

struct record {
	const char *directory; /* NULL: nothing is kept */
	unsigned number;
};

/* Begins the next exchange: DIR/000001-GetItem-request.xml. */
void record_request(struct record *record, const char *operation, const char *bytes, size_t len);
/* DIR/000001-GetItem-response.xml of the exchange begun last. */
void record_response(struct record *record, const char *operation, const char *bytes, size_t len);

#endif
