#include "sched/processing.h"
#include "base/clock.h"
#include "base/log.h"
#include "sched/alarms.h"

/* AutoAccept takes the requests away before we read them; meetings that it accepts are found in the
 * calendar (sched/reconcile). AutoUpdate only files a tentative item, which our answer replaces: no harm
 * is done. A mailbox that does not tell is none the worse for it. */
static void judge(struct processing *p, struct mailbox *mb, enum exchange_processing mode)
{
	p->accepts = mode == EXCHANGE_PROCESSING_ACCEPT;
	p->fresh = true;
	if (!p->accepts) {
		alarm_lower(mb->store, ALARM_AUTOMATIC_PROCESSING, mb->settings.name);
		return;
	}
	const char *address = mb->settings.room_mailbox_email_address;
	alarm_raise(mb->store, ALARM_AUTOMATIC_PROCESSING, mb->settings.name,
		arena_printf(&mb->batch,
			"AutomateProcessing of '%s' is AutoAccept: Set-CalendarProcessing '%s'"
			" -AutomateProcessing None",
			address, address));
}

void processing_look(struct processing *p, struct mailbox *mb)
{
	enum exchange_processing mode;
	struct err err;
	int64_t now = clock_mono_ms();
	if (p->looked_ms && now - p->looked_ms < PROCESSING_PERIOD_MS)
		return;
	p->looked_ms = now;
	if (exchange_processing(mb->ex, &mode, &err))
		judge(p, mb, mode);
	else
		log_info("support.scheduling", "The mailbox does not tell its automatic processing",
			"User", "schedulingservice", "Integration", mb->settings.name, "Detail",
			err.text, NULL);
}
