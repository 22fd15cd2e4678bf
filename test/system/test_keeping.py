"""Who works on the mailbox, in which order, and what happens when calendar and rooms differ."""

import contextlib
import datetime
import re
import shutil
import signal
import sqlite3

import pytest

import invariants
from vmrd import Vmrd
from world import ROOM, World, alias_in, in_minutes

LEASE_S = 4  # the shortest there is


@pytest.fixture
def world(exchange, tmp_path):
    exchange.clear_faults()
    w = World(exchange, tmp_path / "vmrd")
    invariants.hear_all_guesses(w)
    w.vmrd.api("PATCH", "global_settings/1/", {"alias_requests_per_user_per_hour": 0}, 202)
    yield w
    exchange.clear_faults()
    w.close()


def alarms(vmrd):
    answer = vmrd.session.get(vmrd.admin_url + "/api/admin/status/v1/alarm/", timeout=10)
    return {a["name"]: a["details"] for a in answer.json()["objects"]}


def scheduler(vmrd):
    answer = vmrd.session.get(vmrd.admin_url + "/api/admin/status/v1/exchange_scheduler/", timeout=10)
    return answer.json()["objects"][0] if answer.json()["objects"] else {}


def order(vmrd, name, integration="Head office"):
    return vmrd.session.post(f"{vmrd.admin_url}/api/admin/command/v1/{name}/", json={"integration": integration}, timeout=10)


def utc(time):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def deliver(world, subject, start, details=None):
    """A request in the resource's inbox, without an organiser at work."""
    details = details or world.details()
    world.exchange.deliver(ROOM, body=f"<p>Dear all,</p>{details['instructions']}", subject=subject, html=True,
                           organizer="olga@example.com", organizer_name="Olga Organiser", resources=[ROOM],
                           start=utc(start), end=utc(start + datetime.timedelta(minutes=30)))


def dealt_with(world):
    """Organisers' meetings by their start, in the order in which vmrd decided on them."""
    return [re.search(r'Start="([^"]*)"', line).group(1) for line in world.vmrd.log().splitlines()
            if 'Message="Meeting message dealt with"' in line]


def compared(world, count):
    world.wait(lambda: world.vmrd.log().count('Message="Calendar compared"') >= count, f"{count} comparisons")


def test_soonest_first_after_an_outage(world):
    """E16: throttled for long, then all at once."""
    compared(world, 1)
    world.exchange.fault("server_busy", mailbox=ROOM, milliseconds=200, count=0)
    starts = [in_minutes(60 * hours) for hours in range(36, 1, -1)] + [in_minutes(20)]
    for n, start in enumerate(starts):
        deliver(world, f"Meeting {n}", start)
    world.wait(lambda: "scheduling_connection_failure" in alarms(world.vmrd), "the alarm")
    status = scheduler(world.vmrd)
    assert status["state"] == "backing off" and status["next_attempt_time"]
    assert re.search(r"at 20\d\d-\d\d-\d\dT", alarms(world.vmrd)["scheduling_connection_failure"])
    world.exchange.clear_faults()
    world.wait(lambda: len(dealt_with(world)) == len(starts), "all are dealt with")
    assert dealt_with(world) == sorted(utc(s) for s in starts)
    world.wait(lambda: scheduler(world.vmrd)["state"] == "working", "it works again")


def test_who_starts_soon_does_not_wait_for_the_others(world):
    compared(world, 1)
    world.exchange.fault("delay", "GetItem", mailbox=ROOM, milliseconds=1000, count=0)
    for n in range(80):
        deliver(world, f"Meeting {n}", in_minutes(60 * 24 * 3 + n))
    world.wait(lambda: dealt_with(world), "the first of many are dealt with")
    soon = in_minutes(10)
    deliver(world, "Soon", soon)
    world.wait(lambda: utc(soon) in dealt_with(world), "it is dealt with")
    assert len(dealt_with(world)) <= 60, "the others wait"
    world.exchange.clear_faults()
    world.wait(lambda: len(dealt_with(world)) == 81, "all are dealt with")


