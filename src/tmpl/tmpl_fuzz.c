/*
 * Any bytes as a template: it is compiled and rendered or refused, and strangers write no markup.
 * The first byte's lowest bit is autoescape.
 */
#include "tmpl/tmpl.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool mentions(const char *source, size_t len, const char *word)
{
	return memmem(source, len, word, strlen(word)) != NULL;
}

/* Without a '<' of its own, and without leave to print as it is, a template prints none. */
static void check_markup(const char *source, size_t len, const struct buf *out)
{
	if (!mentions(source, len, "<") && !mentions(source, len, "safe") &&
		!mentions(source, len, "autoescape") && memchr(out->data, '<', out->len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tmpl_value nums[] = { tmpl_int(3), tmpl_int(-1), tmpl_int(2) };
	const struct tmpl_value words[] = { tmpl_text("pear"), tmpl_stranger_text("<i>'&\"") };
	const struct tmpl_var person[] = { { "name", words[1] }, { "age", nums[0] } };
	const struct tmpl_value people[] = {
		{ .kind = TMPL_DICT, .dict = { person, 2 } },
		{ .kind = TMPL_DICT, .dict = { person, 1 } },
	};
	const struct tmpl_var vars[] = {
		{ "x", tmpl_stranger_text("<b>&amp;</b> PXPS:-1# \xc3\xa4") },
		{ "n", nums[0] },
		{ "nums", tmpl_list(nums, 3) },
		{ "words", tmpl_list(words, 2) },
		{ "people", tmpl_list(people, 2) },
	};
	struct tmpl *t;
	struct err err;
	struct buf out;
	if (size == 0)
		return 0;
	const char *source = (const char *)data + 1;
	bool autoescape = data[0] & 1;
	if (!tmpl_compile(source, size - 1, autoescape, &t, &err))
		return 0;
	buf_init(&out, TMPL_OUTPUT_MAX);
	if (tmpl_render(t, vars, sizeof(vars) / sizeof(vars[0]), &out, &err) && autoescape)
		check_markup(source, size - 1, &out);
	buf_release(&out);
	tmpl_free(&t);
	return 0;
}
