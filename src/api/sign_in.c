#include "api/sign_in.h"
#include "api/personal_rooms.h"
#include "auth/claim.h"
#include "auth/provider.h"
#include "auth/sign_ins.h"
#include "base/log.h"
#include "base/text.h"
#include "store/end_users.h"

#include <inttypes.h>
#include <string.h>

static enum end_user_key key_of(const struct addin_call *call)
{
	return call->who.kind == IDENTITY_ENTRA ? END_USER_ENTRA : END_USER_EXCHANGE;
}

/* What people can do something about is told to them; the rest to the administrator. */
static void give_up(struct addin_call *call, const struct err *err)
{
	static const char prefix[] = "Signing in failed: ";
	switch (err->code) {
	case ERR_DENIED:
	case ERR_LIMIT: call_refuse(call, 403, prefix, err); break;
	case ERR_BUSY:
	case ERR_NET:
	case ERR_PROTOCOL: call_refuse(call, 503, prefix, err); break;
	default: call_fail(call, err);
	}
}

static bool find_provider(struct addin_call *call, struct provider *ret, struct err *err)
{
	return provider_init(
		ret, call->connector, arena_printf(&call->arena, "%ssigned_in", call->base), err);
}

static bool begin(struct addin_call *call)
{
	struct provider provider;
	struct sign_in fresh;
	struct err err = { 0 };
	if (!personal_rooms_check(call) || !call_identify(call))
		return false;
	if (!find_provider(call, &provider, &err))
		call_fail(call, &err);
	else if (!sign_ins_begin(
			 call->api->sign_ins, call->connector->id, &call->who, &fresh, &err))
		call_refuse(call, 503, "", &err);
	else
		call_result(call,
			json_pack(
				"{s:s}", "url", call_address(call, "sign_in?state=", fresh.state)));
	return false;
}

const struct addin_call_kind sign_in_begin = { .check = begin };

static bool leave(struct addin_call *call)
{
	struct provider provider;
	struct sign_in found;
	struct buf address;
	struct err err = { 0 };
	if (!personal_rooms_check(call))
		return false;
	if (!find_provider(call, &provider, &err) ||
		!sign_ins_find(
			call->api->sign_ins, call->connector->id, call->state, &found, &err)) {
		give_up(call, &err);
		return false;
	}
	buf_init(&address, PROVIDER_ADDRESS_MAX);
	provider_address(&provider, &found, &address);
	if (address.overflow) {
		err_set(&err, ERR_LIMIT, "the provider's address is longer than %d bytes",
			PROVIDER_ADDRESS_MAX);
		call_fail(call, &err);
	} else {
		call_redirect(call, arena_strdup(&call->arena, address.data));
	}
	buf_release(&address);
	return false;
}

const struct addin_call_kind sign_in_leave = { .check = leave, .page = true };

/* The provider's own words (RFC 6749 section 4.1.2.1), which came by way of the user's window. */
static bool refused_there(struct addin_call *call, struct err *err)
{
	char error[CLAIM_SHOWN_MAX + 1], why[CLAIM_SHOWN_MAX + 1];
	if (text_empty(call->error))
		return false;
	claim_show(call->error, strlen(call->error), error);
	claim_show(call->error_description, strlen(call->error_description), why);
	err_set(err, ERR_DENIED, "the provider refused: '%s' %s", error, why);
	return true;
}

static bool learn_person(struct addin_call *call, struct sign_in *sign_in, struct err *err)
{
	struct provider provider;
	struct person person;
	if (refused_there(call, err))
		return false;
	if (text_empty(call->code) || strlen(call->code) > PROVIDER_CODE_MAX)
		return err_set(err, ERR_DENIED, "the provider sent no authorization code");
	if (!find_provider(call, &provider, err) ||
		!provider_redeem(call->api->keys, call->api->post, NULL, &provider, sign_in,
			call->code, call->now, &person, err))
		return false;
	memcpy(sign_in->email, person.email, sizeof(sign_in->email));
	memcpy(sign_in->name, person.name, sizeof(sign_in->name));
	return true;
}

