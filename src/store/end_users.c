#include "store/end_users.h"
#include "base/text.h"

#include <assert.h>
#include <string.h>

static const struct field *key_field(enum end_user_key key)
{
	static const char *const names[] = {
		[END_USER_EXCHANGE] = "exchange_user_id", [END_USER_ENTRA] = "user_oid"
	};
	return record_field(&end_user_type, names[key]);
}

bool end_users_find(struct store *store, enum end_user_key key, const char *user,
	struct arena *arena, struct end_user *ret, struct err *err)
{
	const char *field = key_field(key)->name;
	struct err why = { 0 };
	if (text_empty(user))
		return err_set(err, ERR_NOT_FOUND, "nobody has an empty key");
	if (store_find(store, &end_user_type, field, user, arena, ret, &why))
		return true;
	if (why.code == ERR_NOT_FOUND && key == END_USER_ENTRA) {
		const char *alone = arena_strndup(arena, user, strcspn(user, "."));
		if (store_find(store, &end_user_type, field, alone, arena, ret, &why))
			return true;
	}
	if (err)
		*err = why;
	return false;
}

/* A record of that address that is nobody's yet: an administrator made it, or someone signed out. Where
 * none may be made, also one with another key: whoever has proven the address has a new mailbox. */
static bool find_by_address(struct store *store, const struct end_user_proof *proof,
	struct arena *arena, struct end_user *ret, bool *ret_found, struct err *err)
{
	const struct store_filter filters[] = {
		{ record_field(&end_user_type, "primary_email_address"), STORE_IEXACT,
			proof->email },
		{ key_field(proof->key), STORE_ISNULL, "true" },
	};
	struct store_list what = { .filters = filters, .n_filters = 2, .limit = 1 };
	void *found;
	size_t count;
	if (!store_list(store, &end_user_type, &what, arena, &found, &count, NULL, err))
		return false;
	what.n_filters = 1;
	if (!count && !proof->may_create &&
		!store_list(store, &end_user_type, &what, arena, &found, &count, NULL, err))
		return false;
	*ret_found = count > 0;
	if (count)
		*ret = *(struct end_user *)found;
	return true;
}

static bool create(struct store *store, const struct end_user_proof *proof, struct arena *arena,
	struct end_user *ret, struct err *err)
{
	const struct field *blamed = NULL;
	if (!proof->may_create)
		return err_set(err, ERR_DENIED,
			"There is no user record for '%.100s', and this integration makes none by "
			"itself: ask your administrator",
			proof->email);
	record_defaults(&end_user_type, ret, arena);
	ret->primary_email_address = proof->email;
	ret->display_name = proof->name;
	field_put_text(key_field(proof->key), ret, proof->user);
	return store_insert(store, &end_user_type, ret, &blamed, err) ||
		(blamed && err_prefix(err, "%s", blamed->name));
}

bool end_users_remember(struct store *store, const struct end_user_proof *proof,
	struct arena *arena, struct end_user *ret, enum end_user_change *ret_change,
	struct err *err)
{
	struct err why = { 0 };
	struct end_user user;
	assert(store_in_transaction(store));
	bool found = end_users_find(store, proof->key, proof->user, arena, &user, &why);
	if (!found && why.code != ERR_NOT_FOUND) {
		if (err)
			*err = why;
		return false;
	}
	if (!found && !find_by_address(store, proof, arena, &user, &found, err))
		return false;
	*ret_change = found ? END_USER_CHANGED : END_USER_CREATED;
	if (!found)
		return create(store, proof, arena, ret, err);
	user.primary_email_address = proof->email;
	field_put_text(key_field(proof->key), &user, proof->user);
	if (!store_update(store, &end_user_type, &user, NULL, err))
		return false;
	*ret = user;
	return true;
}

bool end_users_forget(struct store *store, enum end_user_key key, const char *user,
	struct arena *arena, struct end_user *ret, struct err *err)
{
	struct end_user found;
	if (!end_users_find(store, key, user, arena, &found, err))
		return false;
	field_put_text(key_field(key), &found, "");
	if (!store_update(store, &end_user_type, &found, NULL, err))
		return false;
	*ret = found;
	return true;
}
