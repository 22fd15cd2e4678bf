/* JSON from strangers: what is accepted comes out as text that is accepted again as the same. */
#include "wire/json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	json_t *value, *again;
	struct err err;
	struct buf text;
	if (!json_parse((const char *)bytes, len, &value, &err)) {
		if (!err.text[0] || (err.code != ERR_INVALID && err.code != ERR_LIMIT))
			abort();
		return 0;
	}
	json_text(value, "a");
	buf_init(&text, 2 * (size_t)JSON_BYTES_MAX);
	json_write(&text, value);
	if (!json_parse(text.data, text.len, &again, NULL) || !json_equal(value, again))
		abort();
	buf_release(&text);
	json_decref(again);
	json_decref(value);
	return 0;
}
