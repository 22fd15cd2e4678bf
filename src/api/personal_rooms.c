#include "api/personal_rooms.h"
#include "base/log.h"
#include "base/text.h"
#include "sched/alarms.h"
#include "sched/texts.h"
#include "store/end_users.h"
#include "tmpl/tmpl.h"

#include <string.h>

bool personal_rooms_check(struct addin_call *call)
{
	struct err err = { 0 };
	if (call->connector->enable_personal_vmrs)
		return true;
	err_set(&err, ERR_DENIED, "Personal rooms are switched off for this integration");
	call_refuse(call, 403, "", &err);
	return false;
}

/* ---- a room's texts ------------------------------------------------------------------------- */

/* The templates of one request, compiled once; own is NULL where it does not compile. */
struct text {
	const char *field; /* of the integration */
	const char *name;  /* in the answer */
	struct tmpl *own, *shipped;
};

static const struct {
	const char *field, *name;
} texts[] = {
	{ "personal_vmr_name_template", "name" },
	{ "personal_vmr_description_template", "description" },
	{ "personal_vmr_instructions_template", "instructions" },
	{ "personal_vmr_location_template", "location" },
};
enum { N_TEXTS = sizeof(texts) / sizeof(*texts) };

static bool is_digits(const char *alias)
{
	return *alias && alias[strspn(alias, "0123456789")] == '\0';
}

/* An alias is numeric, or has a domain, or is something else. */
enum kind { DOMAIN, OTHER, NUMERIC, N_KINDS };

static enum kind kind_of(const char *alias)
{
	return is_digits(alias) ? NUMERIC : strchr(alias, '@') ? DOMAIN : OTHER;
}

struct aliases {
	struct tmpl_value *of_kind[N_KINDS];
	size_t counts[N_KINDS];
	const char *first; /* by which people join: one with a domain, if there is one */
};

static bool load_aliases(
	struct addin_call *call, int64_t conference, struct aliases *ret, struct err *err)
{
	const struct store_filter filter = { record_field(&conference_alias_type, "conference"),
		STORE_EXACT, arena_printf(&call->arena, "%lld", (long long)conference) };
	const struct store_list what = {
		.filters = &filter, .n_filters = 1, .limit = PERSONAL_ALIASES_MAX
	};
	void *found;
	size_t count;
	if (!store_list(call->store, &conference_alias_type, &what, &call->arena, &found, &count,
		    NULL, err))
		return false;
	const struct conference_alias *all = found;
	*ret = (struct aliases){ 0 };
	for (int k = 0; k < N_KINDS; k++)
		ret->of_kind[k] = arena_array(&call->arena, count + 1, sizeof(struct tmpl_value));
	for (size_t i = 0; i < count; i++) {
		enum kind k = kind_of(all[i].alias);
		ret->of_kind[k][ret->counts[k]++] = tmpl_text(all[i].alias);
	}
	for (int k = N_KINDS - 1; k >= 0; k--)
		if (ret->counts[k])
			ret->first = ret->of_kind[k][0].text.bytes;
	return true;
}

/* Appends the rendered text to out. */
static bool render(struct tmpl **slot, const char *source, const struct field *f,
	const struct tmpl_var *vars, size_t count, struct buf *said, struct buf *out,
	struct err *err)
{
	if (!*slot &&
		!tmpl_compile(source, strlen(source), text_equal(f->extra, "html"), slot, err))
		return false;
	if (!tmpl_render_logged(*slot, vars, count, said, out, err))
		return false;
	return !out->overflow ||
		err_set(err, ERR_LIMIT, "the text is longer than %d bytes", PERSONAL_TEXT_MAX);
}

static void complain(struct addin_call *call, const struct field *f, const struct err *err)
{
	log_error("administrator.scheduling", "A template failed; the shipped text is used instead",
		"User", "schedulingservice", "CorrelationId", call->correlation_id, "Integration",
		call->connector->name, "Template", f->name, "Detail", err->text, NULL);
	alarm_raise(call->store, ALARM_TEMPLATE_FAILED,
		arena_printf(&call->arena, "%s: %s", call->connector->name, f->name), err->text);
}

/* One text of one room; what fails is made good by the shipped one. */
static json_t *render_text(
	struct addin_call *call, struct text *t, const struct tmpl_var *vars, size_t count)
{
	const struct field *f = record_field(&ms_exchange_connector_type, t->field);
	struct buf said, out;
	struct err err;
	buf_init(&said, PERSONAL_SAID_MAX);
	buf_init(&out, PERSONAL_TEXT_MAX);
	if (!render(&t->own, field_text(f, call->connector), f, vars, count, &said, &out, &err)) {
		complain(call, f, &err);
		buf_reset(&out);
		if (!render(&t->shipped, f->default_text, f, vars, count, &said, &out, &err))
			buf_reset(&out);
	}
	texts_log(call->connector->name, f->name, said.data);
	json_t *text = json_stringn(out.data, out.len);
	buf_release(&said);
	buf_release(&out);
	return text;
}

