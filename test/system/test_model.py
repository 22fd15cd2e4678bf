"""Random organisers, random faults: after each step vmrd has what a simple model of the meetings says.

A seed is printed with every failure; MODEL_SEED=n replays it alone.
"""

import datetime
import os
import random

import pytest
from exchangelib import CalendarItem, HTMLBody, Mailbox
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY
from exchangelib.properties import Attendee
from exchangelib.recurrence import DailyPattern, Recurrence

import invariants
from world import ROOM, UTC, World, alias_in

SEEDS = int(os.environ.get("MODEL_SEEDS", "6"))
FIRST = int(os.environ.get("MODEL_SEED", "1"))
STEPS = 14
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)

FAULTS = (
    dict(kind="status", status=500), dict(kind="status", status=503, retry_after=1), dict(kind="server_busy", milliseconds=1),
    dict(kind="soap_fault", code="ErrorInternalServerError"), dict(kind="drop"), dict(kind="lost"), dict(kind="cut", bytes=301),
    dict(kind="empty"),
)
OPERATIONS = ("SyncFolderItems", "GetItem", "CreateItem")


class Meeting:
    """What a person would say of one meeting: when it is, and by which alias it is joined."""

    def __init__(self, item, alias, start, length, count):
        self.item, self.alias, self.start, self.length, self.count = item, alias, start, length, count
        self.exceptions = {}  # number of the occurrence -> (start, end), or None: cancelled

    def windows(self):
        if not self.count:
            return [(self.start, self.start + self.length)]
        rule = {n: (self.start + n * DAY, self.start + n * DAY + self.length) for n in range(self.count)}
        return sorted(w for w in {**rule, **self.exceptions}.values() if w)

    def left(self):
        return [n for n in range(self.count) if self.exceptions.get(n, True)]


class Organiser:
    """Does one random thing after the other, and notes what there should be then."""

    def __init__(self, world, rng):
        self.world, self.rng = world, rng
        self.spare = [world.details() for _ in range(STEPS)]  # vmrd may be away when one is wanted
        self.meetings = []
        self.declined = 0
        self.count = 0
        self.did = []

    def act(self):
        actions = [self.create, self.create_series]
        if self.meetings:
            actions += [self.move, self.edit_all, self.cancel_all, self.copy_with_body, self.edit_text]
        if self.series():
            actions += [self.edit_one, self.cancel_one, self.restore] * 2
        action = self.rng.choice(actions)
        self.did.append(action.__name__)
        action()

    def series(self):
        return [m for m in self.meetings if len(m.left()) > 1]

    def a_start(self):
        base = datetime.datetime.now(tz=UTC).replace(minute=0, second=0, microsecond=0)
        return base + DAY + self.rng.randrange(20) * DAY + self.rng.randrange(24) * HOUR

    def send(self, details, start, length, count, delegate=False):
        self.count += 1
        account = self.world.exchange.client("secretary", smtp="olga@example.com", impersonate=True) if delegate \
            else self.world.exchange.client("olga")
        item = CalendarItem(
            account=account, folder=account.calendar, subject=f"Meeting {self.count}", start=start, end=start + length,
            body=HTMLBody(f"<p>Hello,</p>{details['instructions']}"),
            recurrence=Recurrence(pattern=DailyPattern(interval=1), start=start.date(), number=count) if count else None,
            required_attendees=[Attendee(mailbox=Mailbox(email_address="ben@example.com"))],
            resources=[Attendee(mailbox=Mailbox(email_address=ROOM))])
        return item.save(send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)

    def invite(self, count):
        details = self.spare.pop()
        start, length = self.a_start(), self.rng.choice((0, 1, 2, 5)) * HOUR
        item = self.send(details, start, length, count, delegate=self.rng.random() < 0.25)
        self.meetings.append(Meeting(item, alias_in(details), start, length, count))

    def create(self):
        self.invite(0)

    def create_series(self):
        self.invite(self.rng.randrange(2, 6))

    def update(self, item, *fields):
        item.save(update_fields=list(fields), send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)

    def move(self):
        """The whole meeting, or a series with all of it: exceptions are lost."""
        m = self.rng.choice(self.meetings)
        m.item.refresh()
        m.start, m.exceptions = self.a_start(), {}
        m.item.start, m.item.end = m.start, m.start + m.length
        fields = ["start", "end"]
        if m.count:
            m.item.recurrence = Recurrence(pattern=DailyPattern(interval=1), start=m.start.date(), number=m.count)
            fields.append("recurrence")
        self.update(m.item, *fields)

    def edit_all(self):
        """The subject alone: exceptions are kept."""
        m = self.rng.choice(self.meetings)
        m.item.refresh()
        m.item.subject += " again"
        self.update(m.item, "subject")

    def edit_text(self):
        """The marker is lost: the meeting is known all the same."""
        m = self.rng.choice(self.meetings)
        m.item.refresh()
        m.item.body = HTMLBody("<p>I like my own words better.</p>")
        self.update(m.item, "body")

    def restore(self):
        """The rule is sent again: nothing is an exception any more."""
        m = self.rng.choice(self.series())
        m.item.refresh()
        m.count += 1
        m.exceptions = {}
        m.item.recurrence = Recurrence(pattern=DailyPattern(interval=1), start=m.start.date(), number=m.count)
        self.update(m.item, "recurrence")

    def one(self):
        m = self.rng.choice(self.series())
        n = self.rng.choice(m.left())
        occurrence = m.item.occurrence(index=n + 1)
        occurrence.refresh()
        return m, n, occurrence

    def edit_one(self):
        m, n, occurrence = self.one()
        start, end = m.exceptions.get(n) or (m.start + n * DAY, m.start + n * DAY + m.length)
        end += HOUR
        occurrence.start, occurrence.end = start, end
        m.exceptions[n] = (start, end)
        self.update(occurrence, "start", "end")

    def cancel_one(self):
        m, n, occurrence = self.one()
        m.exceptions[n] = None
        occurrence.delete(send_meeting_cancellations="SendToAllAndSaveCopy")

    def cancel_all(self):
        m = self.rng.choice(self.meetings)
        self.meetings.remove(m)
        m.item.refresh()
        m.item.delete(send_meeting_cancellations="SendToAllAndSaveCopy")

    def copy_with_body(self):
        """Another meeting with the same text: declined."""
        m = self.rng.choice(self.meetings)
        text = f"PXPS:-{self.uuid_of(m.alias)}#"
        self.send({"instructions": text}, self.a_start() + 40 * DAY, HOUR, 0)
        self.declined += 1

    def uuid_of(self, alias):
        return self.world.vmrd.query("SELECT uuid FROM scheduled_alias WHERE alias = ?", alias)[0][0]


