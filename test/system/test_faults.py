"""Exchange fails in every way it can: afterwards all is as if it had not, and the log says why."""

import re
import time

import pytest

import invariants
from world import ROOM, World, alias_in

CALLS = ("SyncFolderItems", "GetItem", "CreateItem")  # the way of one request, in this order
STREAM = ("Subscribe", "GetStreamingEvents")


@pytest.fixture
def world(exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd")
    invariants.hear_all_guesses(w)
    w.wait(lambda: "Notifications arrive" in w.vmrd.log("support"), "notifications arrive")
    w.subjects = []
    yield w
    exchange.clear_faults()
    w.close()


def invite(world, details=None):
    world.subjects.append(f"Meeting {len(world.subjects) + 1}")
    return world.invite(details, subject=world.subjects[-1])


def answered(world):
    """Subjects by the kind of their answer."""
    found = world.exchange.items("olga@example.com", "inbox", type="MeetingResponse")
    return sorted((i["Subject"].split(": ")[1], i["ResponseType"]) for i in found)


def all_accepted(world):
    wanted = sorted((s, "Accept") for s in world.subjects)
    world.wait(lambda: answered(world) == wanted, f"one answer each: {wanted}")
    world.wait(lambda: invariants.is_settled(world), "everything is settled")
    assert len(world.rooms()) == len(wanted)
    invariants.assert_hold(world)


def troubles(world):
    """Why the mailbox could not be worked on, each time."""
    return [re.search(r'Detail="((?:[^"\\]|\\.)*)"', line).group(1)
            for line in world.vmrd.log().splitlines() if "Mailbox cannot be worked on" in line]


FAULTS = {
    "500": (dict(kind="status", status=500), "HTTP status '500': the server failed"),
    "503": (dict(kind="status", status=503, retry_after=1), "HTTP status '503': the server is overloaded"),
    "429": (dict(kind="status", status=429, retry_after=0), "too many requests"),
    "401": (dict(kind="status", status=401), "user name or password refused: check both"),
    "403": (dict(kind="status", status=403), "EWS is not allowed for this account"),
    "404": (dict(kind="status", status=404), "it usually ends in /EWS/Exchange.asmx"),
    "busy": (dict(kind="server_busy", milliseconds=1), "the mailbox is throttled"),
    "internal": (dict(kind="soap_fault", code="ErrorInternalServerError"), "ErrorInternalServerError"),
    "failover": (dict(kind="soap_fault", code="ErrorMailboxFailover"), "the mailbox database is failing over"),
    "impersonation": (dict(kind="soap_fault", code="ErrorImpersonateUserDenied"),
                      "give it the role ApplicationImpersonation"),
    "drop": (dict(kind="drop"), "cut the connection before its answer was complete"),
    "lost": (dict(kind="lost"), "cut the connection before its answer was complete"),
    "cut in the head": (dict(kind="cut", bytes=20), "cut the connection before its answer was complete"),
    "cut in a tag": (dict(kind="cut", bytes=301), "cut the connection before its answer was complete"),
    "cut in the middle": (dict(kind="cut", bytes=700), "cut the connection before its answer was complete"),
    "html": (dict(kind="html"), "an HTML page, perhaps a login page"),
    "empty": (dict(kind="empty"), "exchange's answer is empty: check the address"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_one_request_fails(world, name):
    fault, words = FAULTS[name]
    for count, operation in enumerate(CALLS, 1):
        details = world.details()
        world.exchange.fault(operation=operation, mailbox=ROOM, **fault)
        invite(world, details)
        world.wait(lambda: len(troubles(world)) == count, f"{operation}: the log says something")
        assert words in troubles(world)[-1], operation
        assert "next attempt in" in troubles(world)[-1]
        all_accepted(world)


@pytest.mark.parametrize("name", ["500", "403", "busy", "drop", "cut in a tag", "html", "empty"])
def test_notifications_fail_once(world, name):
    fault, _ = FAULTS[name]
    for operation in STREAM if fault["kind"] != "cut" else STREAM[:1]:  # streams are cut in test_streams_end
        details = world.details()
        before = world.exchange.requests_of(operation)
        world.exchange.fault(operation=operation, mailbox=ROOM, **fault)
        world.exchange.streams("cut")
        world.wait(lambda: world.exchange.requests_of(operation) >= before + 2, f"{operation} is tried again")
        invite(world, details)
        all_accepted(world)


@pytest.mark.parametrize("end", ["close", "cut"])
def test_streams_end(world, end):
    for _ in range(3):
        details = world.details()
        world.exchange.streams(end)
        invite(world, details)
        all_accepted(world)


def test_no_notifications_at_all(world):
    """Then the mailbox is looked at every quarter of a minute, and the log says why."""
    world.vmrd.stop()
    world.exchange.fault("status", "Subscribe", mailbox=ROOM, status=403, count=0)
    world.start()
    details = world.details()
    world.wait(lambda: world.exchange.requests_of("Subscribe") >= 2, "the subscription was refused")
    invite(world, details)
    all_accepted(world)
    [line] = [i for i in world.vmrd.log("support").splitlines() if "the mailbox is polled" in i]
    assert "EWS is not allowed for this account" in line
    assert troubles(world) == []


@pytest.mark.parametrize("told, least_ms, most_ms", [
    ("0", 100, 900), ("1", 100, 900), ("1500", 1500, 2500), ("", 10000, 11000)])
def test_busy_is_obeyed(world, told, least_ms, most_ms):
    """No request is made before the time; without a usable one there is a default."""
    details = world.details()
    world.exchange.fault("server_busy", "SyncFolderItems", mailbox=ROOM, text=told)
    asked = world.exchange.requests_of("SyncFolderItems")
    begin = time.monotonic()
    invite(world, details)
    world.wait(lambda: troubles(world), "the log says something")
    while world.exchange.requests_of("SyncFolderItems") == asked + 1 and time.monotonic() < begin + 15:
        time.sleep(0.02)
    waited_ms = (time.monotonic() - begin) * 1000
    assert least_ms <= waited_ms <= most_ms + 1000, "a second is for the machine"
    [trouble] = troubles(world)
    assert least_ms <= int(re.search(r"next attempt in (\d+) ms", trouble).group(1)) <= most_ms
    all_accepted(world)


def test_busy_without_end_is_not_hammered(world):
    details = world.details()
    world.exchange.fault("server_busy", "SyncFolderItems", mailbox=ROOM, text="0", count=12)
    before = world.exchange.counters()["operations"].get("SyncFolderItems", {}).get("requests", 0)
    begin = time.monotonic()
    invite(world, details)
    world.wait(lambda: world.exchange.requests_of("SyncFolderItems") >= before + 12, "twelve refusals")
    assert time.monotonic() - begin >= 11 * 0.1
    all_accepted(world)


def test_exchange_is_unreachable_for_a_while(world):
    """People get into the rooms there are; nothing is lost; few requests are made meanwhile."""
    details, later = world.details(), world.details()
    invite(world, details)
    all_accepted(world)
    world.exchange.fault("drop", mailbox=ROOM, count=0)
    before = sum(o["requests"] for o in world.exchange.counters()["operations"].values())
    item = invite(world, later)
    world.wait(lambda: len(troubles(world)) >= 3, "three attempts")
    after = sum(o["requests"] for o in world.exchange.counters()["operations"].values())
    assert after - before <= 10, "attempts come less and less often"
    assert world.can_join(alias_in(details)) and not world.can_join(alias_in(later))
    item.subject = "Meeting 2"  # an organiser who sends it again meanwhile
    world.exchange.clear_faults()
    all_accepted(world)
    assert world.can_join(alias_in(later))


def test_sync_state_is_not_valid_any_more(world):
    invite(world)
    all_accepted(world)
    details = world.details()
    world.exchange.fault("invalid_sync_state", "SyncFolderItems", mailbox=ROOM)
    invite(world, details)
    all_accepted(world)
    assert "The mailbox is read again from the beginning" in world.vmrd.log()
    assert troubles(world) == []


@pytest.mark.parametrize("operation", ["GetItem", "CreateItem"])
@pytest.mark.parametrize("item", [1, 2, 3])
def test_one_item_of_a_batch_is_refused_for_now(world, operation, item):
    details = [world.details() for _ in range(3)]
    world.vmrd.stop()
    for one in details:
        invite(world, one)
    world.exchange.fault("item", operation, mailbox=ROOM, item=item, code="ErrorMailboxStoreUnavailable")
    world.start()
    all_accepted(world)
    [trouble] = troubles(world)
    assert "the mailbox database is not available" in trouble


def test_one_item_of_a_batch_is_gone(world):
    """It was deleted between the sync and its reading: no trouble at all."""
    details = [world.details() for _ in range(3)]
    world.vmrd.stop()
    for one in details:
        invite(world, one)
    world.exchange.fault("item", "GetItem", mailbox=ROOM, item=2, code="ErrorItemNotFound")
    world.start()
    world.wait(lambda: len(answered(world)) == 2, "the other two are answered")
    world.wait(lambda: not world.vmrd.query("SELECT 1 FROM outbox"), "nothing is left to say")
    assert len(world.rooms()) == 2 and troubles(world) == []


def test_an_answer_that_exchange_refuses_for_good(world):
    """The room stays, the log names the meeting, and the next one is not held up."""
    details, later = world.details(), world.details()
    world.exchange.fault("item", "CreateItem", mailbox=ROOM, item=1, code="ErrorCalendarIsCancelledForAccept")
    world.invite(details, subject="Refused")
    world.wait(lambda: "Exchange does not take the answer" in world.vmrd.log(), "the log says so")
    assert "the meeting is cancelled" in world.vmrd.log()
    world.invite(later, subject="Next")
    world.wait(lambda: ("Next", "Accept") in answered(world), "the next one is answered")
    world.wait(lambda: not world.vmrd.query("SELECT 1 FROM outbox"), "nothing is left to say")
    assert troubles(world) == []
