/*
 * ews_insert - joining instructions put into the organiser's own item, by impersonating him.
 *
 * The item is looked for in his calendar where the meeting is, by its UID; its body is read with its
 * change key, changed and written back, and Exchange sends the update to all. When somebody else
 * changed it between the two, it is read again, a few times.
 */
#ifndef EXCHANGE_EWS_INSERT_H
#define EXCHANGE_EWS_INSERT_H

#include "exchange/ews_session.h"

enum {
	EWS_INSERT_TRIES = 3, /* against others who change the item at the same time */
	EWS_INSERT_PAGES = 8, /* of the calendar that are looked through */
	EWS_INSERT_MARGIN_S =
		24 * 3600, /* looked at before and after the place it is expected at */
};

/* As exchange_insert(). */
bool ews_insert(struct ews *e, const struct exchange_insertion *insertion, struct err *err);

/* GetItem of the body; master: of the series that the occurrence item_id belongs to. */
void ews_insert_get_write(struct buf *b, const char *organizer, const char *item_id, bool master);
/* UpdateItem of the body. */
void ews_insert_update_write(struct buf *b, const char *organizer, const char *item_id,
	const char *change_key, const char *body, bool body_is_html);

/* Whether two UIDs name the same series: an occurrence's has its date in it (MS-OXOCAL 2.2.1.27). */
bool ews_same_uid(const char *a, const char *b);

#endif
