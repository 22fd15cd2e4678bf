/*
 * fixture - for tests: a database in a directory of its own, gone when the test ends.
 *
 * The tests of all layers above store/ may include it; the program itself does not.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include "base/arena.h"
#include "model/records.h"
#include "store/store.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
	char directory[64], path[96];
	struct store *store;
	struct arena arena;
};

/* The directory and the path only. */
static inline void fixture_empty(struct fixture *f)
{
	*f = (struct fixture){ .directory = "/tmp/vmrd-test-XXXXXX" };
	arena_init(&f->arena);
	if (!mkdtemp(f->directory))
		abort();
	snprintf(f->path, sizeof(f->path), "%s/vmrd.db", f->directory);
}

static inline void fixture_init(struct fixture *f)
{
	struct err err = { 0 };
	fixture_empty(f);
	if (!store_migrate(f->path, NULL, NULL, &err) || !store_open(f->path, &f->store, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
}

static inline void fixture_release(struct fixture *f)
{
	static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
	store_close(&f->store);
	for (int i = 0; i < 4; i++) {
		char path[128];
		snprintf(path, sizeof(path), "%s%s", f->path, suffixes[i]);
		unlink(path);
	}
	rmdir(f->directory);
	arena_release(&f->arena);
}

/* An integration that passes every check; name and mailbox tell it from others. */
static inline struct ms_exchange_connector fixture_connector(
	struct arena *arena, const char *name, const char *mailbox)
{
	struct ms_exchange_connector c;
	record_defaults(&ms_exchange_connector_type, &c, arena);
	c.name = name;
	c.url = "https://mail.example.com/EWS/Exchange.asmx";
	c.room_mailbox_email_address = mailbox;
	c.username = "svc@example.com";
	c.password = "the mailbox's password";
	c.scheduled_alias_domain = "vc.example.com";
	c.addin_server_domain = "addin.example.com";
	return c;
}

#endif
