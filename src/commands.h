/*
 * commands - what `vmrd COMMAND` does. Each returns the process's exit status and prints for people.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "base/err.h"

enum { EXIT_USAGE = 2 }; /* the command line made no sense */

/* Everything a command is given. */
struct invocation {
	const char *directory; /* configuration directory */
	int argc;              /* words behind the command's name */
	char **argv;
};

int command_init(const struct invocation *in);
int command_serve(const struct invocation *in);
int command_check(const struct invocation *in);
int command_dump(const struct invocation *in);
int command_template(const struct invocation *in);
int command_manifest(const struct invocation *in);
int command_licence(const struct invocation *in);
int command_passwd(const struct invocation *in);
int command_resync(const struct invocation *in);
int command_reconcile(const struct invocation *in);
int command_confirm_removals(const struct invocation *in);
int command_takeover(const struct invocation *in);

/* Prints "vmrd: <sentence>" and returns 1. */
int command_failed(const struct err *err);
/* Prints the sentence and where help is, and returns EXIT_USAGE. */
int command_misused(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
