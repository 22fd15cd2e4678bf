/*
 * preview - rendering a template outside of any meeting: for administrators, and `vmrd template`.
 */
#ifndef API_PREVIEW_H
#define API_PREVIEW_H

#include "base/buf.h"
#include "base/err.h"

#include <jansson.h>

struct preview {
	struct buf output;
	json_t *unknown; /* names that the template reads and values do not have: they print empty */
};

/* values: an object, name to value. ERR_INVALID, ERR_LIMIT: "line 3, column 14: ...".
 * preview_release() after success. */
bool preview_render(const char *source, size_t len, bool autoescape, const json_t *values,
	struct preview *ret, struct err *err);
void preview_release(struct preview *preview);

/* Values as a meeting could have them, every variable any template is given. json_decref() them. */
json_t *preview_sample_values(void);

#endif
