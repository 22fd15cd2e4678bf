/*
 * zip - writes a small archive: the same files give the same bytes.
 *
 * Files are stored as they are, without compression and without time. APPNOTE.TXT, the parts that
 * every reader knows.
 */
#ifndef API_ZIP_H
#define API_ZIP_H

#include "base/buf.h"

#include <stdint.h>

enum { ZIP_FILES_MAX = 8, ZIP_DIRECTORY_MAX = 4096 /* bytes of the list of files */ };

struct zip {
	struct buf *out;      /* starts at its present end */
	struct buf directory; /* the list that comes last */
	size_t start;
	int files;
};

void zip_init(struct zip *zip, struct buf *out);
/* name: ASCII. Overflow of out is the caller's to see. */
void zip_add(struct zip *zip, const char *name, const void *bytes, size_t len);
/* Ends the archive and releases the zip. */
void zip_finish(struct zip *zip);

#endif
