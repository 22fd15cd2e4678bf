/*
 * boot - the file vmrd.conf: what must be known before the database is open.
 *
 * Lines of `name = value`; blank lines and lines that begin with # are skipped. Its settings are a
 * table like every record's (boot.def). It is read again on SIGHUP.
 */
#ifndef BOOT_H
#define BOOT_H

#include "base/arena.h"
#include "base/err.h"
#include "model/records.h"

#include <stdint.h>

enum { BOOT_LINE_MAX = 2048 }; /* bytes of one line */

#define FIELD(kind, name, label, help, def, min, max, extra, flags) FIELD_MEMBER_##kind(name)
struct boot {
	int64_t id; /* unused; every record has one */
#include "boot.def"
};
#undef FIELD

extern const struct record_type boot_type;

/* Reads DIRECTORY/vmrd.conf; relative paths come out below the directory. The sentence names file,
 * line and remedy. */
bool boot_read(const char *directory, struct arena *arena, struct boot *ret, struct err *err);
/* Writes a vmrd.conf that says what each setting is for, all at their defaults. Never overwrites:
 * ERR_CONFLICT. */
bool boot_write(const char *directory, struct err *err);

/* Splits "HOST:PORT" or "[HOST]:PORT". */
bool boot_listen(const char *text, struct arena *arena, const char **ret_host, uint16_t *ret_port,
	struct err *err);

#endif