def test_a_message_that_cannot_be_read_delays_nobody(world):
    compared(world, 1)
    world.exchange.fault("item", "GetItem", mailbox=ROOM, item=1, code="ErrorInternalServerError", count=1)
    world.invite(subject="One")
    world.invite(subject="Two")
    world.wait_answers(2)
    assert "A message is set aside" in world.vmrd.log()
    assert "Mailbox cannot be worked on" not in world.vmrd.log()


class Two:
    """Two installations on one mailbox."""

    def __init__(self, world, directory):
        self.world = world
        world.vmrd.api("PATCH", "global_settings/1/", {"owner_lease_seconds": LEASE_S}, 202)
        world.vmrd.stop()
        world.start()
        world.wait(lambda: scheduler(world.vmrd).get("state") == "working", "the first one works")
        self.other = Vmrd(directory)
        self.other.start()
        self.other.api("PATCH", "global_settings/1/", {"owner_lease_seconds": LEASE_S}, 202)
        self.connector = self.other.add_integration(world.exchange, ROOM, "svc", "secret")

    def details(self):
        audience = self.other.addin_url(self.connector).replace("http://", "https://")
        return self.other.meeting_details(self.connector, self.world.exchange.token("olga", audience)).json()["result"]

    def wait(self, condition, what):
        self.world.wait(condition, what)

    def invite(self, subject):
        """An invitation with the second installation's alias."""
        return self.world.invite(self.details(), subject=subject)


@pytest.fixture
def two(world, tmp_path):
    pair = Two(world, tmp_path / "other")
    yield pair
    assert pair.other.stop() in (0, None), (pair.other.directory / "stderr").read_text()[-4000:]


def test_two_installations_hear_of_each_other(two, world):
    two.wait(lambda: "mailbox_shared" in alarms(two.other), "the second one's alarm")
    two.wait(lambda: scheduler(two.other).get("state") == "standing by", "its status says so")
    assert scheduler(two.other)["owner_host"]
    two.wait(lambda: "mailbox_shared" in alarms(world.vmrd), "the first one's alarm")
    world.invite()
    world.wait_answers(1)
    assert len(world.rooms()) == 1 and two.other.records("conference") == []
    assert dealt_with(world) and "dealt with" not in two.other.log()
    two.other.stop()
    two.wait(lambda: "mailbox_shared" not in alarms(world.vmrd), "the alarm is lowered")
    invariants.settle(world)


def test_a_killed_owner_is_replaced(two, world):
    world.vmrd.kill()
    two.wait(lambda: scheduler(two.other).get("state") == "working", "the second one works")
    two.invite("After the kill")
    two.wait(lambda: len(two.other.records("conference")) == 1, "it makes rooms")
    world.start()
    two.wait(lambda: scheduler(world.vmrd)["state"] == "standing by", "the first one stands by")


def test_a_frozen_owner_is_fenced(two, world):
    world.vmrd.process.send_signal(signal.SIGSTOP)
    try:
        two.wait(lambda: scheduler(two.other).get("state") == "working", "the second one works")
        two.invite("While it is frozen")
        world.wait_answers(1)
    finally:
        world.vmrd.process.send_signal(signal.SIGCONT)
    two.wait(lambda: scheduler(world.vmrd)["state"] == "standing by", "the first one stands by")
    two.invite("After it woke")
    world.wait_answers(2)
    assert dealt_with(world) == []
    assert [kind for kind, _ in world.answers()] == ["Pos", "Pos"]


def test_an_administrator_decides_who_works(two, world):
    two.wait(lambda: scheduler(two.other).get("state") == "standing by", "the second one stands by")
    assert "Ordered" in two.other.run("takeover", "Head office").stdout
    two.wait(lambda: scheduler(two.other)["state"] == "working", "the second one works")
    two.wait(lambda: scheduler(world.vmrd)["state"] == "standing by", "the first one stands by")


