/*
 * end_users - who uses the add-in, and by which address his rooms are found.
 *
 * A token tells a user by a key (an ID of Exchange's or of Entra's). The record that has the key
 * says which e-mail address that user has proven by signing in; signing out takes the key from it.
 */
#ifndef STORE_END_USERS_H
#define STORE_END_USERS_H

#include "model/records.h"
#include "store/store.h"

enum end_user_key { END_USER_EXCHANGE, END_USER_ENTRA };

/* The record with that key. For Entra ("<object ID>.<tenant ID>") also one that has the object ID
 * alone, as other programs provision it. ERR_NOT_FOUND. */
bool end_users_find(struct store *store, enum end_user_key key, const char *user,
	struct arena *arena, struct end_user *ret, struct err *err);

struct end_user_proof {
	enum end_user_key key;
	const char *user;  /* the key */
	const char *email; /* proven */
	const char *name;  /* for a new record; "": not known */
	bool may_create;   /* allow_new_users */
};

enum end_user_change { END_USER_CREATED, END_USER_CHANGED };

/* Remembers who signed in: the record with that key, else one with that address and no such key,
 * else a new one, or where none may be made the one with that address. Inside a transaction of the
 * caller's. ERR_DENIED: there is none and none may be made; ERR_INVALID: the address is none. */
bool end_users_remember(struct store *store, const struct end_user_proof *proof,
	struct arena *arena, struct end_user *ret, enum end_user_change *ret_change,
	struct err *err);

/* The record keeps its address and loses the key. ERR_NOT_FOUND. */
bool end_users_forget(struct store *store, enum end_user_key key, const char *user,
	struct arena *arena, struct end_user *ret, struct err *err);

#endif
