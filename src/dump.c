/* `vmrd dump`: what follows from the tables, as documents. */
#include "api/dump.h"
#include "base/buf.h"
#include "boot.h"
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void all_settings(struct buf *b)
{
	dump_settings(b);
	dump_record(b, &boot_type);
}

int command_dump(const struct invocation *in)
{
	static const struct {
		const char *what;
		void (*write)(struct buf *b);
	} dumps[] = { { "settings", all_settings }, { "schema", dump_schema } };
	for (size_t i = 0; i < sizeof(dumps) / sizeof(*dumps); i++) {
		if (in->argc != 1 || strcmp(in->argv[0], dumps[i].what) != 0)
			continue;
		struct buf b;
		buf_init(&b, DUMP_MAX);
		dumps[i].write(&b);
		bool ok = !b.overflow && fwrite(b.data, 1, b.len, stdout) == b.len &&
			fflush(stdout) == 0;
		buf_release(&b);
		return ok ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	return command_misused("'dump' takes one word: settings, or schema");
}
