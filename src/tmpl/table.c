/*
 * Names to callables.
 */
#include "tmpl/engine.h"

const struct callable *callable_find(
	const struct callable *table, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].name[0] == name[0] && strlen(table[i].name) == len &&
			memcmp(table[i].name, name, len) == 0)
			return &table[i];
	return NULL;
}

const struct callable *filter_find(const char *name, size_t len)
{
	const struct {
		const struct callable *table;
		size_t count;
	} all[] = { { filters_text, filters_text_count }, { filters_list, filters_list_count },
		{ filters_select, filters_select_count }, { filters_number, filters_number_count },
		{ filters_html, filters_html_count }, { filters_pex, filters_pex_count } };
	const struct callable *c = NULL;
	if (len == 0)
		return NULL;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]) && c == NULL; i++)
		c = callable_find(all[i].table, all[i].count, name, len);
	return c;
}
