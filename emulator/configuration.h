/*
 * configuration - user configurations: named hidden items of a folder, with a dictionary, XML or
 * bytes in them. A mailbox owns its own.
 */
#ifndef EMULATOR_CONFIGURATION_H
#define EMULATOR_CONFIGURATION_H

#include <stddef.h>

enum { CONFIGURATIONS_MAX = 1000, CONFIGURATION_NAME_MAX = 237 };

struct folder;

struct configuration {
	const struct folder *folder;
	char *name, *id;
	char *dictionary;   /* the inside of t:Dictionary; NULL: none */
	char *xml, *binary; /* base64; NULL: none */
};

struct configurations {
	struct configuration *list;
	size_t count;
};

void configurations_release(struct configurations *all);
/* NULL: there is none of that name. */
struct configuration *configuration_find(
	const struct configurations *all, const struct folder *folder, const char *name);
/* Adds an empty one; NULL: there are too many. */
struct configuration *configuration_add(
	struct configurations *all, const struct folder *folder, const char *name, char *id);
void configuration_remove(struct configurations *all, struct configuration *one);

#endif
