/* The verbs of the management API. Each change is one transaction, told after its commit. */
#include "api/admin_call.h"
#include "base/clock.h"
#include "base/text.h"
#include "model/records.h"
#include "sched/alarms.h"
#include "sched/licensing.h"
#include "store/aliases.h"

/* ---- reading ------------------------------------------------------------------------------ */

static json_t *page_meta(struct admin_call *c, const struct store_list *what, int64_t total)
{
	json_t *next = NULL, *previous = NULL;
	if (what->limit && what->offset + what->limit < total)
		next = json_string(admin_query_at(c, what->limit, what->offset + what->limit));
	if (what->limit && what->offset > 0)
		previous = json_string(admin_query_at(c, what->limit,
			what->offset > what->limit ? what->offset - what->limit : 0));
	return json_pack("{s:I, s:o, s:I, s:o, s:I}", "limit", (json_int_t)what->limit, "next",
		next ? next : json_null(), "offset", (json_int_t)what->offset, "previous",
		previous ? previous : json_null(), "total_count", (json_int_t)total);
}

/* Alarms that the database could not take are there all the same, behind the others. */
static bool add_unsaved_alarms(struct admin_call *c, json_t *objects, int64_t *total)
{
	struct alarm *alarms;
	size_t count;
	if (c->type != &alarm_type)
		return true;
	alarms_unsaved(&c->arena, &alarms, &count);
	for (size_t i = 0; i < count; i++) {
		json_t *object = admin_object(c, c->type, &alarms[i]);
		if (!object)
			return false;
		json_array_append_new(objects, object);
	}
	*total += (int64_t)count;
	return true;
}

void admin_list(struct admin_call *c)
{
	struct store_list what;
	struct err err = { 0 };
	void *records;
	size_t count;
	int64_t total;
	if (!admin_query(c, &what, &err) ||
		!store_list(
			c->api->store, c->type, &what, &c->arena, &records, &count, &total, &err)) {
		admin_fail_err(c, &err);
		return;
	}
	json_t *objects = json_array();
	for (size_t i = 0; i < count; i++) {
		json_t *object = admin_object(c, c->type, (char *)records + i * c->type->size);
		if (!object) {
			json_decref(objects);
			return;
		}
		json_array_append_new(objects, object);
	}
	if (!add_unsaved_alarms(c, objects, &total)) {
		json_decref(objects);
		return;
	}
	c->status = 200;
	c->json = json_pack("{s:o, s:o}", "meta", page_meta(c, &what, total), "objects", objects);
}

/* The record c->id names; NULL after an answer. */
static void *load(struct admin_call *c)
{
	struct err err = { 0 };
	void *record = arena_alloc(&c->arena, c->type->size);
	if (store_get(c->api->store, c->type, c->id, &c->arena, record, &err))
		return record;
	admin_fail_err(c, &err);
	return NULL;
}

void admin_get(struct admin_call *c)
{
	const void *record = load(c);
	if (!record)
		return;
	c->status = 200;
	c->json = admin_object(c, c->type, record);
}

/* ---- changing ----------------------------------------------------------------------------- */

static json_t *read_body(struct admin_call *c)
{
	struct err err = { 0 };
	json_t *body;
	if (!json_parse(c->body, c->body_len, &body, &err)) {
		err_prefix(&err, "the body is no valid JSON");
		admin_fail(c, 400, err.text);
		return NULL;
	}
	if (json_is_object(body))
		return body;
	json_decref(body);
	admin_fail(c, 400, "the body must be one JSON object");
	return NULL;
}

/* The alias of an invitation must go on leading to its room. */
static bool may_change(struct admin_call *c, const void *old, const void *record, struct err *err)
{
	if (c->type != &conference_alias_type || !old)
		return true;
	const struct conference_alias *a = old, *b = record;
	return (text_equal(a->alias, b->alias) && a->conference == b->conference) ||
		admin_alias_is_free(c, old, err);
}

/* What a record says of itself only together with what it was made from. */
static bool complete(
	struct admin_call *c, void *record, const struct field **ret_blamed, struct err *err)
{
	if (c->type != &licence_type)
		return true;
	*ret_blamed = record_field(&licence_type, "file");
	bool ok = licensing_fill(c->api->store, record, clock_now(), &c->arena, err);
	if (!ok && err->code == ERR_DENIED)
		err->code = ERR_INVALID; /* it is the text that is refused, not the administrator */
	return ok;
}