class Trouble:
    """What goes wrong meanwhile."""

    def __init__(self, world, rng):
        self.world, self.rng = world, rng
        self.did = []

    def before(self):
        kind = self.rng.choice(("none", "none", "fault", "fault", "down", "streams"))
        self.did.append(kind)
        if kind == "fault":
            for _ in range(self.rng.randrange(1, 3)):
                self.world.exchange.fault(operation=self.rng.choice(OPERATIONS), mailbox=ROOM, **self.rng.choice(FAULTS))
        elif kind == "down":
            self.world.vmrd.stop()
        elif kind == "streams":
            self.world.exchange.streams("cut")

    def after(self):
        if self.did[-1] == "down":
            self.world.start()
        elif self.rng.random() < 0.2:
            self.did.append("kill")
            self.world.vmrd.kill()
            self.world.start()


def seconds(window):
    return tuple(int(t.timestamp()) for t in window)


def compare(world, organiser):
    """The model against the database, by alias; Exchange against it by the invariants."""
    found = {}
    for alias, start, end in world.vmrd.query(
            "SELECT a.alias, s.start_time, s.end_time FROM scheduled_conference s JOIN conference_alias a"
            " ON a.conference = s.conference WHERE instr(a.alias, '@') ORDER BY 2, 3"):
        found.setdefault(alias, []).append((start, end))
    wanted = {m.alias: sorted(seconds(w) for w in m.windows()) for m in organiser.meetings}
    assert found == {alias: windows for alias, windows in wanted.items() if windows}
    assert len(world.rooms()) == len(organiser.meetings)
    declined = world.exchange.items("olga@example.com", "inbox", type="MeetingResponse", ResponseType="Decline")
    assert len(declined) == organiser.declined
    invariants.assert_hold(world)


@pytest.fixture
def world(exchange, tmp_path):
    exchange.clear_faults()
    exchange.account("secretary", name="Secretary", impersonate=["olga@example.com"])
    w = World(exchange, tmp_path / "vmrd", processing="AutoUpdate")
    invariants.hear_all_guesses(w)
    w.vmrd.api("PATCH", "global_settings/1/", {"series_horizon_days": 60, "alias_requests_per_user_per_hour": 0}, 202)
    yield w
    exchange.clear_faults()
    w.close()


@pytest.mark.parametrize("seed", range(FIRST, FIRST + (1 if "MODEL_SEED" in os.environ else SEEDS)))
def test_whatever_happens(world, seed):
    rng = random.Random(seed)
    organiser, trouble = Organiser(world, rng), Trouble(world, rng)
    for step in range(STEPS):
        trouble.before()
        organiser.act()
        trouble.after()
        world.wait(lambda: invariants.is_settled(world), f"seed {seed}, step {step}: {organiser.did}, {trouble.did}")
        try:
            compare(world, organiser)
        except AssertionError as failure:
            raise AssertionError(f"seed {seed}, step {step}: {organiser.did[-5:]}, {trouble.did[-5:]}: {failure}") from failure
