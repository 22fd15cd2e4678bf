/* `vmrd resync|reconcile|confirm-removals|takeover INTEGRATION`: written into the database, where the
 * running service finds it. */
#include "base/clock.h"
#include "boot.h"
#include "commands.h"
#include "store/mailboxes.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

static bool put_order(
	const struct invocation *in, enum mailbox_order order, struct arena *arena, struct err *err)
{
	struct boot boot;
	struct store *store = NULL;
	struct ms_exchange_connector connector;
	if (!boot_read(in->directory, arena, &boot, err) || !store_open(boot.database, &store, err))
		return false;
	bool ok = store_find(
		store, &ms_exchange_connector_type, "name", in->argv[0], arena, &connector, err);
	if (!ok && err->code == ERR_NOT_FOUND)
		err_set(err, ERR_NOT_FOUND, "there is no integration '%s'", in->argv[0]);
	ok = ok && mailbox_order_put(store, connector.id, order, clock_now(), err);
	store_close(&store);
	return ok;
}

static int run(const struct invocation *in, enum mailbox_order order)
{
	struct arena arena;
	struct err err;
	if (in->argc != 1)
		return command_misused(
			"'%s' takes the name of an integration", mailbox_order_name(order));
	arena_init(&arena);
	bool ok = put_order(in, order, &arena, &err);
	arena_release(&arena);
	if (!ok)
		return command_failed(&err);
	printf("Ordered. The log says what comes of it.\n");
	return EXIT_SUCCESS;
}

int command_resync(const struct invocation *in)
{
	return run(in, ORDER_RESYNC);
}

int command_reconcile(const struct invocation *in)
{
	return run(in, ORDER_RECONCILE);
}

int command_confirm_removals(const struct invocation *in)
{
	return run(in, ORDER_CONFIRM_REMOVALS);
}

int command_takeover(const struct invocation *in)
{
	return run(in, ORDER_TAKEOVER);
}