def test_a_wrong_clock_changes_nothing(two, world):
    two.wait(lambda: scheduler(two.other).get("state") == "standing by", "the second one stands by")
    refreshed = world.exchange.requests_of("UpdateUserConfiguration")
    world.vmrd.set_clock(-3 * 365 * 86400)
    two.wait(lambda: world.exchange.requests_of("UpdateUserConfiguration") > refreshed + 16, "several leases")
    assert scheduler(two.other)["state"] == "standing by" and scheduler(world.vmrd)["state"] == "working"
    world.vmrd.set_clock(0)


def test_a_restart_goes_on_at_once(world):
    world.vmrd.stop()
    details_before = world.exchange.requests_of("UpdateUserConfiguration")
    world.start()
    world.invite()
    world.wait_answers(1)
    assert world.exchange.requests_of("UpdateUserConfiguration") >= details_before
    assert "objections" not in world.vmrd.log()


# -- resync and comparing ------------------------------------------------------------------------


def test_resync_changes_nothing_that_is_right(world):
    for n in range(4):
        world.invite(subject=f"Meeting {n}", start=in_minutes(60 + n))
    invariants.settle(world)
    rooms = sorted((r["id"], r["name"]) for r in world.rooms())
    before = world.vmrd.log().count('Message="Calendar compared"')
    assert "Ordered" in world.vmrd.run("resync", "Head office").stdout
    compared(world, before + 1)
    assert 'Message="Order taken up"' in world.vmrd.log()
    invariants.settle(world)
    assert sorted((r["id"], r["name"]) for r in world.rooms()) == rooms
    status = scheduler(world.vmrd)
    assert (status["drift_missing"], status["drift_moved"], status["drift_gone"]) == (0, 0, 0)
    assert status["reconcile_time"]


def back_up(database, copy):
    with contextlib.closing(sqlite3.connect(database)) as source, contextlib.closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.chmod(0o600)


def test_an_older_copy_of_the_database_catches_up(world):
    world.invite(subject="Before")
    invariants.settle(world)
    world.vmrd.api("PATCH", "global_settings/1/", {"owner_lease_seconds": LEASE_S}, 202)
    world.vmrd.stop()
    database, copy = world.directory / "vmrd.db", world.directory / "copy.db"
    back_up(database, copy)
    world.start()
    details = [world.details() for _ in range(2)]
    for n, d in enumerate(details):
        world.invite(d, subject=f"Later {n}", start=in_minutes(100 + n))
    world.wait_answers(3)
    refreshed = world.exchange.requests_of("UpdateUserConfiguration")
    world.wait(lambda: world.exchange.requests_of("UpdateUserConfiguration") > refreshed + 1, "the note is renewed")
    world.vmrd.stop()
    for suffix in ("-wal", "-shm"):
        (world.directory / f"vmrd.db{suffix}").unlink(missing_ok=True)
    shutil.copy(copy, database)
    world.start()
    world.wait(lambda: len(world.rooms()) == 3, "the rooms are there again")
    assert "the database is older than the mailbox" in world.vmrd.log()
    assert sorted(alias_in(d) for d in details) == sorted(
        a for room in world.rooms() if room["name"].startswith("Later") for a in world.aliases_of(room) if "@" in a)


def test_a_meeting_missed_and_a_meeting_lost(world):
    """Both ways: our database lacks one, the calendar another."""
    for n in range(3):
        world.invite(subject=f"Meeting {n}", start=in_minutes(60 + n))
    invariants.settle(world)
    account = world.exchange.client("room")
    [lost] = [i for i in account.calendar.all() if i.subject.endswith("Meeting 1")]
    lost.delete(send_meeting_cancellations="SendToNone")
    before = world.vmrd.log().count('Message="Calendar compared"')
    assert order(world.vmrd, "reconcile").status_code == 202
    compared(world, before + 1)
    world.wait(lambda: len(world.rooms()) == 2, "its room goes")
    assert scheduler(world.vmrd)["drift_gone"] == 1
    assert sorted(r["name"].split(" (")[0] for r in world.rooms()) == ["Meeting 0", "Meeting 2"]


