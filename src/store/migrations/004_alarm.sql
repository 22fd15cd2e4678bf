-- Alarms that last. See model/alarms.def.
CREATE TABLE alarm (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	name TEXT NOT NULL,
	level TEXT NOT NULL,
	node TEXT NOT NULL,
	instance TEXT NOT NULL,
	details TEXT NOT NULL,
	remedy TEXT NOT NULL,
	identifier TEXT NOT NULL,
	time_raised INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX alarm_identifier_key ON alarm (lower(identifier)) WHERE identifier <> '';
