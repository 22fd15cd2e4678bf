#include "configuration.h"

#include "base/text.h"
#include "item.h"

#include <stdlib.h>
#include <string.h>

static void release(struct configuration *one)
{
	free(one->name);
	free(one->id);
	free(one->dictionary);
	free(one->xml);
	free(one->binary);
}

void configurations_release(struct configurations *all)
{
	for (size_t i = 0; i < all->count; i++)
		release(&all->list[i]);
	free(all->list);
	*all = (struct configurations){ 0 };
}

struct configuration *configuration_find(
	const struct configurations *all, const struct folder *folder, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].folder == folder && text_equal_nocase(all->list[i].name, name))
			return &all->list[i];
	return NULL;
}

struct configuration *configuration_add(
	struct configurations *all, const struct folder *folder, const char *name, char *id)
{
	if (all->count == CONFIGURATIONS_MAX)
		return NULL;
	all->list = reallocarray(all->list, all->count + 1, sizeof(*all->list));
	if (!all->list)
		abort();
	struct configuration *one = &all->list[all->count++];
	*one = (struct configuration){ .folder = folder, .id = id };
	item_set(&one->name, name);
	return one;
}

void configuration_remove(struct configurations *all, struct configuration *one)
{
	release(one);
	*one = all->list[--all->count];
}
