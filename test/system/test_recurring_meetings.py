"""Recurring meetings: one room and one alias pair each, open for every occurrence that Exchange has."""

import datetime
import time

import pytest
from exchangelib import CalendarItem, EWSTimeZone, HTMLBody, Mailbox
from exchangelib.fields import FRIDAY, MONDAY, THURSDAY, TUESDAY, WEDNESDAY
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY
from exchangelib.properties import Attendee
from exchangelib.recurrence import DailyPattern, Recurrence, WeeklyPattern

import invariants
from world import ROOM, UTC, World, alias_in

BERLIN = EWSTimeZone("Europe/Berlin")
AUCKLAND = EWSTimeZone("Pacific/Auckland")
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
WEEKDAYS = [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY]


@pytest.fixture(params=["None", "AutoUpdate"])
def world(request, exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd", processing=request.param)
    invariants.hear_all_guesses(w)
    yield w
    w.close()


def tomorrow(hour=10, zone=BERLIN, days=1):
    today = datetime.datetime.now(tz=zone)
    return (today + days * DAY).replace(hour=hour, minute=0, second=0, microsecond=0)


def invite(world, pattern=None, start=None, details=None, attendees=(ROOM,), subject="Weekly", minutes=60, number=5):
    """Sends a series (number None: without end); returns the organiser's master and the add-in's details."""
    details = details or world.details()
    start = start or tomorrow()
    account = world.exchange.client("olga")
    item = CalendarItem(
        account=account, folder=account.calendar, subject=subject, start=start,
        end=start + datetime.timedelta(minutes=minutes), body=HTMLBody(details["instructions"]),
        recurrence=Recurrence(pattern=pattern or DailyPattern(interval=1), start=start.date(),
                              **({"number": number} if number else {})),
        required_attendees=[Attendee(mailbox=Mailbox(email_address="ben@example.com"))],
        resources=[Attendee(mailbox=Mailbox(email_address=a)) for a in attendees])
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    return item, details


def update(item, *fields):
    item.save(update_fields=list(fields), send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)


def cancel(item):
    item.delete(send_meeting_cancellations="SendToAllAndSaveCopy")


def windows(world):
    return sorted((w["start_time"][:19], w["end_time"][:19]) for w in world.windows())


def utc(start, minutes=60):
    ends = start + datetime.timedelta(minutes=minutes)
    return tuple(t.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") for t in (start, ends))


def is_open_at(world, alias, when):
    world.vmrd.set_clock(int((when - datetime.datetime.now(tz=UTC)).total_seconds()))
    try:
        return world.can_join(alias)
    finally:
        world.vmrd.set_clock(0)


def test_one_room_for_all_occurrences(world):
    item, details = invite(world)
    [(kind, text)] = world.wait_answers(1)
    assert kind == "Pos" and "All of the series meet at" in text
    [room] = world.rooms()
    alias = alias_in(details)
    assert world.aliases_of(room) == sorted([alias, alias.split("@")[0]])
    assert windows(world) == [utc(item.start + n * DAY) for n in range(5)]
    [series] = world.vmrd.records("recurring_conference")
    assert (series["current_index"], series["is_depleted"]) == (1, False)
    assert series["subject"] == "Weekly"
    for n in range(5):
        assert is_open_at(world, alias, item.start + n * DAY)
        assert not is_open_at(world, alias, item.start + n * DAY + 6 * HOUR)
    invariants.settle(world)


def test_an_endless_series_is_laid_out_as_time_goes_by(world):
    item, details = invite(world, WeeklyPattern(interval=1, weekdays=WEEKDAYS), start=tomorrow(days=3), number=None)
    world.wait_answers(1)
    first = windows(world)
    assert 20 <= len(first) <= 24, "31 days of working days"
    world.vmrd.set_clock(100 * 86400)
    world.vmrd.stop()
    world.start()
    world.wait(lambda: windows(world)[-1] > first[-1], "windows are brought forward")
    assert 20 <= len(windows(world)) <= 26
    [series] = world.vmrd.records("recurring_conference")
    assert series["current_index"] > 60 and not series["is_depleted"]
    assert len(world.rooms()) == 1, "it is not over"


def test_the_end_of_a_series(world):
    item, _ = invite(world, number=3)
    world.wait_answers(1)
    over = int((item.end + 2 * DAY - datetime.datetime.now(tz=UTC)).total_seconds())
    world.vmrd.stop()
    world.vmrd.set_clock(over + 3600)
    world.start()
    world.wait(lambda: world.vmrd.records("recurring_conference")[0]["is_depleted"], "it is depleted")
    world.vmrd.stop()
    world.vmrd.set_clock(over + 27 * 3600)
    world.start()
    world.wait(lambda: not world.rooms(), "its room goes")


@pytest.mark.parametrize("zone", [BERLIN, AUCKLAND], ids=["north", "south"])
def test_the_wall_clock_stays(world, zone):
    """Over a year the zone changes its offset twice; the calendar of the resource is the judge."""
    world.vmrd.api("PATCH", "global_settings/1/", {"series_horizon_days": 400}, 202)
    invite(world, WeeklyPattern(interval=2, weekdays=[TUESDAY]), start=tomorrow(2, zone), number=30)
    world.wait_answers(1)
    assert len({w[0][11:] for w in windows(world)}) == 2, "summer and winter time"
    invariants.settle(world)


def test_one_occurrence_moved_lengthened_renamed(world):
    item, details = invite(world)
    world.wait_answers(1)
    third = item.occurrence(index=3)
    third.refresh()
    third.start += 3 * HOUR
    third.end += 5 * HOUR
    third.subject = "Longer"
    update(third, "start", "end", "subject")
    answers = world.wait_answers(2)
    assert "this one meeting" in answers[1][1]
    wanted = [utc(item.start + n * DAY) for n in range(5)]
    wanted[2] = utc(item.start + 2 * DAY + 3 * HOUR, 180)
    assert windows(world) == wanted
    assert sorted(w["subject"] for w in world.windows()) == ["Longer"] + ["Weekly"] * 4
    assert len(world.rooms()) == 1 and world.rooms()[0]["name"].startswith("Weekly")
    invariants.settle(world)


def test_one_occurrence_cancelled(world):
    item, details = invite(world)
    world.wait_answers(1)
    cancel(item.occurrence(index=2))
    world.wait(lambda: len(windows(world)) == 4, "one window goes")
    assert utc(item.start + DAY) not in windows(world)
    assert not is_open_at(world, alias_in(details), item.start + DAY)
    assert len(world.rooms()) == 1
    invariants.settle(world)


@pytest.mark.parametrize("first_day, index", [(1, 1), (-3, 6)], ids=["the first", "of one that goes on"])
def test_an_occurrence_cancelled_before_its_series_was_seen(world, first_day, index):
    """Both wait in the inbox, and what is soonest comes first."""
    details = world.details()
    world.vmrd.stop()
    item, _ = invite(world, details=details, start=tomorrow(days=first_day), number=10)
    cancel(item.occurrence(index=index))
    world.start()
    world.wait_answers(1)
    world.wait(lambda: invariants.is_settled(world), "both are dealt with")
    assert utc(item.start + index * DAY) in windows(world)
    assert utc(item.start + (index - 1) * DAY) not in windows(world)
    assert not is_open_at(world, alias_in(details), item.start + (index - 1) * DAY)
    invariants.settle(world)


def test_all_occurrences_cancelled_one_by_one(world):
    item, details = invite(world, number=3)
    world.wait_answers(1)
    for index in (1, 2, 3):
        cancel(item.occurrence(index=index))
    world.wait(lambda: windows(world) == [], "no window is left")
    [series] = world.vmrd.records("recurring_conference")
    assert series["is_depleted"]


def test_series_cancelled(world):
    item, details = invite(world)
    world.wait_answers(1)
    item.refresh()
    cancel(item)
    world.wait(lambda: not world.rooms(), "the room goes")
    assert windows(world) == [] and world.vmrd.records("recurring_conference") == []
    [alias] = world.vmrd.records("scheduled_alias")
    assert alias["conference_deletion_time"]
    invariants.settle(world)


def test_a_change_of_an_occurrence_read_after_the_series_was_cancelled(world):
    """The cancellation may be read first: nobody is told that a room is gone which he gave up himself."""
    item, _ = invite(world)
    world.wait_answers(1)
    world.vmrd.stop()
    second = item.occurrence(index=2)
    second.refresh()
    second.start += HOUR
    second.end += HOUR
    update(second, "start", "end")
    sent = int(time.time())
    world.wait(lambda: int(time.time()) > sent, "another second")
    item.refresh()
    cancel(item)
    world.start()
    world.wait(lambda: invariants.is_settled(world), "both are dealt with")
    assert [kind for kind, _ in world.answers()] == ["Pos"] and world.rooms() == []
    invariants.settle(world)


def test_series_renamed_keeps_its_exceptions(world):
    item, details = invite(world)
    world.wait_answers(1)
    second = item.occurrence(index=2)
    second.refresh()
    second.start += HOUR
    second.end += HOUR
    update(second, "start", "end")
    cancel(item.occurrence(index=4))
    world.wait_answers(2)
    world.wait(lambda: len(windows(world)) == 4, "one was cancelled")
    before = windows(world)
    item.refresh()
    item.subject = "Renamed"
    update(item, "subject")
    answers = world.wait_answers(3)
    assert "The change to the series" in answers[2][1]
    assert windows(world) == before
    assert world.rooms()[0]["name"].startswith("Renamed")
    invariants.settle(world)


def test_series_moved_drops_its_exceptions(world):
    item, details = invite(world)
    world.wait_answers(1)
    cancel(item.occurrence(index=4))
    world.wait(lambda: len(windows(world)) == 4, "one was cancelled")
    item.refresh()
    start = tomorrow(15)
    item.start, item.end = start, start + HOUR
    item.recurrence = Recurrence(pattern=DailyPattern(interval=2), start=start.date(), number=4)
    update(item, "start", "end", "recurrence")
    world.wait_answers(2)
    assert windows(world) == [utc(start + 2 * n * DAY) for n in range(4)]
    assert len(world.rooms()) == 1
    invariants.settle(world)


def test_this_and_following(world):
    """Outlook cuts the series short and sends the rest as a new one with the same text."""
    item, details = invite(world, number=6)
    world.wait_answers(1)
    item.refresh()
    item.recurrence = Recurrence(pattern=DailyPattern(interval=1), start=item.start.date(),
                                 end=(item.start + 2 * DAY).date())
    rest, _ = invite(world, start=tomorrow(14, days=4), details=details, number=3, subject="Later")
    update(item, "recurrence")
    answers = world.wait_answers(3)
    assert [kind for kind, _ in answers] == ["Pos"] * 3
    assert len(world.rooms()) == 1, "both go on in the same room"
    assert windows(world) == [utc(item.start + n * DAY) for n in range(3)] + [utc(rest.start + n * DAY) for n in range(3)]
    rest.refresh()
    cancel(rest)
    world.wait(lambda: len(windows(world)) == 3, "the rest was cancelled")
    assert len(world.rooms()) == 1
    item.refresh()
    cancel(item)
    world.wait(lambda: not world.rooms(), "the room goes with the last of them")


def test_a_copied_series_is_declined(world):
    _, details = invite(world)
    world.wait_answers(1)
    invite(world, start=tomorrow(16, days=20), details=details)
    answers = world.wait_answers(2)
    assert answers[1][0] == "Neg" and "belongs to another meeting" in answers[1][1]
    assert len(world.rooms()) == 1


def test_an_occurrence_invited_alone(world):
    item, _ = invite(world, attendees=())
    details = world.details()
    third = item.occurrence(index=3)
    third.refresh()
    third.body = HTMLBody(details["instructions"])
    third.resources = [Attendee(mailbox=Mailbox(email_address=ROOM))]
    update(third, "body", "resources")
    [(kind, text)] = world.wait_answers(1)
    assert kind == "Pos"
    assert windows(world) == [utc(item.start + 2 * DAY)]
    assert is_open_at(world, alias_in(details), item.start + 2 * DAY)
    cancel(third)
    world.wait(lambda: not world.rooms(), "its room goes")


def test_an_occurrence_with_an_alias_of_its_own_leaves_the_room(world):
    item, details = invite(world)
    world.wait_answers(1)
    other = world.details()
    third = item.occurrence(index=3)
    third.refresh()
    third.body = HTMLBody(other["instructions"])
    update(third, "body")
    world.wait_answers(2)
    when = item.start + 2 * DAY
    assert len(world.rooms()) == 2 and len(windows(world)) == 5
    assert is_open_at(world, alias_in(other), when) and not is_open_at(world, alias_in(details), when)
    item.refresh()
    cancel(item)
    world.wait(lambda: not world.rooms(), "both rooms go with the series")


def test_single_becomes_series_becomes_single(world):
    details = world.details()
    item = world.invite(details, start=tomorrow(10), minutes=60)
    world.wait_answers(1)
    item.recurrence = Recurrence(pattern=DailyPattern(interval=1), start=item.start.date(), number=3)
    update(item, "recurrence")
    world.wait_answers(2)
    assert len(windows(world)) == 3 and len(world.rooms()) == 1
    item.refresh()
    item.recurrence = None
    update(item, "recurrence")
    answers = world.wait_answers(3)
    assert windows(world) == [utc(item.start)], answers
    assert world.vmrd.records("recurring_conference") == []
    invariants.settle(world)
