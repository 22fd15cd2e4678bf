"""vmrd is killed between any two effects that the outside can see, and started again."""

import os
import random
import signal

import pytest
from exchangelib.items import SEND_TO_ALL_AND_SAVE_COPY

import invariants
from world import ROOM, World, alias_in, in_minutes

SEEDS = int(os.environ.get("SOAK_SEEDS", "20"))
CHANGES = 10      # of one seed
STEPS_LEAST = 11  # of any scenario: a decision has two, its answer five, the sync state four
STEPS_MOST = 100


@pytest.fixture
def world(exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd")
    invariants.hear_all_guesses(w)
    yield w
    w.close()


def answers_to(world, subject):
    """Accept or Decline, oldest first."""
    found = world.exchange.items("olga@example.com", "inbox", type="MeetingResponse")
    return [i["ResponseType"] for i in reversed(found) if i["Subject"].endswith(f": {subject}")]


def rooms_of(world, subject):
    return [r for r in world.rooms() if r["name"].startswith(f"{subject} (")]


def one_room(world, subject, item, alias):
    [room] = rooms_of(world, subject)
    assert world.aliases_of(room) == sorted([alias, alias.split("@")[0]])
    [window] = [w for w in world.windows() if w["conference"] == room["resource_uri"]]
    assert window["start_time"].startswith(item.start.strftime("%Y-%m-%dT%H:%M:%S"))
    assert window["end_time"].startswith(item.end.strftime("%Y-%m-%dT%H:%M:%S"))


def alias_record(world, alias):
    [record] = world.vmrd.records("scheduled_alias", alias=alias)
    return record


def move(item, minutes):
    item.start, item.end = in_minutes(minutes), in_minutes(minutes + 45)
    item.save(update_fields=["start", "end"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)


# Each scenario: what is there before, yield, what the organiser does while vmrd is down, yield, what
# must be the case once vmrd was killed, started again and has nothing left to do.

def new_meeting(world, subject):
    details = world.details()
    yield
    item = world.invite(details, subject=subject)
    yield
    assert answers_to(world, subject) == ["Accept"]
    one_room(world, subject, item, alias_in(details))
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
    one_room(world, subject, item, alias_in(details))
    assert not world.can_join(alias_in(details))


def cancelled_meeting(world, subject):
    details = world.details()
    item = world.invite(details, subject=subject)
    world.wait(lambda: answers_to(world, subject), "the first answer")
    yield
    item.delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
    yield
    assert answers_to(world, subject) == ["Accept"]
    assert rooms_of(world, subject) == []
    assert world.exchange.items(ROOM, "calendar", Subject=subject) == []
    assert alias_record(world, alias_in(details))["conference_deletion_time"]
    assert not world.can_join(alias_in(details))


def unknown_marker(world, subject):
    yield
    world.invite(subject=subject, body="PXPS:-01234567-89ab-4cde-8f01-23456789abcd#")
    yield
    assert answers_to(world, subject) == ["Decline"]
    assert rooms_of(world, subject) == []


def run_killed_at(world, n):
    """Starts vmrd, to be killed at its n-th step. False: it had less to do (and was killed then)."""
    before = world.vmrd.log("support").count("-> waiting")
    world.start(VMRD_KILL_AT=str(n))
    died = world.vmrd.process.poll
    world.wait(lambda: died() is not None or (
        world.vmrd.log("support").count("-> waiting") > before and invariants.is_settled(world)), "vmrd is done")
    at_step = died() is not None
    world.vmrd.process.kill()
    assert world.vmrd.process.wait() == -signal.SIGKILL, (world.directory / "stderr").read_text()[-4000:]
    world.vmrd.process = None
    return at_step


def play(world, scenario, subject, run):
    """The scenario from beginning to end; run() is vmrd's between the organiser's act and the check."""
    script = scenario(world, subject)
    next(script)
    world.wait(lambda: invariants.is_settled(world), f"all is quiet before '{subject}'")
    world.vmrd.stop()
    next(script)
    result = run()
    world.wait(lambda: invariants.is_settled(world), f"'{subject}' is settled")
    assert next(script, None) is None
    return result


def first_own_step(log):
    """The commit of the first decision; what comes before is vmrd's start."""
    names = [line.split(" ", 1)[1] for line in log.read_text().splitlines()]
    answer = names.index("before answers are given")
    return len(names[:answer]) - names[:answer][::-1].index("store.before-commit")


@pytest.mark.parametrize("scenario", [new_meeting, moved_meeting, cancelled_meeting, unknown_marker])
def test_killed_at_every_step(world, scenario, tmp_path):
    steps, name = tmp_path / "steps", scenario.__name__
    play(world, scenario, f"{name} undisturbed", lambda: world.start(VMRD_STEP_LOG=str(steps)))
    first = 1 if scenario is new_meeting else first_own_step(steps)

    def killed(n):
        at_step = run_killed_at(world, n)
        world.start()
        return at_step

    n = first
    while play(world, scenario, f"{name} {n}", lambda: killed(n)):
        n += 1
        assert n < STEPS_MOST
    assert n - first >= STEPS_LEAST
    invariants.assert_hold(world, name)


class Load:
    """Changes by the organiser, drawn from a seeded generator, while vmrd dies now and then."""

    def __init__(self, world, seed):
        self.world = world
        self.random = random.Random(seed)
        self.spare = [world.details() for _ in range(CHANGES)]
        self.meetings = {}  # subject -> [item, alias, answers wanted at most, cancelled]
        self.refused = []   # subjects of what must be declined

    def new(self):
        details = self.spare.pop()
        subject = f"Meeting {len(self.meetings) + 1}"
        item = self.world.invite(details, subject=subject, start=in_minutes(self.random.choice((5, 600, 3000))))
        self.meetings[subject] = [item, details, 1, False]

    def pick(self):
        live = [m for m in self.meetings.values() if not m[3]]
        return self.random.choice(live) if live else None

    def change(self):
        meeting = self.pick()
        if not meeting:
            return self.new()
        how = self.random.choice((self.new, self.move, self.move, self.rewrite, self.cancel, self.copy, self.unknown))
        return how(meeting) if how not in (self.new, self.unknown) else how()

    def move(self, meeting):
        move(meeting[0], self.random.choice((3, 500, 2000, 4000)))
        meeting[2] += 1

    def rewrite(self, meeting):
        """A meeting that is known keeps its room whatever its text says; another would be declined."""
        self.world.wait(lambda: self.dealt_with(meeting), "the meeting is known")
        meeting[0].body = "other words"
        meeting[0].save(update_fields=["body"], send_meeting_invitations=SEND_TO_ALL_AND_SAVE_COPY)
        meeting[2] += 1

    def cancel(self, meeting):
        meeting[0].delete(send_meeting_cancellations=SEND_TO_ALL_AND_SAVE_COPY)
        meeting[3] = True

    def copy(self, meeting):
        """Not the marker of one just sent: which of two is dealt with first would be chance."""
        subject = f"Copy {len(self.refused) + 1}"
        self.world.wait(lambda: self.dealt_with(meeting), "the original is known")
        self.world.invite(meeting[1], subject=subject)
        self.refused.append(subject)

    def dealt_with(self, meeting):
        self.revive()
        return self.world.vmrd.query("SELECT 1 FROM scheduled_alias WHERE alias = ? AND is_used", alias_in(meeting[1]))

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
    for subject, (item, details, most, cancelled) in load.meetings.items():
        answers = answers_to(world, subject)
        assert answers == ["Accept"] * len(answers) and len(answers) <= most, (seed, subject, answers)
        if not cancelled:
            assert answers, (seed, subject, "was never answered")
            one_room(world, subject, item, alias_in(details))
        else:
            assert rooms_of(world, subject) == [], (seed, subject, "is cancelled")
    for subject in load.refused:
        assert answers_to(world, subject) == ["Decline"], (seed, subject)
    invariants.assert_hold(world, f"seed {seed}")
