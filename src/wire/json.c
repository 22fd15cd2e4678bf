#include "wire/json.h"

#include <stdlib.h>
#include <string.h>

/* Nesting is measured before jansson sees the text, because its own limit is a constant of its
 * build. Only brackets outside of strings count; whether they match is jansson's business. */
static bool is_shallow(const char *bytes, size_t len)
{
	int depth = 0;
	bool in_string = false;
	for (size_t i = 0; i < len; i++) {
		char c = bytes[i];
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '[' || c == '{') {
			if (++depth > JSON_NESTING_MAX)
				return false;
		} else if (c == ']' || c == '}') {
			depth--;
		}
	}
	return true;
}

bool json_parse(const char *bytes, size_t len, json_t **ret, struct err *err)
{
	if (len > JSON_BYTES_MAX)
		return err_set(
			err, ERR_LIMIT, "the JSON text is larger than %d bytes", JSON_BYTES_MAX);
	if (!is_shallow(bytes, len))
		return err_set(err, ERR_LIMIT, "the JSON text is nested more than %d deep",
			JSON_NESTING_MAX);
	json_error_t why;
	json_t *value = json_loadb(bytes, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
	if (!value) {
		/* What jansson quotes after "near" may be a password. */
		char *quote = strstr(why.text, " near '");
		if (quote)
			*quote = '\0';
		if (json_error_code(&why) == json_error_null_character)
			strcpy(why.text, "the character \\u0000 is not allowed");
		return err_set(err, ERR_INVALID, "line %d, column %d: %s",
			why.line < 1 ? 1 : why.line, why.column < 0 ? 0 : why.column, why.text);
	}
	*ret = value;
	return true;
}

const char *json_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static int add(const char *bytes, size_t len, void *arg)
{
	buf_add(arg, bytes, len);
	return 0;
}

void json_write(struct buf *b, const json_t *value)
{
	/* Fails only for values which no text can stand for: NULL, NaN, circles. */
	if (json_dump_callback(value, add, b, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
		abort();
}
