"""vmrd is killed between any two effects that the outside can see, and started again."""

import datetime
import os
import random
import signal
import time

import pytest
from exchangelib import HTMLBody
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY

import invariants
from world import ROOM, UTC, World, alias_in, in_minutes

SEEDS = int(os.environ.get("SOAK_SEEDS", "200"))
CHANGES = 10      # of one seed
STEPS_LEAST = 11  # of any scenario: a decision has two, its answer five, the sync state four
EXPIRY_STEPS_LEAST = 2  # nobody is answered: one commit
STEPS_MOST = 100
TOKENS = 20       # asked for at a time
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


@pytest.fixture
def world(exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd")
    w.sealed = []
    invariants.hear_all_guesses(w)
    yield w
    w.close()


def answers_to(world, subject):
    """Accept or Decline, oldest first."""
    found = world.exchange.items("olga@example.com", "inbox", type="MeetingResponse")
    return [i["ResponseType"] for i in reversed(found) if i["Subject"].endswith(f": {subject}")]


def rooms_of(world, subject):
    return [r for r in world.rooms() if r["name"].startswith(f"{subject} (")]


def one_room(world, subject, alias, *times):
    """With these windows: (start, end)."""
    [room] = rooms_of(world, subject)
    assert world.aliases_of(room) == sorted([alias, alias.split("@")[0]])
    windows = sorted((w["start_time"][:19], w["end_time"][:19]) for w in world.windows()
                     if w["conference"] == room["resource_uri"])
    assert windows == sorted(tuple(t.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") for t in pair) for pair in times)


def days(item, number):
    """The occurrences of a daily series."""
    return [(item.start + n * DAY, item.end + n * DAY) for n in range(number)]


def alias_record(world, alias):
    [record] = world.vmrd.records("scheduled_alias", alias=alias)
    return record


def move(item, minutes):
    item.start, item.end = in_minutes(minutes), in_minutes(minutes + 45)
    item.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)


def cancel(item):
    item.delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)


def is_gone(world, subject, alias):
    assert rooms_of(world, subject) == []
    assert world.exchange.items(ROOM, "calendar", Subject=subject) == []
    assert alias_record(world, alias)["conference_deletion_time"]
    assert not world.can_join(alias)


# Each scenario: what is there before, yield, what happens while vmrd is down, yield (what makes it complete
# beside a mailbox that is settled, if anything), what must be the case once vmrd was killed, started again
# and has nothing left to do.

def new_meeting(world, subject):
    details = world.details()
    yield
    item = world.invite(details, subject=subject)
    yield
    assert answers_to(world, subject) == ["Accept"]
    one_room(world, subject, alias_in(details), (item.start, item.end))
    record = alias_record(world, alias_in(details))
    assert record["is_used"] and record["conference_deletion_time"] is None
    assert world.can_join(alias_in(details))


def moved_meeting(world, subject):
    details = world.details()
    item = world.invite(details, subject=subject)
    world.wait(lambda: answers_to(world, subject), "the first answer")
    yield
    move(item, 24 * 60)
    yield
    assert answers_to(world, subject) == ["Accept", "Accept"]
    one_room(world, subject, alias_in(details), (item.start, item.end))
    assert not world.can_join(alias_in(details))


def cancelled_meeting(world, subject):
    details = world.details()
    item = world.invite(details, subject=subject)
    world.wait(lambda: answers_to(world, subject), "the first answer")
    yield
    cancel(item)
    yield
    assert answers_to(world, subject) == ["Accept"]
    is_gone(world, subject, alias_in(details))


def unknown_marker(world, subject):
    yield
    world.invite(subject=subject, body="PXPS:-01234567-89ab-4cde-8f01-23456789abcd#")
    yield
    assert answers_to(world, subject) == ["Decline"]
    assert rooms_of(world, subject) == []


def a_series(world, subject):
    details = world.details()
    item = world.invite(details, subject=subject, start=in_minutes(24 * 60), daily=4)
    world.wait(lambda: answers_to(world, subject), "the first answer")
    return item, details


def new_series(world, subject):
    details = world.details()
    yield
    item = world.invite(details, subject=subject, daily=4)
    yield
    assert answers_to(world, subject) == ["Accept"]
    one_room(world, subject, alias_in(details), *days(item, 4))
    assert len([r for r in world.vmrd.records("recurring_conference") if r["subject"] == subject]) == 1
    assert world.can_join(alias_in(details))


def moved_occurrence(world, subject):
    item, details = a_series(world, subject)
    yield
    third = item.occurrence(index=3)
    third.refresh()
    third.start, third.end = third.start + 3 * HOUR, third.end + 5 * HOUR
    third.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
    yield
    assert answers_to(world, subject) == ["Accept", "Accept"]
    wanted = days(item, 4)
    wanted[2] = third.start, third.end
    one_room(world, subject, alias_in(details), *wanted)


def cancelled_occurrence(world, subject):
    item, details = a_series(world, subject)
    yield
    cancel(item.occurrence(index=2))
    yield
    assert answers_to(world, subject) == ["Accept"]
    wanted = days(item, 4)
    del wanted[1]
    one_room(world, subject, alias_in(details), *wanted)


def cancelled_series(world, subject):
    item, details = a_series(world, subject)
    yield
    item.refresh()
    cancel(item)
    yield
    assert answers_to(world, subject) == ["Accept"]
    is_gone(world, subject, alias_in(details))
    assert [r for r in world.vmrd.records("recurring_conference") if r["subject"] == subject] == []


def sealed_details(world):
    """With a sealed token; several at a time, because vmrd waits for its database before the first."""
    if not world.sealed:
        with world.locked_database():
            world.sealed = [world.details() for _ in range(TOKENS)]
    details = world.sealed.pop()
    assert details["alias_id"].startswith("TOK:-")
    return details


def sealed_token(world, subject):
    """It becomes an alias once, and its instructions are put into the organiser's item once."""
    details = sealed_details(world)
    yield
    item = world.invite(subject=subject, body=f"<p>Before</p>{details['instructions']}<p>After</p>")
    yield
    assert answers_to(world, subject) == ["Accept"]
    [room] = rooms_of(world, subject)
    alias = next(a["alias"] for a in room["aliases"] if "@" in a["alias"])
    one_room(world, subject, alias, (item.start, item.end))
    [own] = world.exchange.items("olga@example.com", "calendar", Subject=subject)
    assert "TOK:-" not in own["Body"] and own["Body"].count("PXPS:-") == 1
    assert own["Body"].index("Before") < own["Body"].index(alias) < own["Body"].index("After")
    [received] = world.exchange.items("ben@example.com", "calendar", Subject=subject)
    assert alias in received["Body"]
    assert world.can_join(alias)


def expired_room(world, subject):
    """Time only goes on: each meeting is at the time that vmrd has reached."""
    ahead = int((world.directory / "clock").read_text())
    details = world.details(not_before_in=ahead - 60, expires_in=ahead + 3600)
    world.invite(details, subject=subject, start=in_minutes(ahead // 60 + 5))
    world.wait(lambda: answers_to(world, subject), "the first answer")
    yield
    world.vmrd.set_clock(ahead + 30 * 3600)
    yield lambda: rooms_of(world, subject) == []
    assert answers_to(world, subject) == ["Accept"]
    assert alias_record(world, alias_in(details))["conference_deletion_time"]
    assert world.windows() == [] and not world.can_join(alias_in(details))


SCENARIOS = [new_meeting, moved_meeting, cancelled_meeting, unknown_marker, new_series, moved_occurrence,
             cancelled_occurrence, cancelled_series, sealed_token, expired_room]


def run_killed_at(world, n, complete):
    """Starts vmrd, to be killed at its n-th step. False: it had less to do (and was killed then)."""
    before = world.vmrd.log("support").count("-> waiting")
    world.start(VMRD_KILL_AT=str(n))
    died = world.vmrd.process.poll
    world.wait(lambda: died() is not None or (
        world.vmrd.log("support").count("-> waiting") > before and invariants.is_settled(world)
        and complete()), "vmrd is done")
    at_step = died() is not None
    world.vmrd.process.kill()
    assert world.vmrd.process.wait() == -signal.SIGKILL, (world.directory / "stderr").read_text()[-4000:]
    world.vmrd.process = None
    return at_step


def play(world, scenario, subject, run):
    """The scenario from beginning to end; run(complete) is vmrd's between what happens and the check."""
    script = scenario(world, subject)
    next(script)
    world.wait(lambda: invariants.is_settled(world), f"all is quiet before '{subject}'")
    world.vmrd.stop()
    complete = next(script) or (lambda: True)
    result = run(complete)
    world.wait(lambda: invariants.is_settled(world) and complete(), f"'{subject}' is settled")
    assert next(script, None) is None
    return result


def first_own_step(log):
    """The commit of the first decision; what comes before is vmrd's start."""
    names = [line.split(" ", 1)[1] for line in log.read_text().splitlines()]
    answer = next(n for n, name in enumerate(names) if "answers are given" in name or "are inserted" in name)
    return answer - names[:answer][::-1].index("store.before-commit")


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_every_step(world, scenario, tmp_path):
    steps, name = tmp_path / "steps", scenario.__name__
    play(world, scenario, f"{name} undisturbed", lambda _: world.start(VMRD_STEP_LOG=str(steps)))
    first = 1 if scenario in (new_meeting, expired_room) else first_own_step(steps)

    def killed(n, complete):
        at_step = run_killed_at(world, n, complete)
        world.start()
        return at_step

    n = first
    while play(world, scenario, f"{name} {n}", lambda complete: killed(n, complete)):
        n += 1
        assert n < STEPS_MOST
    assert n - first >= (EXPIRY_STEPS_LEAST if scenario is expired_room else STEPS_LEAST)
    invariants.assert_hold(world, name)


class Sent:
    """A meeting of the load: what was sent last, and what must be."""

    def __init__(self, item, details, days=1):
        self.item, self.details = item, details
        self.answers = 1     # at most
        self.cancelled = False
        self.days = days     # more than one: a daily series
        self.second = int(time.time())
        self.times = {n: (item.start + n * DAY, item.end + n * DAY) for n in range(days)}


class Load:
    """Changes by the organiser, drawn from a seeded generator, while vmrd dies now and then."""

    def __init__(self, world, seed):
        self.world = world
        self.random = random.Random(seed)
        self.spare = [world.details() for _ in range(CHANGES)]
        self.meetings = {}  # by subject
        self.refused = []   # subjects of what must be declined

    def new(self, days=1):
        details = self.spare.pop()
        subject = f"Meeting {len(self.meetings) + 1}"
        start = in_minutes(self.random.choice((5, 600, 3000)))
        item = self.world.invite(details, subject=subject, start=start, daily=days if days > 1 else None)
        self.meetings[subject] = Sent(item, details, days)

    def new_series(self):
        self.new(days=4)

    def next_second(self, meeting):
        """Nobody changes a series twice within the second that a message's stamp tells."""
        self.world.wait(lambda: int(time.time()) > meeting.second, "another second")
        meeting.second = int(time.time())

    def pick(self, series):
        live = [m for m in self.meetings.values() if not m.cancelled and (m.days > 1 or not series)]
        return self.random.choice(live) if live else None

    def change(self):
        how = self.random.choice((self.new, self.new_series, self.unknown, self.move, self.rewrite, self.cancel, self.copy,
                                  self.move_occurrence, self.move_occurrence, self.cancel_occurrence))
        if how in (self.new, self.new_series, self.unknown):
            return how()
        one_of_many = how in (self.move_occurrence, self.cancel_occurrence)
        meeting = self.pick(one_of_many)
        if meeting:
            if meeting.days > 1:
                self.next_second(meeting)
            return how(meeting)
        return self.new_series() if one_of_many else self.new()

    def move(self, meeting):
        """A series takes its changed and cancelled occurrences with it: all are where the rule says."""
        if meeting.days > 1:
            meeting.item.refresh()
            meeting.item.start += HOUR
            meeting.item.end += HOUR
            meeting.item.recurrence.boundary.start = meeting.item.start.date()
            meeting.item.save(update_fields=["start", "end", "recurrence"],
                              send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
        else:
            move(meeting.item, self.random.choice((3, 500, 2000, 4000)))
        meeting.times = {n: (meeting.item.start + n * DAY, meeting.item.end + n * DAY) for n in range(meeting.days)}
        meeting.answers += 1

    def move_occurrence(self, meeting):
        n = self.random.choice(sorted(meeting.times))
        one = meeting.item.occurrence(index=n + 1)
        one.refresh()
        minutes = self.random.choice((15, 90, 200))
        one.start += datetime.timedelta(minutes=minutes)
        one.end += datetime.timedelta(minutes=minutes)
        one.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
        meeting.times[n] = one.start, one.end
        meeting.answers += 1

    def cancel_occurrence(self, meeting):
        """One of them stays."""
        if len(meeting.times) > 1:
            n = self.random.choice(sorted(meeting.times))
            cancel(meeting.item.occurrence(index=n + 1))
            del meeting.times[n]

    def rewrite(self, meeting):
        """A meeting that is known keeps its room whatever its text says; another would be declined."""
        self.world.wait(lambda: self.dealt_with(meeting), "the meeting is known")
        meeting.item.refresh()
        meeting.item.body = HTMLBody("other words")
        meeting.item.save(update_fields=["body"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
        meeting.answers += 1

    def cancel(self, meeting):
        meeting.item.refresh()
        cancel(meeting.item)
        meeting.cancelled = True

    def copy(self, meeting):
        """Not the marker of one just sent: which of two is dealt with first would be chance."""
        subject = f"Copy {len(self.refused) + 1}"
        self.world.wait(lambda: self.dealt_with(meeting), "the original is known")
        self.world.invite(meeting.details, subject=subject)
        self.refused.append(subject)

    def dealt_with(self, meeting):
        self.revive()
        return self.world.vmrd.query("SELECT 1 FROM scheduled_alias WHERE alias = ? AND is_used", alias_in(meeting.details))

    def unknown(self):
        subject = f"Stranger {len(self.refused) + 1}"
        self.world.invite(subject=subject, body="PXPS:-01234567-89ab-4cde-8f01-23456789abcd#")
        self.refused.append(subject)

    def revive(self):
        if self.world.vmrd.process.poll() is not None:
            self.world.vmrd.process = None
            self.world.start()

    def kill(self):
        """Now, or at one of the next start's steps."""
        if self.random.random() < 0.6 and self.world.vmrd.process.poll() is None:
            self.world.vmrd.kill()
            self.world.start(VMRD_KILL_AT=str(self.random.randint(1, 60)))
        self.revive()

    def run(self):
        self.new()
        for _ in range(CHANGES - 1):
            self.change()
            if self.random.random() < 0.4:
                self.kill()
        if self.world.vmrd.process.poll() is None:
            self.world.vmrd.kill()
        self.world.vmrd.process = None
        self.world.start()


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_killed_at_random_under_load(world, seed):
    print(f"seed {seed}")
    load = Load(world, seed)
    load.run()
    world.wait(lambda: invariants.is_settled(world), f"seed {seed} settles")
    for subject, sent in load.meetings.items():
        answers = answers_to(world, subject)
        assert answers == ["Accept"] * len(answers) and len(answers) <= sent.answers, (seed, subject, answers)
        if not sent.cancelled:
            assert answers, (seed, subject, "was never answered")
            one_room(world, subject, alias_in(sent.details), *sent.times.values())
        else:
            assert rooms_of(world, subject) == [], (seed, subject, "is cancelled")
    for subject in load.refused:
        assert answers_to(world, subject) == ["Decline"], (seed, subject)
    invariants.assert_hold(world, f"seed {seed}")
