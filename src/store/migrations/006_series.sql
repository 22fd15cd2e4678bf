-- Series: what we know of one, its exceptions, and which occurrence a window is for; meetings that
-- are one occurrence with a room of its own; instructions to put into organisers' items.

-- One row per iCalendar UID that an equipment resource was told about, and one per occurrence that
-- has, or had, a room of its own.
CREATE TABLE meeting_series (
	id INTEGER PRIMARY KEY,
	exchange_connector BIGINT NOT NULL REFERENCES ms_exchange_connector(id) ON DELETE CASCADE,
	uid TEXT NOT NULL,
	recurrence_id BIGINT NOT NULL,    -- original start of the occurrence; 0: the whole meeting
	organizer_email TEXT NOT NULL,
	subject TEXT NOT NULL,
	attendees TEXT NOT NULL,          -- addresses, a line each; kept only where they matter
	sequence BIGINT NOT NULL,         -- of the newest message dealt with
	stamp BIGINT,                     -- of the same; NULL: it told none
	was_update INTEGER NOT NULL,      -- of the same: no new request
	start_time BIGINT NOT NULL,       -- of a series: of its first occurrence
	end_time BIGINT NOT NULL,         -- of a series: of its last one
	cancelled INTEGER NOT NULL,
	recurrence TEXT NOT NULL,         -- the rule of a series (model/recurrence.h); '': a single meeting
	former_recurrence TEXT NOT NULL,  -- the rule before it was cut short; '': it was not
	zone TEXT NOT NULL,               -- in which a series keeps its wall clock
	time_of_day BIGINT NOT NULL,      -- seconds on that clock
	length BIGINT NOT NULL,           -- seconds on that clock
	by_calendar INTEGER NOT NULL,     -- Exchange's instances differ from the rule: they count
	own_update INTEGER NOT NULL,      -- the update that our own change of the item causes is due
	look_again BIGINT,                -- when windows and index are to be brought forward; NULL: never
	conference BIGINT REFERENCES conference(id) ON DELETE SET NULL,
	recurring_conference BIGINT REFERENCES recurring_conference(id) ON DELETE SET NULL,
	scheduled_alias BIGINT REFERENCES scheduled_alias(id) ON DELETE SET NULL,
	room_name TEXT NOT NULL,          -- as last made from the template: differs once an
	room_description TEXT NOT NULL,   -- administrator has edited the room
	UNIQUE (exchange_connector, uid, recurrence_id)
);
INSERT INTO meeting_series SELECT id, exchange_connector, uid, 0, organizer_email, subject, '',
	sequence, stamp, was_update, start_time, end_time, cancelled, '', '', '', 0, 0, 0, 0, NULL,
	conference, NULL, scheduled_alias, room_name, room_description FROM meeting;
DROP TABLE meeting;
ALTER TABLE meeting_series RENAME TO meeting;
CREATE INDEX meeting_by_alias ON meeting (scheduled_alias);
CREATE INDEX meeting_by_conference ON meeting (conference);
CREATE INDEX meeting_by_recurring_conference ON meeting (recurring_conference);
CREATE INDEX meeting_by_look_again ON meeting (look_again) WHERE look_again IS NOT NULL;

-- Occurrences that are not where, or what, the rule of their series says.
CREATE TABLE meeting_exception (
	meeting BIGINT NOT NULL REFERENCES meeting(id) ON DELETE CASCADE,
	original_start BIGINT NOT NULL,
	deleted INTEGER NOT NULL,
	start_time BIGINT NOT NULL,
	end_time BIGINT NOT NULL,
	subject TEXT NOT NULL,            -- '': as the series
	sequence BIGINT NOT NULL,         -- of the newest message about it, as in meeting
	stamp BIGINT,
	was_update INTEGER NOT NULL,
	PRIMARY KEY (meeting, original_start)
) WITHOUT ROWID;

ALTER TABLE scheduled_conference ADD COLUMN original_start_time INTEGER;

-- Joining instructions that are to be put into organisers' own items before the message is answered.
CREATE TABLE insertion (
	exchange_connector BIGINT NOT NULL REFERENCES ms_exchange_connector(id) ON DELETE CASCADE,
	item_id TEXT NOT NULL,            -- of the outbox's row
	meeting BIGINT NOT NULL REFERENCES meeting(id) ON DELETE CASCADE,
	organizer TEXT NOT NULL,
	start_time BIGINT NOT NULL,
	end_time BIGINT NOT NULL,
	original_start BIGINT,
	token TEXT NOT NULL,
	placeholder TEXT NOT NULL,
	instructions TEXT NOT NULL,
	marker TEXT NOT NULL,
	PRIMARY KEY (exchange_connector, item_id)
) WITHOUT ROWID;

-- Rooms that suit the meeting.
ALTER TABLE conference ADD COLUMN lobby INTEGER NOT NULL DEFAULT 1;
ALTER TABLE scheduled_alias ADD COLUMN pin TEXT NOT NULL DEFAULT '';
ALTER TABLE scheduled_alias ADD COLUMN guest_pin TEXT NOT NULL DEFAULT '';
ALTER TABLE ms_exchange_connector ADD COLUMN meetings_without_addin TEXT NOT NULL DEFAULT 'decline';
ALTER TABLE ms_exchange_connector ADD COLUMN revive_past_meetings INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ms_exchange_connector ADD COLUMN room_pin_digits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ms_exchange_connector ADD COLUMN room_guest_pin_digits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ms_exchange_connector ADD COLUMN room_allow_guests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ms_exchange_connector ADD COLUMN room_lobby INTEGER NOT NULL DEFAULT 1;
ALTER TABLE ms_exchange_connector ADD COLUMN room_owner_is_organizer INTEGER NOT NULL DEFAULT 1;
ALTER TABLE ms_exchange_connector ADD COLUMN room_participant_limit INTEGER;
ALTER TABLE ms_exchange_connector ADD COLUMN renew_guest_pin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE global_settings ADD COLUMN series_horizon_days INTEGER NOT NULL DEFAULT 31;
