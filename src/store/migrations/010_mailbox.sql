-- Who works on a mailbox, what administrators ordered of it, and how far the work is.

ALTER TABLE global_settings ADD COLUMN owner_lease_seconds INTEGER NOT NULL DEFAULT 120;
ALTER TABLE ms_exchange_connector ADD COLUMN reconcile_hours INTEGER NOT NULL DEFAULT 24;
ALTER TABLE ms_exchange_connector ADD COLUMN removal_brake_percent INTEGER NOT NULL DEFAULT 20;
ALTER TABLE ms_exchange_connector ADD COLUMN removal_brake_minimum INTEGER NOT NULL DEFAULT 10;

-- UTC seconds: an answer that Exchange refused for its own sake is not tried again before.
ALTER TABLE outbox ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;

-- How often the sync state was saved: a mailbox that remembers more tells that this is an older copy.
ALTER TABLE mailbox ADD COLUMN saves BIGINT NOT NULL DEFAULT 0;
-- UTC seconds: when the calendar was compared last; NULL: it is due.
ALTER TABLE mailbox ADD COLUMN reconciled BIGINT;

-- Part of who we are towards mailboxes. See sched/owner.h.
CREATE TABLE installation (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	uuid TEXT NOT NULL
) STRICT;

-- The last time that was believed, UTC seconds. See sched/trusted_clock.h.
CREATE TABLE clock_seen (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	wall INTEGER NOT NULL
) STRICT;

-- What an administrator ordered and the mailbox's watch has not taken up yet.
CREATE TABLE mailbox_order (
	exchange_connector INTEGER NOT NULL REFERENCES ms_exchange_connector (id) ON DELETE CASCADE,
	name TEXT NOT NULL,
	creation_time INTEGER NOT NULL,
	PRIMARY KEY (exchange_connector, name)
) STRICT, WITHOUT ROWID;

ALTER TABLE exchange_scheduler ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE exchange_scheduler ADD COLUMN detail TEXT NOT NULL DEFAULT '';
ALTER TABLE exchange_scheduler ADD COLUMN next_attempt_time INTEGER;
ALTER TABLE exchange_scheduler ADD COLUMN owner_host TEXT NOT NULL DEFAULT '';
ALTER TABLE exchange_scheduler ADD COLUMN waiting_requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exchange_scheduler ADD COLUMN waiting_cancellations INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exchange_scheduler ADD COLUMN held_removals INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exchange_scheduler ADD COLUMN held_removal_names TEXT NOT NULL DEFAULT '';
ALTER TABLE exchange_scheduler ADD COLUMN reconcile_time INTEGER;
ALTER TABLE exchange_scheduler ADD COLUMN drift_missing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exchange_scheduler ADD COLUMN drift_moved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE exchange_scheduler ADD COLUMN drift_gone INTEGER NOT NULL DEFAULT 0;
