/* Any body: no crash, and what was replaced once is found to be done. */
#include "model/placeholder.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct placeholder what = { "TOK:-AbC_-#", "<p>Wait &amp; see</p><p>TOK:-AbC_-#</p>",
	"<p>Join</p><p>PXPS:-0b6ad9f9-5d4c-4b0f-9f0a-3f6a1f0f3b11#</p>",
	"PXPS:-0b6ad9f9-5d4c-4b0f-9f0a-3f6a1f0f3b11#" };

static void try_body(const char *body, bool is_html)
{
	struct buf once, twice;
	buf_init(&once, PLACEHOLDER_BODY_MAX);
	buf_init(&twice, PLACEHOLDER_BODY_MAX);
	enum placeholder_outcome outcome = placeholder_replace(&what, body, is_html, &once);
	if ((outcome == PLACEHOLDER_REPLACED) != (once.len > 0))
		abort();
	if (outcome == PLACEHOLDER_REPLACED &&
		placeholder_replace(&what, once.data, is_html, &twice) != PLACEHOLDER_DONE)
		abort();
	buf_release(&once);
	buf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *body = malloc(size + 1);
	memcpy(body, data, size);
	body[size] = '\0';
	try_body(body, true);
	try_body(body, false);
	free(body);
	return 0;
}
