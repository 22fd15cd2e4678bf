-- What the scheduling service remembers. Not settings: nobody edits these.

-- One row per iCalendar UID that an equipment resource was told about.
CREATE TABLE meeting (
	id INTEGER PRIMARY KEY,
	exchange_connector BIGINT NOT NULL REFERENCES ms_exchange_connector(id) ON DELETE CASCADE,
	uid TEXT NOT NULL,
	organizer_email TEXT NOT NULL,
	subject TEXT NOT NULL,
	sequence BIGINT NOT NULL,         -- of the newest message dealt with
	stamp BIGINT,                     -- of the same; NULL: it told none
	was_update INTEGER NOT NULL,      -- of the same: no new request
	start_time BIGINT NOT NULL,
	end_time BIGINT NOT NULL,
	cancelled INTEGER NOT NULL,
	conference BIGINT REFERENCES conference(id) ON DELETE SET NULL,
	scheduled_alias BIGINT REFERENCES scheduled_alias(id) ON DELETE SET NULL,
	room_name TEXT NOT NULL,          -- as last made from the template: differs once an
	room_description TEXT NOT NULL,   -- administrator has edited the room
	UNIQUE (exchange_connector, uid)
);
CREATE INDEX meeting_by_alias ON meeting (scheduled_alias);
CREATE INDEX meeting_by_conference ON meeting (conference);

-- Answers decided on and not yet given. One message, one answer.
CREATE TABLE outbox (
	id INTEGER PRIMARY KEY,
	exchange_connector BIGINT NOT NULL REFERENCES ms_exchange_connector(id) ON DELETE CASCADE,
	item_id TEXT NOT NULL,
	change_key TEXT NOT NULL,
	kind TEXT NOT NULL,               -- accept, decline, remove, discard
	body TEXT NOT NULL,
	uid TEXT NOT NULL,
	correlation_id TEXT NOT NULL,
	attempts BIGINT NOT NULL DEFAULT 0,
	UNIQUE (exchange_connector, item_id)
);

-- How far each mailbox has been read (SyncFolderItems' opaque state).
CREATE TABLE mailbox (
	exchange_connector BIGINT PRIMARY KEY REFERENCES ms_exchange_connector(id) ON DELETE CASCADE,
	address TEXT NOT NULL,            -- a state is worth nothing for another mailbox
	sync_state TEXT NOT NULL
);
