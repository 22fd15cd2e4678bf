#!/usr/bin/python3
"""The peer: the same job as vmrd's, written the straightforward way with python3-exchangelib.

Reads what is new in the equipment resource's inbox, finds the marker, makes a room with its alias and
window in SQLite (one transaction a meeting), accepts. Ends when `count` meetings are accepted.

usage: exchangelib_service.py EWS_URL CA_FILE USER PASSWORD MAILBOX DATABASE COUNT
"""
import os
import re
import sqlite3
import sys

url, ca_file, user, password, mailbox, database, count = sys.argv[1:]
os.environ["REQUESTS_CA_BUNDLE"] = ca_file

from exchangelib import DELEGATE, IMPERSONATION, Account, Configuration, Credentials, Version  # noqa: E402
from exchangelib.items import MeetingRequest  # noqa: E402
from exchangelib.version import EXCHANGE_2016  # noqa: E402

MARKER = re.compile(r"PXPS:-([0-9a-f-]{36})#", re.I)

account = Account(
    mailbox, autodiscover=False, access_type=DELEGATE if user == mailbox else IMPERSONATION,
    config=Configuration(service_endpoint=url, credentials=Credentials(user, password), auth_type="basic",
                         version=Version(EXCHANGE_2016)))
db = sqlite3.connect(database)
db.executescript("""
    PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE IF NOT EXISTS alias (uuid TEXT PRIMARY KEY, uid TEXT);
    CREATE TABLE IF NOT EXISTS room (id INTEGER PRIMARY KEY, uid TEXT UNIQUE, name TEXT UNIQUE, starts TEXT, ends TEXT);
""")


def room_for(item):
    found = MARKER.search(re.sub("<[^>]*>", "", item.body or ""))
    with db:
        row = found and db.execute("SELECT uid FROM alias WHERE uuid = ?", (found.group(1).lower(),)).fetchone()
        if not row or row[0]:
            return False
        db.execute("UPDATE alias SET uid = ? WHERE uuid = ?", (item.id, found.group(1).lower()))
        db.execute("INSERT INTO room (uid, name, starts, ends) VALUES (?, ?, ?, ?)",
                   (item.id, f"{item.subject} {item.id}", item.start.isoformat(), item.end.isoformat()))
    return True


accepted = 0
while accepted < int(count):
    new = [item for change, item in account.inbox.sync_items(only_fields=["subject"]) if change == "create"]
    for item in account.fetch(new):
        if not isinstance(item, MeetingRequest):
            continue
        if room_for(item):
            item.accept(body="Your meeting has its room.")
            accepted += 1
        else:
            item.decline(body="This meeting request does not contain valid data.")
print(f"accepted {accepted}")