/* NULL on failure. */
static json_t *write_room(
	struct addin_call *call, struct text *all, const struct conference *room, struct err *err)
{
	struct aliases aliases;
	if (!load_aliases(call, room->id, &aliases, err))
		return NULL;
	const struct tmpl_var vars[] = {
		{ "name", tmpl_text(room->name) },
		{ "description", tmpl_text(room->description) },
		{ "alias", tmpl_text(aliases.first ? aliases.first : "") },
		{ "domain_aliases", tmpl_list(aliases.of_kind[DOMAIN], aliases.counts[DOMAIN]) },
		{ "other_aliases", tmpl_list(aliases.of_kind[OTHER], aliases.counts[OTHER]) },
		{ "numeric_aliases", tmpl_list(aliases.of_kind[NUMERIC], aliases.counts[NUMERIC]) },
		{ "pin", tmpl_text(room->pin) },
		{ "guest_pin", tmpl_text(room->guest_pin) },
		{ "allow_guests", tmpl_bool(room->allow_guests) },
		{ "addin_server_domain", tmpl_text(call->connector->addin_server_domain) },
	};
	json_t *object = json_object();
	for (size_t i = 0; i < N_TEXTS; i++)
		json_object_set_new(object, all[i].name,
			render_text(call, &all[i], vars, sizeof(vars) / sizeof(*vars)));
	return object;
}

/* ---- the list ------------------------------------------------------------------------------- */

static bool load_rooms(struct addin_call *call, const char *owner, const struct conference **ret,
	size_t *ret_count, struct err *err)
{
	const struct store_filter filters[] = {
		{ record_field(&conference_type, "primary_owner_email_address"), STORE_IEXACT,
			owner },
		{ record_field(&conference_type, "single_use"), STORE_EXACT, "false" },
	};
	const struct store_list what = { .filters = filters,
		.n_filters = 2,
		.order = record_field(&conference_type, "name"),
		.limit = PERSONAL_ROOMS_MAX };
	void *found;
	if (!store_list(call->store, &conference_type, &what, &call->arena, &found, ret_count, NULL,
		    err))
		return false;
	*ret = found;
	return true;
}

/* NULL on failure. */
static json_t *write_rooms(struct addin_call *call, const char *owner, struct err *err)
{
	const struct conference *rooms;
	size_t count;
	struct text all[N_TEXTS];
	if (!load_rooms(call, owner, &rooms, &count, err))
		return NULL;
	for (size_t i = 0; i < N_TEXTS; i++)
		all[i] = (struct text){ .field = texts[i].field, .name = texts[i].name };
	json_t *list = json_array();
	bool ok = true;
	for (size_t i = 0; i < count && ok; i++) {
		json_t *room = write_room(call, all, &rooms[i], err);
		ok = room && json_array_append_new(list, room) == 0;
	}
	for (size_t i = 0; i < N_TEXTS; i++) {
		tmpl_free(&all[i].own);
		tmpl_free(&all[i].shipped);
	}
	if (ok)
		return list;
	json_decref(list);
	return NULL;
}

static bool check_list(struct addin_call *call)
{
	return personal_rooms_check(call) && call_identify(call);
}

static void list(struct addin_call *call)
{
	struct end_user user;
	struct err err = { 0 };
	enum end_user_key key =
		call->who.kind == IDENTITY_ENTRA ? END_USER_ENTRA : END_USER_EXCHANGE;
	if (!end_users_find(call->store, key, call->who.user, &call->arena, &user, &err)) {
		if (err.code == ERR_NOT_FOUND)
			call_result(call, json_pack("{s:b, s:[]}", "signed_in", 0, "rooms"));
		else
			call_fail(call, &err);
		return;
	}
	json_t *rooms = write_rooms(call, user.primary_email_address, &err);
	if (!rooms) {
		call_fail(call, &err);
		return;
	}
	log_info("administrator.scheduling", "Personal rooms listed", "User", "schedulingservice",
		"CorrelationId", call->correlation_id, "Integration", call->connector->name,
		"RemoteAddress", call->peer, "EndUser", user.primary_email_address, NULL);
	call_result(call, json_pack("{s:b, s:o}", "signed_in", 1, "rooms", rooms));
}

const struct addin_call_kind personal_rooms_list = { .check = check_list, .run = list };
