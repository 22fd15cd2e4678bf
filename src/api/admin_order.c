/* command/v1/<order>: what an administrator wants of an integration's mailbox. It is written down; the
 * mailbox's watch takes it up within a second or two, or when it works again. */
#include "api/admin_call.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "model/records.h"
#include "store/mailboxes.h"

static void refuse(struct admin_call *c, const char *name, const char *sentence)
{
	c->status = 400;
	c->json = json_pack("{s:{s:[s]}}", name, "integration", sentence);
}

static bool find_integration(
	struct admin_call *c, const char *name, const json_t *body, int64_t *ret)
{
	struct ms_exchange_connector connector;
	struct err err = { 0 };
	const char *wanted = json_text(body, "integration");
	if (!wanted) {
		refuse(c, name, "must be the name of an integration");
		return false;
	}
	if (!store_find(c->api->store, &ms_exchange_connector_type, "name", wanted, &c->arena,
		    &connector, &err)) {
		if (err.code == ERR_NOT_FOUND)
			refuse(c, name, "there is no integration of this name");
		else
			admin_fail_err(c, &err);
		return false;
	}
	*ret = connector.id;
	return true;
}

static void take_down(struct admin_call *c, enum mailbox_order order, const json_t *body)
{
	const char *name = mailbox_order_name(order);
	struct err err = { 0 };
	int64_t connector;
	if (!find_integration(c, name, body, &connector))
		return;
	if (!mailbox_order_put(c->api->store, connector, order, clock_now(), &err)) {
		admin_fail_err(c, &err);
		return;
	}
	log_info("administrator.configuration", "Ordered", "User", c->user, "Source", c->source,
		"Order", name, "Integration", json_text(body, "integration"), "CorrelationId",
		c->correlation, NULL);
	c->status = 202;
	c->json = json_pack(
		"{s:s, s:s}", "order", name, "integration", json_text(body, "integration"));
}

void admin_order(struct admin_call *c, const char *name)
{
	enum mailbox_order order;
	struct err err = { 0 };
	json_t *body;
	if (!mailbox_order_find(name, &order)) {
		admin_fail(c, 404, "there is nothing at this address");
		return;
	}
	if (!json_parse(c->body, c->body_len, &body, &err)) {
		admin_fail(c, 400, err.text);
		return;
	}
	take_down(c, order, body);
	json_decref(body);
}
