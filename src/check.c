/* `vmrd check`: would serve start, and is what it reads sound? Changes nothing. */
#include "api/icons.h"
#include "base/text.h"
#include "boot.h"
#include "commands.h"
#include "model/records.h"
#include "store/store.h"
#include "tmpl/tmpl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One line a finding: "ok", or what is wrong. */
static bool tell(bool ok, const char *what, const struct err *err)
{
	printf("%-7s %s", ok ? "ok" : "WRONG", what);
	if (!ok)
		printf("\n        %s", err->text);
	putchar('\n');
	return ok;
}

static bool is_readable(const char *path, struct err *err)
{
	if (text_empty(path) || access(path, R_OK) == 0)
		return true;
	return err_set(err, ERR_IO, "cannot read '%s': it is missing, or not for this user", path);
}

static bool check_files(const struct boot *boot, struct err *err)
{
	const char *const paths[] = { boot->client_certificate, boot->client_key,
		boot->admin_certificate, boot->admin_key };
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (!is_readable(paths[i], err))
			return false;
	if (access(boot->log_directory, W_OK) != 0)
		return err_set(
			err, ERR_IO, "cannot write in log directory '%s'", boot->log_directory);
	return true;
}

static bool check_icons(const struct boot *boot, struct err *err)
{
	struct icons *icons;
	if (!icons_new(boot->icon_directory, &icons, err))
		return err_prefix(err, "%s", boot->icon_directory);
	icons_free(&icons);
	return true;
}

/* Every record as the tables of this version want it. */
static bool check_records(
	struct store *store, const struct record_type *type, struct arena *arena, struct err *err)
{
	struct rows rows;
	const char *sql = arena_printf(arena, "SELECT id FROM %s ORDER BY id", type->name);
	if (!store_query(store, &rows, err, sql, ""))
		return false;
	bool ok = true;
	while (ok && row_next(&rows, err)) {
		const struct field *blamed = NULL;
		void *record = arena_zalloc(arena, type->size);
		int64_t id = row_int(&rows, 0);
		ok = store_get(store, type, id, arena, record, err) &&
			record_check(type, record, &blamed, err);
		if (!ok)
			err_prefix(err, "%s %lld%s%s", type->name, (long long)id,
				blamed ? ", " : "", blamed ? blamed->name : "");
	}
	row_done(&rows);
	return ok && !rows.failed;
}

/* Templates are compiled when they are saved; a later version, or another hand, may differ. */
static bool check_templates(struct store *store, struct arena *arena, struct err *err)
{
	const struct record_type *type = &ms_exchange_connector_type;
	struct ms_exchange_connector c;
	struct rows rows;
	bool ok = store_query(store, &rows, err, "SELECT id FROM ms_exchange_connector", "");
	if (!ok)
		return false;
	while (ok && row_next(&rows, err)) {
		ok = store_get(store, type, row_int(&rows, 0), arena, &c, err);
		for (const struct field *f = type->fields; ok && f < type->fields + type->n_fields;
			f++) {
			struct tmpl *t = NULL;
			if (f->kind != FIELD_TEMPLATE)
				continue;
			const char *source = field_text(f, &c);
			ok = tmpl_compile(
				source, strlen(source), text_equal(f->extra, "html"), &t, err);
			tmpl_free(&t);
			if (!ok)
				err_prefix(err, "integration '%s', %s", c.name, f->name);
		}
	}
	row_done(&rows);
	return ok && !rows.failed;
}

static bool count_integrations(struct store *store, int64_t *ret, struct err *err)
{
	struct rows rows;
	if (!store_query(store, &rows, err, "SELECT count(*) FROM ms_exchange_connector", ""))
		return false;
	*ret = row_next(&rows, err) ? row_int(&rows, 0) : 0;
	row_done(&rows);
	return !rows.failed;
}

static bool check_database(const char *path, struct arena *arena)
{
	struct err err;
	struct store *store = NULL;
	int64_t integrations;
	if (!tell(store_open(path, &store, &err),
		    "the database opens and has this version's schema", &err))
		return false;
	bool ok = true;
	for (const struct record_type *const *t = record_types; *t; t++)
		if (!check_records(store, *t, arena, &err))
			ok = tell(false, (*t)->label, &err);
	if (ok)
		tell(true, "every record is valid", NULL);
	ok = tell(check_templates(store, arena, &err), "every template compiles", &err) && ok;
	if (count_integrations(store, &integrations, &err) && integrations == 0)
		puts("note    there is no integration yet: add an ms_exchange_connector through the"
		     " management API");
	store_close(&store);
	return ok;
}

int command_check(const struct invocation *in)
{
	struct arena arena;
	struct boot boot;
	struct err err;
	arena_init(&arena);
	bool ok = tell(boot_read(in->directory, &arena, &boot, &err), "vmrd.conf is valid", &err);
	if (ok) {
		ok = tell(check_files(&boot, &err), "files and directories are accessible", &err);
		ok = tell(check_icons(&boot, &err), "the add-in's icons are as they must be",
			     &err) &&
			ok;
		ok = check_database(boot.database, &arena) && ok;
	}
	arena_release(&arena);
	return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