def test_an_emptied_calendar_trips_the_brake(world):
    """E18: nothing is deleted until it is confirmed; everything else goes on."""
    for n in range(11):
        world.invite(subject=f"Meeting {n}", start=in_minutes(60 + n))
    invariants.settle(world)
    account = world.exchange.client("room")
    for item in account.calendar.all():
        item.delete(send_meeting_cancellations="SendToNone")
    order(world.vmrd, "reconcile")
    world.wait(lambda: "removals_held" in alarms(world.vmrd), "the alarm")
    assert "11 of 11 future rooms" in alarms(world.vmrd)["removals_held"]
    assert len(world.rooms()) == 11
    status = scheduler(world.vmrd)
    assert status["held_removals"] == 11 and "Meeting 3" in status["held_removal_names"]
    world.invite(subject="Another", start=in_minutes(200))
    world.wait(lambda: len(world.rooms()) == 12, "another meeting gets its room meanwhile")
    world.vmrd.run("confirm-removals", "Head office")
    world.wait(lambda: len(world.rooms()) == 1, "confirmed")
    world.wait(lambda: "removals_held" not in alarms(world.vmrd), "the alarm is lowered")


def test_a_moved_mailbox_keeps_its_rooms(world):
    """E17: all ids change, UIDs stay."""
    for n in range(3):
        world.invite(subject=f"Meeting {n}", start=in_minutes(60 + n))
    invariants.settle(world)
    rooms = sorted((r["id"], tuple(world.aliases_of(r))) for r in world.rooms())
    before = world.vmrd.log().count('Message="Calendar compared"')
    world.exchange.renew(ROOM)
    item = world.invite(subject="After", start=in_minutes(100))
    world.wait(lambda: len(world.rooms()) == 4, "the mailbox is worked on")
    compared(world, before + 1)
    assert sorted((r["id"], tuple(world.aliases_of(r))) for r in world.rooms())[:3] == rooms
    item.delete(send_meeting_cancellations="SendToAllAndSaveCopy")
    world.wait(lambda: len(world.rooms()) == 3, "and goes on being worked on")


def test_orders_are_refused_for_what_is_not_there(world):
    assert order(world.vmrd, "resync", "Nowhere").status_code == 400
    assert order(world.vmrd, "dance").status_code == 404
    with pytest.raises(RuntimeError, match="there is no integration 'Nowhere'"):
        world.vmrd.run("resync", "Nowhere")
    with pytest.raises(RuntimeError, match="takes the name of an integration"):
        world.vmrd.run("takeover")


def test_without_a_licence_requests_wait(world, tmp_path):
    """Nothing is lost: with the licence they are dealt with."""
    held = world.details()
    key = tmp_path / "licence.key"
    public = world.vmrd.run("licence", "keygen", key).stdout.strip()
    cancelled = world.invite(subject="Before")
    world.wait_answers(1)
    world.vmrd.api("PATCH", "global_settings/1/", {"licence_public_key": public}, 202)
    world.invite(held, subject="Held")
    world.wait(lambda: scheduler(world.vmrd)["waiting_requests"] == 1, "the request waits")
    cancelled.delete(send_meeting_cancellations="SendToAllAndSaveCopy")
    world.wait(lambda: world.rooms() == [], "cancellations go on")
    world.vmrd.stop()
    world.start()
    world.wait(lambda: scheduler(world.vmrd)["waiting_requests"] == 1, "after a restart too")
    assert world.exchange.items(ROOM, "inbox", type="MeetingRequest")
    world.vmrd.api("PATCH", "global_settings/1/", {"licence_public_key": ""}, 202)
    world.wait_answers(2)
    assert len(world.rooms()) == 1
