"""What must hold whenever nothing is left to do, whatever happened before.

problems(world) compares Exchange's calendar of the resource, vmrd's database, the answers in the
organisers' inboxes and what a caller gets, and returns one sentence for each thing that is wrong.
"""

import collections
import datetime
import time

from world import ROOM, UTC

USERS = ("olga", "ben", "mia")
BORDER_S = 5  # so near to a window's border nobody can say whether it is open


def seconds(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


class View:
    """One look at everything."""

    def __init__(self, world):
        db, exchange = world.vmrd.query, world.exchange
        self.world = world
        self.now = int(time.time()) + int((world.directory / "clock").read_text())
        [(hours,)] = db("SELECT expired_meeting_hours FROM global_settings")
        self.calendar = [i for i in exchange.items(ROOM, "calendar")
                         if i["type"] == "CalendarItem" and i.get("MyResponseType") == "Accept"
                         and (i.get("Recurrence") or seconds(i["End"]) > self.now - hours * 3600)]
        self.inbox = exchange.items(ROOM, "inbox")
        self.requests = collections.Counter(
            i["UID"] for i in exchange.items(ROOM, "deleteditems") if i["type"] == "MeetingRequest")
        self.answers = collections.Counter(
            i["UID"] for user in USERS
            for i in exchange.items(f"{user}@example.com", "inbox", type="MeetingResponse"))
        self.meetings = db("SELECT uid || CASE recurrence_id WHEN 0 THEN '' ELSE '/' || recurrence_id END, conference,"
                           " scheduled_alias, start_time, end_time, cancelled, recurrence FROM meeting")
        self.rooms = {i: (name, single) for i, name, single in db("SELECT id, name, single_use FROM conference")}
        self.windows = db("SELECT conference, start_time, end_time, ews_item_uid, scheduled_alias"
                          " FROM scheduled_conference")
        self.series = {uid: conference for uid, conference, *_, rule in self.meetings if rule and conference}
        self.dialled = db("SELECT conference, alias FROM conference_alias")
        self.aliases = {i: rest for i, *rest in db(
            "SELECT id, alias, numeric_alias, is_used, ews_item_uid, conference_deletion_time FROM scheduled_alias")}
        self.outbox = db("SELECT kind, uid FROM outbox")
        [(self.before_s, self.after_s)] = db(
            "SELECT 60 * meeting_buffer_before, 60 * meeting_buffer_after FROM ms_exchange_connector")


def is_settled(world):
    """Nothing is left to do: the inbox is read and empty, every answer is given. In this order, because
    a request leaves the inbox a moment before its answer leaves the outbox."""
    return not world.exchange.items(ROOM, "inbox") and not world.vmrd.query("SELECT 1 FROM outbox")


def twice(values):
    return [v for v, n in collections.Counter(values).items() if n > 1]


def key(item):
    """Identity of what the calendar holds: a meeting, a series, an occurrence that stands alone."""
    if item.get("RecurrenceId") and not item.get("Recurrence"):
        return f"{item['UID']}/{seconds(item['RecurrenceId'])}"
    return item["UID"]


def one_room_each(v):
    """I1: each accepted meeting has exactly one room with the right window, and vice versa."""
    rooms = {uid: (room, start, end) for uid, room, _, start, end, *_ in v.meetings if room is not None}
    held = {key(i): i for i in v.calendar}
    yield from (f"meeting {uid} stands twice in the calendar" for uid in twice(key(i) for i in v.calendar))
    yield from (f"meeting {uid} was accepted and has no room" for uid in held.keys() - rooms.keys())
    yield from (f"room of {uid} stays without a meeting" for uid in rooms.keys() - held.keys())
    for uid in held.keys() & rooms.keys():
        room, *times = rooms[uid]
        if room not in v.rooms:
            yield f"the room of {uid} does not exist"
        if uid in v.series:
            continue
        wanted = [seconds(held[uid]["Start"]), seconds(held[uid]["End"])]
        windows = [list(w[1:3]) for w in v.windows if w[0] == room and w[3] == held[uid]["UID"]]
        if times != wanted or windows != [wanted]:
            yield f"meeting {uid} is at {wanted}, known as {times}, its windows are {windows}"
    owned = {room for room, _, _ in rooms.values()}
    for room, (name, single_use) in v.rooms.items():
        if single_use and room not in owned:
            yield f"room '{name}' belongs to no meeting"
    yield from (f"window {w} belongs to no room of a meeting" for w in v.windows if w[0] not in owned)


def windows_as_in_the_calendar(v):
    """I1 for series: within the horizon, Exchange's own instances."""
    if not v.series:
        return
    [(days,)] = v.world.vmrd.query("SELECT series_horizon_days FROM global_settings")
    begin, end = v.now + 60, v.now + days * 86400 - 60
    view = v.world.exchange.client("room").calendar.view(
        start=datetime.datetime.fromtimestamp(begin, UTC), end=datetime.datetime.fromtimestamp(end, UTC))
    held = collections.defaultdict(list)
    for i in view.only("uid", "start", "end", "is_cancelled", "my_response_type"):
        if i.my_response_type == "Accept" and not i.is_cancelled:
            held[i.uid].append((int(i.start.timestamp()), int(i.end.timestamp())))
    for uid in v.series:
        windows = sorted((s, e) for _, s, e, u, _ in v.windows if u == uid and s < end and e > begin)
        if windows != sorted(held[uid]):
            yield f"series {uid} has windows {windows}, its instances in the calendar are {sorted(held[uid])}"


def two_aliases_each(v):
    """I4: a room made for a meeting is dialled by its scheduled alias' two texts, and no other room is."""
    for uid, room, alias, *_ in v.meetings:
        texts = sorted(a for r, a in v.dialled if r == room) if room is not None else None
        known = v.aliases.get(alias)
        if room is not None and (known is None or texts != sorted(known[:2])):
            yield f"room of {uid} is dialled by {texts}, its scheduled alias is {known}"
    live = [alias for _, room, alias, *_ in v.meetings if room is not None]
    used = {(room, alias) for _, room, alias, *_ in v.meetings if room is not None}
    yield from (f"scheduled alias {alias} has two rooms" for alias in twice(alias for _, alias in used))
    for i, (text, _, used, uid, deleted) in v.aliases.items():
        if used and deleted is None and i not in live:
            yield f"alias {text} is said to be in use by {uid}, which has no room"
        if i in live and (not used or deleted is not None):
            yield f"alias {text} has a room and is said to be free or deleted"
    texts = [t.lower() for row in v.aliases.values() for t in row[:2]]
    yield from (f"alias text {text} was given out twice" for text in twice(texts))
    yield from (f"alias {a} leads to two rooms" for a in twice(a.lower() for _, a in v.dialled))


def one_answer_each(v):
    """I7: no request is answered twice, and none waits for its answer."""
    for uid, count in v.answers.items():
        if count > v.requests[uid]:
            yield f"{count} answers to {v.requests[uid]} requests of {uid}"
    yield from (f"answer '{kind}' to {uid} was never given" for kind, uid in v.outbox)
    yield from (f"{i['type']} '{i.get('Subject')}' still lies in the inbox" for i in v.inbox)


def joined_in_the_window_only(v):
    """I2: callers get in while a window of the alias' room is open."""
    now = v.now
    for alias, numeric, *_ in v.aliases.values():
        rooms = {room for room, text in v.dialled if text == alias}
        windows = [(start - v.before_s, end + v.after_s) for room, start, end, *_ in v.windows if room in rooms]
        if any(abs(now - border) < BORDER_S for w in windows for border in w):
            continue
        is_open = any(opens <= now <= closes for opens, closes in windows)
        for text in (alias, numeric):
            status = v.world.vmrd.request_token(text).status_code
            if status != (200 if is_open else 404):
                yield f"{text} answers {status}, its windows are {windows}, now is {now}"


def audited(v):
    """I8: no change of a room is logged that is not there (a kill may cost the line of the last one)."""
    lines = [line for line in v.world.vmrd.log().splitlines()
             if 'User="schedulingservice"' in line and 'Record="conference"' in line]
    made = sum('Message="Created"' in line for line in lines)
    gone = sum('Message="Deleted"' in line for line in lines)
    most = v.world.vmrd.query("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'conference'")[0][0]
    if made > most or gone > most - len(v.rooms):
        yield f"the log says {made} rooms were made and {gone} deleted; {most} were ever made, {len(v.rooms)} are left"


def problems(world, joins=True):
    v = View(world)
    found = [*one_room_each(v), *windows_as_in_the_calendar(v), *two_aliases_each(v), *one_answer_each(v), *audited(v)]
    return found + ([*joined_in_the_window_only(v)] if joins else [])


def assert_hold(world, what=""):
    found = problems(world)
    if found:
        print(world.vmrd.log("support")[-6000:])
    assert not found, f"{what}: " + "\n".join(found)


def settle(world, what="everything is dealt with"):
    """Waits until nothing is left to do, then everything must hold."""
    world.wait(lambda: is_settled(world), what)
    assert_hold(world, what)


def hear_all_guesses(world):
    """So many wrong aliases are tried here that vmrd would stop listening."""
    world.vmrd.api("PATCH", "global_settings/1/",
                   {"join_misses_per_minute": 100000, "join_misses_per_minute_overall": 1000000}, 202)
