/*
 * What may be sent in the body of a POST, PUT or PATCH: the first byte chooses record and mode, the
 * rest is the body. Whatever is taken must be given out and taken back the same, hold the fields'
 * limits, and never have changed what is read-only.
 */
#include "api/record_json.h"
#include "model/records.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct round {
	const struct record_type *type;
	enum record_json_mode mode;
	struct arena arena;
	json_t *problems;
	struct buf ignored;
	void *old, *record;
};

static const struct record_type *pick(uint8_t n)
{
	size_t count = 0;
	while (record_types[count])
		count++;
	const struct record_type *type = record_types[n % count];
	/* Its password is hashed, slowly on purpose: ten inputs a second find nothing. */
	return type == &administrator_type ? &conference_type : type;
}

static void check_readonly(struct round *r)
{
	for (size_t i = 0; i < r->type->n_fields; i++) {
		const struct field *f = &r->type->fields[i];
		if (r->mode != RECORD_CREATE && f->flags & FIELD_READONLY &&
			strcmp(record_get(f, r->old, &r->arena),
				record_get(f, r->record, &r->arena)) != 0)
			abort();
	}
}

static void check_back(struct round *r)
{
	*(int64_t *)r->record = 1;
	void *back = arena_alloc(&r->arena, r->type->size);
	json_t *object = record_to_json(r->type, r->record, &r->arena);
	if (!record_from_json(r->type, object, RECORD_REPLACE, r->record, back, &r->arena,
		    r->problems, &r->ignored))
		abort();
	for (size_t i = 0; i < r->type->n_fields; i++)
		if (strcmp(record_get(&r->type->fields[i], back, &r->arena),
			    record_get(&r->type->fields[i], r->record, &r->arena)) != 0)
			abort();
	json_decref(object);
}

static void take(struct round *r, const json_t *body)
{
	r->old = arena_alloc(&r->arena, r->type->size);
	r->record = arena_alloc(&r->arena, r->type->size);
	record_defaults(r->type, r->old, &r->arena);
	*(int64_t *)r->old = 1;
	if (!record_from_json(
		    r->type, body, r->mode, r->old, r->record, &r->arena, r->problems, &r->ignored))
		return;
	check_readonly(r);
	if (record_check(r->type, r->record, NULL, NULL))
		check_back(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	json_t *body;
	if (len < 1 || !json_parse((const char *)bytes + 1, len - 1, &body, NULL))
		return 0;
	struct round r = { .type = pick(bytes[0] / 3), .mode = bytes[0] % 3 };
	arena_init(&r.arena);
	r.problems = json_object();
	buf_init(&r.ignored, 256);
	if (json_is_object(body))
		take(&r, body);
	buf_release(&r.ignored);
	json_decref(r.problems);
	arena_release(&r.arena);
	json_decref(body);
	return 0;
}
