#include "commands.h"
#include "version.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command {
	const char *name, *arguments, *help;
	int (*run)(const struct invocation *in);
} commands[] = {
	{ "init", "",
		"make the configuration directory, and an administrator with a random password",
		command_init },
	{ "check", "", "look whether configuration and database are in order", command_check },
	{ "serve", "", "run in the foreground (SIGTERM ends, SIGHUP reads vmrd.conf again)",
		command_serve },
	{ "passwd", "[USER]", "give an administrator (admin) a new random password",
		command_passwd },
	{ "manifest", "ID [KIND]",
		"print an integration's add-in manifest: xml (default), mobile, unified (a zip)",
		command_manifest },
	{ "template", "check|render FILE", "try a template: is it valid, how does it come out",
		command_template },
	{ "licence", "keygen|sign|show FILE",
		"for those who issue licences: make a key, sign, look", command_licence },
	{ "resync", "INTEGRATION", "read its mailbox again from the beginning", command_resync },
	{ "reconcile", "INTEGRATION", "compare the resource's calendar with the rooms now",
		command_reconcile },
	{ "confirm-removals", "INTEGRATION",
		"remove the rooms that the brake holds (alarm removals_held)",
		command_confirm_removals },
	{ "takeover", "INTEGRATION",
		"work on a mailbox that another installation works on (alarm mailbox_shared)",
		command_takeover },
	{ "dump", "settings|schema", "print the reference of all settings, or their JSON schemas",
		command_dump },
};

enum { N_COMMANDS = sizeof(commands) / sizeof(*commands) };

static void print_help(FILE *to)
{
	fputs("vmrd gives Outlook meetings a virtual meeting room: it watches an equipment\n"
	      "resource's mailbox in Microsoft Exchange, makes a room with a dial alias for each\n"
	      "meeting that invites it, answers the invitation, and lets people in while the\n"
	      "meeting is on.\n\n"
	      "usage: vmrd [-C DIRECTORY] COMMAND\n\n",
		to);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-17s%-22s %s\n", commands[i].name, commands[i].arguments,
			commands[i].help);
	fputs("\n"
	      "  -C DIRECTORY   the configuration directory (else $VMRD_HOME, else /etc/vmrd)\n"
	      "  --help         this text\n"
	      "  --version      the version\n\n"
	      "To begin:\n"
	      "  vmrd -C ./vmrd init      prints the administrator's password, once\n"
	      "  vmrd -C ./vmrd serve     then add an integration through the management API:\n"
	      "                           /api/admin/configuration/v1/ms_exchange_connector/\n",
		to);
}

int command_failed(const struct err *err)
{
	fprintf(stderr, "vmrd: %s\n", err->text);
	return EXIT_FAILURE;
}

int command_misused(const char *fmt, ...)
{
	va_list ap;
	fputs("vmrd: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\ntry 'vmrd --help'\n", stderr);
	return EXIT_USAGE;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const char *home = getenv("VMRD_HOME");
	struct invocation in = { .directory = home && *home ? home : "/etc/vmrd" };
	int i = 1;
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			print_help(stdout);
			return EXIT_SUCCESS;
		}
		if (strcmp(argv[i], "--version") == 0) {
			puts("vmrd " VMRD_VERSION);
			return EXIT_SUCCESS;
		}
		if (strcmp(argv[i], "-C") != 0)
			return command_misused("there is no option '%s'", argv[i]);
		if (++i == argc)
			return command_misused("-C needs a directory");
		in.directory = argv[i];
	}
	if (i == argc) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	const struct command *c = find_command(argv[i]);
	if (!c)
		return command_misused("there is no command '%s'", argv[i]);
	in.argc = argc - i - 1;
	in.argv = argv + i + 1;
	for (int k = 0; k < in.argc; k++)
		if (strcmp(in.argv[k], "--help") == 0) {
			printf("usage: vmrd [-C DIRECTORY] %s %s\n\n%s\n", c->name, c->arguments,
				c->help);
			return EXIT_SUCCESS;
		}
	if (!*c->arguments && in.argc)
		return command_misused("'%s' takes no arguments", c->name);
	return c->run(&in);
}
