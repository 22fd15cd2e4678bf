"""What happens to the resource's mailbox as a whole: throttled, moved, flooded, emptied by mistake."""

import datetime
import re

import pytest
from exchangelib import CalendarItem, HTMLBody, Mailbox
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY
from exchangelib.properties import Attendee
from exchangelib.recurrence import DailyPattern, Recurrence

import invariants
from world import ROOM, World, alias_in, in_minutes


@pytest.fixture
def world(exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd")
    invariants.hear_all_guesses(w)
    w.wait(lambda: "Notifications arrive" in w.vmrd.log("support"), "notifications arrive")
    yield w
    exchange.clear_faults()
    w.close()


def accepted(world):
    """Subjects that were accepted, oldest answer first."""
    found = world.exchange.items("olga@example.com", "inbox", type="MeetingResponse")
    return [i["Subject"].split(": ")[1] for i in reversed(found) if i["ResponseType"] == "Accept"]


def rooms_by_alias(world):
    return sorted((r["id"], r["name"], tuple(world.aliases_of(r))) for r in world.rooms())


def times(world):
    return sorted((w["start_time"], w["end_time"]) for w in world.windows())


def asked(world, operation):
    return world.exchange.requests_of(operation)


def test_the_soonest_first_after_hours_of_throttling(world):
    """E16: what starts in minutes does not wait behind what starts in months."""
    details = [world.details() for _ in range(12)]
    world.exchange.fault("server_busy", mailbox=ROOM, milliseconds=700, count=0)
    for n, one in enumerate(details):  # the farthest is sent first
        world.invite(one, subject=f"In {12 - n}", start=in_minutes(60 * 24 * 30 * (12 - n)))
    world.wait(lambda: "the mailbox is throttled" in world.vmrd.log(), "the log says so")
    assert accepted(world) == []
    world.exchange.clear_faults()
    world.wait(lambda: len(accepted(world)) == 12, "all are answered")
    assert accepted(world) == [f"In {n}" for n in range(1, 13)]
    invariants.settle(world)


def test_a_small_budget_is_enough(world):
    """Three requests a second: later, but everything, and never more than are allowed by much."""
    details = [world.details() for _ in range(15)]
    world.exchange.mailbox(ROOM, requests_per_second=3)
    for n, one in enumerate(details):
        world.invite(one, subject=f"Meeting {n}")
    world.wait(lambda: len(accepted(world)) == 15, "all are answered")
    world.exchange.mailbox(ROOM, requests_per_second=0)
    invariants.settle(world)
    refused = len(re.findall("the mailbox is throttled", world.vmrd.log()))
    assert refused <= 30


def test_a_moved_mailbox_keeps_rooms_and_aliases(world):
    """E17: all ids change, UIDs stay."""
    items = [world.invite(subject=f"Meeting {n}", start=in_minutes(60 + n)) for n in range(5)]
    world.wait(lambda: len(accepted(world)) == 5, "all are answered")
    invariants.settle(world)
    before = rooms_by_alias(world)
    world.exchange.renew(ROOM)
    world.wait(lambda: "The mailbox is read again from the beginning" in world.vmrd.log(), "a full resync")
    invariants.settle(world, "after the move")
    assert rooms_by_alias(world) == before
    moved = items[2]
    moved.start, moved.end = in_minutes(200), in_minutes(230)
    moved.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    world.wait(lambda: len(accepted(world)) == 6, "the change is answered")
    items[0].delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    world.wait(lambda: len(world.rooms()) == 4, "the cancelled one's room goes")
    invariants.settle(world, "after changes")
    assert rooms_by_alias(world) == before[1:]


def test_a_moved_mailbox_keeps_a_series(world):
    """E17: its occurrences are those they were, for the comparison with the calendar, too."""
    start, account = in_minutes(60), world.exchange.client("olga")
    item = CalendarItem(
        account=account, folder=account.calendar, subject="Daily", start=start,
        end=start + datetime.timedelta(minutes=30), body=HTMLBody(world.details()["instructions"]),
        recurrence=Recurrence(pattern=DailyPattern(interval=1), start=start.date(), number=5),
        resources=[Attendee(mailbox=Mailbox(email_address=ROOM))])
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    world.wait(lambda: accepted(world) == ["Daily"], "it is answered")
    second = item.occurrence(2)
    second.refresh()
    second.start, second.end = second.start + datetime.timedelta(hours=1), second.end + datetime.timedelta(hours=1)
    second.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    world.wait(lambda: len(accepted(world)) == 2, "the moved occurrence is answered")
    world.wait(lambda: invariants.is_settled(world), "all is done")
    rooms, windows = rooms_by_alias(world), times(world)
    assert len(windows) == 5
    world.exchange.renew(ROOM)
    looked = asked(world, "FindItem")
    assert world.vmrd.run("reconcile", "Head office").returncode == 0
    world.wait(lambda: asked(world, "FindItem") > looked, "the calendar is compared")
    item.occurrence(4).delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    world.wait(lambda: len(times(world)) == 4, "the cancelled occurrence's window goes")
    assert rooms_by_alias(world) == rooms
    assert times(world) == windows[:3] + windows[4:]


def test_a_mailbox_that_moves_while_messages_wait(world):
    details = [world.details() for _ in range(6)]
    world.exchange.fault("delay", "CreateItem", mailbox=ROOM, milliseconds=500)
    for n, one in enumerate(details):
        world.invite(one, subject=f"Meeting {n}")
    world.exchange.renew(ROOM)
    world.wait(lambda: sorted(accepted(world)) == [f"Meeting {n}" for n in range(6)], "one answer each")
    invariants.settle(world)


def test_a_thousand_mails_are_few_requests(world):
    """E8: notifications of a flood are looked at together, and what is no meeting is not fetched."""
    invariants.settle(world)
    syncs, gets = asked(world, "SyncFolderItems"), asked(world, "GetItem")
    for _ in range(10):
        world.exchange.deliver(ROOM, type="message", count=100, subject="Newsletter")
    world.invite(subject="Meeting")
    world.wait(lambda: accepted(world) == ["Meeting"], "the meeting between them is answered")
    assert asked(world, "SyncFolderItems") - syncs <= 40
    assert asked(world, "GetItem") - gets <= 3


def test_the_same_request_ten_times(world):
    """E8, D1: one room, whatever arrives again."""
    details = world.details()
    start = datetime.datetime.now(tz=datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(hours=1)
    for _ in range(10):
        world.exchange.deliver(ROOM, organizer="olga@example.com", uid="again-and-again", subject="Again",
                               body=details["instructions"], start=start.isoformat(), stamp=start.isoformat(),
                               end=(start + datetime.timedelta(minutes=30)).isoformat())
    world.wait(lambda: accepted(world), "it is answered")
    world.wait(lambda: invariants.is_settled(world), "all copies are dealt with")
    assert len(world.rooms()) == 1
    invariants.assert_hold(world)


def test_a_request_that_changes_before_its_answer(world):
    """E11: the answer with the old change key is refused; it is read again and answered once."""
    details = world.details()
    gets = asked(world, "GetItem")
    world.exchange.fault("item", "CreateItem", mailbox=ROOM, item=1, code="ErrorIrresolvableConflict")
    world.invite(details, subject="Changed")
    world.wait(lambda: accepted(world) == ["Changed"], "it is answered")
    invariants.settle(world)
    assert asked(world, "GetItem") - gets == 2


def test_one_message_that_may_not_be_read(world):
    """It waits aside; the mailbox is worked on as ever."""
    details = world.details()
    world.exchange.fault("item", "GetItem", mailbox=ROOM, item=1, code="ErrorAccessDenied")
    world.invite(details, subject="First")
    world.invite(subject="Second")
    world.wait(lambda: "Second" in accepted(world), "the other one is answered")
    assert "Mailbox cannot be worked on" not in world.vmrd.log()


def test_a_mailbox_that_seems_empty_by_mistake(world):
    """E18: lists show nothing for a while; nothing is removed, and people get in."""
    details = world.details()
    items = [world.invite(details if n == 0 else None, subject=f"Meeting {n}", start=in_minutes(5 + n))
             for n in range(12)]
    world.wait(lambda: len(accepted(world)) == 12, "all are answered")
    invariants.settle(world)
    before = rooms_by_alias(world)
    world.exchange.mailbox(ROOM, blank=True)
    asked_before = asked(world, "FindItem") + asked(world, "SyncFolderItems")
    for order in ("resync", "reconcile"):
        assert world.vmrd.run(order, "Head office").returncode == 0
    world.wait(lambda: asked(world, "FindItem") + asked(world, "SyncFolderItems") >= asked_before + 2, "it was looked")
    world.wait(lambda: "removals_held" in world.alarms(), "the brake trips")
    assert rooms_by_alias(world) == before
    assert world.can_join(alias_in(details))
    world.exchange.mailbox(ROOM, blank=False)
    assert world.vmrd.run("reconcile", "Head office").returncode == 0
    world.wait(lambda: "removals_held" not in world.alarms(), "the brake is released when all is there again")
    items[3].subject = "Meeting 3, renamed"
    items[3].save(update_fields=["subject"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    world.wait(lambda: len(accepted(world)) == 13, "the mailbox is worked on again")
    invariants.settle(world, "after the mistake")
    assert len(world.rooms()) == 12


def test_a_subscription_is_not_left_behind(world):
    """Exchange limits them: each session gives its own back."""
    for _ in range(3):
        world.vmrd.stop()
        world.start()
        world.wait(lambda: asked(world, "GetStreamingEvents") > asked(world, "Unsubscribe"), "notifications are asked for")
    world.vmrd.stop()
    world.wait(lambda: asked(world, "Unsubscribe") == asked(world, "Subscribe"), "as many as there were")


FAULTS = [dict(kind="status", status=500), dict(kind="cut", bytes=300)]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: f["kind"])
@pytest.mark.parametrize("operation", ["GetUserConfiguration", "UpdateUserConfiguration", "FindItem"])
def test_what_is_asked_beside_the_messages_fails(world, operation, fault):
    """The owner's note, the processing setting, the calendar: asked again, and nothing else suffers."""
    world.vmrd.stop()
    world.exchange.fault(operation=operation, mailbox=ROOM, count=2, **fault)
    before = asked(world, operation)
    world.start()
    assert world.vmrd.run("reconcile", "Head office").returncode == 0
    world.invite(subject="Meeting")
    world.wait(lambda: accepted(world) == ["Meeting"], "it is answered")
    world.wait(lambda: asked(world, operation) >= before + 3, "it is asked again")
    invariants.settle(world)