static bool put_record(struct admin_call *c, const void *old, void *record, json_t *problems)
{
	const struct field *blamed = NULL;
	struct err err = { 0 };
	bool ok = may_change(c, old, record, &err) && complete(c, record, &blamed, &err) &&
		(old ? store_update(c->api->store, c->type, record, &blamed, &err)
		     : store_insert(c->api->store, c->type, record, &blamed, &err));
	if (ok) {
		admin_note(c, c->type, old, record);
		return true;
	}
	if (err.code == ERR_INVALID || err.code == ERR_LIMIT || err.code == ERR_CONFLICT)
		record_problem(problems, blamed ? blamed->name : "__all__", err.text);
	else
		admin_fail_err(c, &err);
	return false;
}

/* Inside the transaction. */
static bool apply(struct admin_call *c, enum record_json_mode mode, const json_t *body,
	const void *old, void *record, json_t *problems)
{
	return record_from_json(
		       c->type, body, mode, old, record, &c->arena, problems, &c->ignored) &&
		put_record(c, old, record, problems) &&
		admin_take_children(c, c->type, *(int64_t *)record, body, problems);
}

static bool commit(struct admin_call *c)
{
	struct err err = { 0 };
	if (store_commit(c->api->store, &err)) {
		admin_tell(c);
		return true;
	}
	admin_forget(c);
	admin_fail_err(c, &err);
	return false;
}

static void give_up(struct admin_call *c, json_t *problems)
{
	store_rollback(c->api->store);
	admin_forget(c);
	if (!c->status)
		admin_fail_fields(c, json_incref(problems));
}

static bool begin(struct admin_call *c)
{
	struct err err = { 0 };
	if (store_begin(c->api->store, &err))
		return true;
	admin_fail_err(c, &err);
	return false;
}

/* POST, PUT and PATCH: false after an answer that says why not. */
static bool change(struct admin_call *c, enum record_json_mode mode, const json_t *body)
{
	void *record = arena_alloc(&c->arena, c->type->size);
	const void *old = NULL;
	json_t *problems = json_object();
	bool ok = begin(c);
	if (ok) {
		ok = mode == RECORD_CREATE || (old = load(c));
		ok = ok && apply(c, mode, body, old, record, problems);
		if (!ok)
			give_up(c, problems);
		else
			ok = commit(c);
	}
	json_decref(problems);
	if (ok)
		c->id = *(int64_t *)record;
	return ok;
}

/* Answers with the record as it is now. */
static void change_by_body(struct admin_call *c, enum record_json_mode mode, int status)
{
	json_t *body = read_body(c);
	if (!body)
		return;
	if (change(c, mode, body)) {
		admin_get(c);
		if (c->status == 200)
			c->status = status;
	}
	json_decref(body);
}

void admin_create(struct admin_call *c)
{
	change_by_body(c, RECORD_CREATE, 201);
	if (c->status == 201)
		c->location = record_uri(c->type, c->id, &c->arena);
}

void admin_change(struct admin_call *c, enum record_json_mode mode)
{
	change_by_body(c, mode, mode == RECORD_REPLACE ? 200 : 202);
}

/* Whoever deleted the last account would be locked out. */
static bool may_delete(struct admin_call *c, const void *record, struct err *err)
{
	if (c->type == &conference_alias_type)
		return admin_alias_is_free(c, record, err);
	if (c->type != &administrator_type)
		return true;
	const struct administrator *a = record;
	return !text_equal_nocase(a->username, c->user) ? true
							: err_set(err, ERR_INVALID,
								  "you are signed in as '%s'; "
								  "another administrator must "
								  "delete this account",
								  a->username);
}

/* A number that was given out rests before it is given out again, whoever ends its life. */
static bool put_to_rest(struct admin_call *c, const void *record, struct err *err)
{
	struct global_settings settings;
	if (c->type == &conference_type)
		return aliases_room_goes(c->api->store, c->id, clock_now(), err);
	if (c->type != &scheduled_alias_type)
		return true;
	return store_get(c->api->store, &global_settings_type, 1, &c->arena, &settings, err) &&
		aliases_rest(
			c->api->store, record, clock_now() + settings.alias_rest_days * 86400, err);
}

void admin_delete(struct admin_call *c)
{
	struct err err = { 0 };
	if (!begin(c))
		return;
	const void *record = load(c);
	bool ok = record && may_delete(c, record, &err) && put_to_rest(c, record, &err) &&
		store_delete(c->api->store, c->type, c->id, &err);
	if (!ok) {
		if (record)
			admin_fail_err(c, &err);
		store_rollback(c->api->store);
		return;
	}
	admin_note(c, c->type, record, NULL);
	if (commit(c))
		c->status = 204;
}
