/*
 * deliver - mail from nowhere: messages put straight into a mailbox for tests and the bench.
 */
#ifndef EMULATOR_DELIVER_H
#define EMULATOR_DELIVER_H

#include "base/err.h"
#include "mailbox.h"

#include <jansson.h>

enum { DELIVER_COUNT_MAX = 100000 };

/* wish: {"to": smtp, "type": "request" | "cancellation" | "message", and as wanted: "count": 1,
 * "uid", "subject", "body", "bodies": [one per message], "html": true, "organizer": smtp,
 * "organizer_name", "start", "end" (RFC 3339), "step_s": 0 (each later than the one before),
 * "sequence", "stamp", "location", "required": [smtp], "optional": [smtp], "resources": [smtp],
 * "request_type", "recurrence": a Recurrence element as text, "recurrence_id": RFC 3339}. Without "uid" each gets a new one. ret: {"uids": [...]}. */
bool deliver(struct org *org, const json_t *wish, json_t **ret, struct err *err);

#endif