/* The state is kept when too many ask: the window can be loaded again. */
static bool take_and_learn(struct addin_call *call, struct sign_in *ret, struct err *err)
{
	struct sign_ins *all = call->api->sign_ins;
	if (!sign_ins_ask(all, err))
		return false;
	bool ok = sign_ins_take(all, call->connector->id, call->state, ret, err) &&
		learn_person(call, ret, err);
	sign_ins_asked(all);
	return ok;
}

static bool come_back(struct addin_call *call)
{
	struct sign_in sign_in;
	char code[SIGN_IN_SECRET_LEN + 1];
	struct err err = { 0 };
	if (!personal_rooms_check(call))
		return false;
	if (take_and_learn(call, &sign_in, &err) &&
		sign_ins_prove(call->api->sign_ins, &sign_in, code, &err))
		/* Behind the #: neither in logs nor in a Referer. */
		call_redirect(call, call_address(call, "signed-in.html#code=", code));
	else
		give_up(call, &err);
	return false;
}

const struct addin_call_kind sign_in_return = { .check = come_back, .page = true };

static void note(struct addin_call *call, const char *message, const struct end_user *user)
{
	log_info("administrator.configuration", message, "User", "schedulingservice",
		"CorrelationId", call->correlation_id, "Record", "end_user", "Id",
		arena_printf(&call->arena, "%" PRId64, user->id), "EndUser",
		user->primary_email_address, "Integration", call->connector->name, "RemoteAddress",
		call->peer, NULL);
}

static bool remember(struct addin_call *call, struct end_user *ret, struct err *err)
{
	const struct end_user_proof proof = { .key = key_of(call),
		.user = call->who.user,
		.email = call->proven.email,
		.name = *call->proven.name ? call->proven.name : call->who.name,
		.may_create = call->connector->allow_new_users };
	enum end_user_change change;
	if (!store_begin(call->store, err))
		return false;
	if (!end_users_remember(call->store, &proof, &call->arena, ret, &change, err)) {
		store_rollback(call->store);
		if (err->code == ERR_INVALID)
			err->code = ERR_DENIED; /* the provider's fault, which people may know of */
		return false;
	}
	if (!store_commit(call->store, err))
		return false;
	note(call, change == END_USER_CREATED ? "Created" : "Changed", ret);
	return true;
}

static bool check_end(struct addin_call *call)
{
	struct err err = { 0 };
	if (!personal_rooms_check(call) || !call_identify(call))
		return false;
	if (sign_ins_redeem(call->api->sign_ins, call->connector->id, &call->who, call->code,
		    &call->proven, &err))
		return true;
	give_up(call, &err);
	return false;
}

static void end(struct addin_call *call)
{
	struct end_user user;
	struct err err = { 0 };
	if (remember(call, &user, &err))
		call_result(call,
			json_pack(
				"{s:b, s:s}", "signed_in", 1, "email", user.primary_email_address));
	else
		give_up(call, &err);
}

const struct addin_call_kind sign_in_end = { .check = check_end, .run = end };

static bool check_out(struct addin_call *call)
{
	return personal_rooms_check(call) && call_identify(call);
}

static void out(struct addin_call *call)
{
	struct end_user user;
	struct err err = { 0 };
	if (!store_begin(call->store, &err)) {
		call_fail(call, &err);
		return;
	}
	bool known = end_users_forget(
		call->store, key_of(call), call->who.user, &call->arena, &user, &err);
	if (!known && err.code != ERR_NOT_FOUND) {
		store_rollback(call->store);
		call_fail(call, &err);
	} else if (!store_commit(call->store, &err)) {
		call_fail(call, &err);
	} else {
		if (known)
			note(call, "Changed", &user);
		call_result(call, json_pack("{s:b}", "signed_in", 0));
	}
}

const struct addin_call_kind sign_in_out = { .check = check_out, .run = out };
