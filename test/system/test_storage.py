"""The disk fails: nothing is lost or doubled, joins go on, the administrator hears of it, and it heals alone."""

import pytest

import invariants
from world import World, alias_in, in_minutes

CHANGES_MOST = 400  # of the database's files, for one meeting
CHANGES_LEAST = 8
KINDS = ("EIO", "ENOSPC", "SHORT")


class Disk:
    """The disk under vmrd's database, which fails when told to (VMRD_STORAGE_FAULT)."""

    def __init__(self, directory):
        self.file = directory / "storage-fault"
        self.file.write_text("")

    def fail(self, kind, nth=1, times=0):
        self.file.write_text(f"{kind} {nth} {times}")

    def heal(self):
        self.file.write_text("")

    def has_failed(self):
        return self.file.read_text() == ""


@pytest.fixture
def world(exchange, tmp_path):
    exchange.clear_faults()
    w = World(exchange, tmp_path / "vmrd", start=False)
    w.disk = Disk(w.directory)
    w.start(VMRD_STORAGE_FAULT=str(w.disk.file))
    w.connector = w.vmrd.add_integration(exchange, "room@example.com", "svc", "secret")
    invariants.hear_all_guesses(w)
    w.vmrd.api("PATCH", "global_settings/1/", {"alias_requests_per_user_per_hour": 0}, 202)
    yield w
    w.disk.heal()
    w.close()


def test_every_write_fails_once(world):
    """The n-th change of the database's files fails, for every n that one meeting needs."""
    nth = 0
    failed = True
    while failed:
        nth += 1
        assert nth < CHANGES_MOST
        details = world.details()
        world.disk.fail(KINDS[nth % 3], nth, 1)
        world.invite(details, subject=f"Meeting {nth}", start=in_minutes(60 * 24 * nth))
        world.wait(lambda: len(world.rooms()) == nth, f"meeting {nth} has its room")
        world.wait(lambda: invariants.is_settled(world), f"meeting {nth} is settled")
        failed = world.disk.has_failed()
        world.disk.heal()
    assert nth > CHANGES_LEAST
    invariants.assert_hold(world)


def test_the_disk_is_full_for_a_while(world):
    first = world.details()
    world.invite(first)
    world.wait_answers(1)
    second = world.details()
    world.disk.fail("ENOSPC")
    world.invite(second, subject="While it is full")
    world.wait(lambda: "storage_failure" in world.alarms(), "an alarm, though the database cannot take it")
    alarm = world.alarms()["storage_failure"]
    assert "full" in alarm["details"] and alarm["level"] == "critical" and alarm["remedy"]
    assert world.can_join(alias_in(first)), "joins go on"
    assert world.details()["alias_id"].startswith("TOK:-"), "and so does the add-in"
    assert len(world.rooms()) == 1
    world.disk.heal()
    world.wait(lambda: len(world.rooms()) == 2, "it goes on alone")
    world.wait(lambda: "storage_failure" not in world.alarms(), "the alarm goes")
    invariants.settle(world)


def test_the_log_is_full(exchange, tmp_path):
    """Nothing that vmrd does hangs on its log."""
    w = World(exchange, tmp_path / "vmrd", start=False)
    log = tmp_path / "vmrd" / "log"
    log.mkdir(exist_ok=True)
    for name in ("administrator.log", "support.log"):
        (log / name).symlink_to("/dev/full")
    w.start()
    w.connector = w.vmrd.add_integration(exchange, "room@example.com", "svc", "secret")
    details = w.details()
    w.invite(details)
    w.wait_answers(1)
    assert w.can_join(alias_in(details))
    w.close()


@pytest.mark.parametrize("trouble, words", [
    ("missing", "'vmrd init' makes an empty one"),
    ("open to others", "is open to other users (mode 0644); run: chmod 600"),
    ("directory", "is not a file"),
    ("text", "is not a database"),
    ("cut", "is damaged"),
])
def test_a_database_that_cannot_be_used_is_named(world, trouble, words):
    world.invite(world.details())
    world.wait_answers(1)
    world.vmrd.stop()
    database = world.directory / "vmrd.db"
    for name in ("vmrd.db-wal", "vmrd.db-shm"):
        (world.directory / name).unlink(missing_ok=True)
    if trouble == "open to others":
        database.chmod(0o644)
    elif trouble == "cut":
        whole = database.read_bytes()
        database.write_bytes(whole[:len(whole) // 2])
    else:
        database.unlink()
        if trouble == "directory":
            database.mkdir()
        elif trouble == "text":
            database.write_text("not a database at all, but text of some length\n" * 100)
            database.chmod(0o600)
    with pytest.raises(RuntimeError) as refusal:
        world.vmrd.run("serve")
    assert words in str(refusal.value) and "vmrd.db" in str(refusal.value)
