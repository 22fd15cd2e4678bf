"""A government changes summer time after the meetings were booked."""

import datetime
import shutil

import pytest
from exchangelib import CalendarItem, EWSTimeZone, HTMLBody, Mailbox
from exchangelib.fields import MONDAY
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY
from exchangelib.properties import Attendee
from exchangelib.recurrence import Recurrence, WeeklyPattern

import invariants
from world import ROOM, UTC, World

NEW_YORK = EWSTimeZone("America/New_York")
ZONEINFO = "/usr/share/zoneinfo/"
HOUR = datetime.timedelta(hours=1)
WEEK = datetime.timedelta(days=7)
NUMBER = 52


@pytest.fixture
def world(exchange, tmp_path):
    """vmrd has a tzdata of its own, in which New York is as everywhere."""
    w = World(exchange, tmp_path / "vmrd", start=False)
    w.tzdata = tmp_path / "zoneinfo"
    (w.tzdata / "America").mkdir(parents=True)
    new_york_is(w, "America/New_York")
    w.start(TZDIR=str(w.tzdata))
    w.connector = w.vmrd.add_integration(exchange, ROOM, "svc", "secret", reconcile_hours=168)
    w.vmrd.api("PATCH", "global_settings/1/", {"series_horizon_days": 400}, 202)
    invariants.hear_all_guesses(w)
    yield w
    w.close()


def new_york_is(world, zone):
    """As a package does it: a new file in the old one's place."""
    new = world.tzdata / "new"
    shutil.copy(ZONEINFO + zone, new)
    new.rename(world.tzdata / "America" / "New_York")


def invite(world):
    start = (datetime.datetime.now(tz=NEW_YORK) + datetime.timedelta(days=4)).replace(hour=10, minute=0, second=0, microsecond=0)
    start += datetime.timedelta(days=-start.weekday() % 7)
    account = world.exchange.client("olga")
    item = CalendarItem(
        account=account, folder=account.calendar, subject="Weekly", start=start, end=start + HOUR,
        body=HTMLBody(world.details()["instructions"]),
        recurrence=Recurrence(pattern=WeeklyPattern(interval=1, weekdays=[MONDAY]), start=start.date(), number=NUMBER),
        resources=[Attendee(mailbox=Mailbox(email_address=ROOM))])
    item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    return item


def starts(world):
    return sorted(w["start_time"][:16] for w in world.windows())


def hours(world):
    return {start[11:] for start in starts(world)}


def utc(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M")


def test_the_wall_clock_stays_and_exchange_has_the_last_word(world):
    item = invite(world)
    world.wait_answers(1)
    moved = item.occurrence(index=3)
    moved.refresh()
    moved.start += 3 * HOUR
    moved.end += 3 * HOUR
    moved.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    item.occurrence(index=5).delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    world.wait(lambda: len(starts(world)) == NUMBER - 1, "one was cancelled")
    exception = utc(item.start + 2 * WEEK + 3 * HOUR)
    assert exception in starts(world)
    before = starts(world)

    new_york_is(world, "Etc/GMT+3")  # for ever, and far from both offsets
    world.vmrd.stop()
    world.vmrd.set_clock(25 * 3600)
    world.start(TZDIR=str(world.tzdata))
    world.wait(lambda: hours(world) == {"13:00", exception[11:]}, "10 o'clock by the new rules")
    found = starts(world)
    assert len(found) == NUMBER - 1, "neither doubled nor vanished"
    assert exception in found, "what was moved stays where it was put"

    assert world.vmrd.run("reconcile", "Head office").returncode == 0
    world.wait(lambda: starts(world) == before, "as Exchange has them")
    invariants.settle(world)
