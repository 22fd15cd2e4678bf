/* `vmrd init`, `vmrd passwd`: what must exist before anything can be served. */
#include "auth/password.h"
#include "base/clock.h"
#include "base/text.h"
#include "boot.h"
#include "commands.h"
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool make_directory(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	return err_set(err, ERR_IO, "cannot make directory '%s': %s", path, strerror(errno));
}

static void print_password(const char *username, const char *password)
{
	printf("\n  administrator  %s\n  password       %s\n\n"
	       "The password is shown this once; it is kept as a hash only. `vmrd passwd` makes\n"
	       "a new one.\n",
		username, password);
}

/* Gives username a new random password, shown once. */
static bool set_password(struct store *store, const char *username, bool create,
	struct arena *arena, struct err *err)
{
	struct administrator admin;
	char password[PASSWORD_RANDOM_LEN + 1];
	char *hash = arena_alloc(arena, PASSWORD_HASH_MAX);
	password_random(password);
	if (!password_hash(password, hash, err))
		return false;
	struct err why = { 0 };
	bool found =
		store_find(store, &administrator_type, "username", username, arena, &admin, &why);
	if (!found && why.code != ERR_NOT_FOUND) {
		*err = why;
		return false;
	}
	if (!found && !create)
		return err_set(err, ERR_NOT_FOUND, "there is no administrator '%s'", username);
	if (!found) {
		record_defaults(&administrator_type, &admin, arena);
		admin.username = username;
		admin.creation_time = clock_now();
	}
	admin.password = hash;
	if (!(found ? store_update(store, &administrator_type, &admin, NULL, err)
		    : store_insert(store, &administrator_type, &admin, NULL, err)))
		return false;
	print_password(username, password);
	return true;
}

/* An interrupted init leaves a database without any account: then nobody could sign in. */
static bool has_accounts(struct store *store, bool *ret, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err, "SELECT 1 FROM administrator LIMIT 1", ""))
		return false;
	*ret = row_next(&rows, err);
	row_done(&rows);
	return !rows.failed;
}

/* A directory without its database is one whose making was interrupted, or whose database was lost:
 * its vmrd.conf is kept. */
static bool claim(const char *directory, struct arena *arena, struct boot *ret, struct err *err)
{
	bool is_new = boot_write(directory, err);
	if ((!is_new && err->code != ERR_CONFLICT) || !boot_read(directory, arena, ret, err))
		return false;
	if (is_new || access(ret->database, F_OK) != 0)
		return true;
	return err_set(err, ERR_CONFLICT,
		"'%s' is a configuration directory already; nothing was changed"
		" (`vmrd passwd` makes a new password)",
		directory);
}

static bool init(const char *directory, struct arena *arena, struct err *err)
{
	struct boot boot;
	struct store *store;
	int from, to;
	if (!make_directory(directory, err))
		return false;
	if (!claim(directory, arena, &boot, err) || !make_directory(boot.log_directory, err) ||
		!store_migrate(boot.database, &from, &to, err) ||
		!store_open(boot.database, &store, err))
		return false;
	printf("Made configuration directory '%s'.\n", directory);
	bool ok = set_password(store, "admin", true, arena, err);
	store_close(&store);
	if (ok)
		printf("\nNext: look through %s/vmrd.conf, then run\n\n  vmrd -C %s serve\n",
			directory, directory);
	return ok;
}

int command_init(const struct invocation *in)
{
	struct arena arena;
	struct err err;
	arena_init(&arena);
	bool ok = init(in->directory, &arena, &err);
	arena_release(&arena);
	return ok ? EXIT_SUCCESS : command_failed(&err);
}

int command_passwd(const struct invocation *in)
{
	struct arena arena;
	struct boot boot;
	struct store *store = NULL;
	struct err err;
	bool accounts;
	if (in->argc > 1)
		return command_misused("'passwd' takes one user name");
	arena_init(&arena);
	bool ok = boot_read(in->directory, &arena, &boot, &err) &&
		store_open(boot.database, &store, &err) && has_accounts(store, &accounts, &err) &&
		set_password(store, in->argc ? in->argv[0] : "admin", !accounts, &arena, &err);
	store_close(&store);
	arena_release(&arena);
	return ok ? EXIT_SUCCESS : command_failed(&err);
}
