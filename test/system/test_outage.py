"""The database does not answer: the add-in goes on, with sealed tokens, and nobody gets one who would be
refused otherwise."""

import re
import time

import pytest

from world import World

WAIT_S = 3  # ADDIN_DATABASE_WAIT_MS


@pytest.fixture
def world(exchange, tmp_path):
    exchange.clear_faults()
    exchange.reset_counters()
    w = World(exchange, tmp_path / "vmrd")
    yield w
    w.close()


def ask(world, user="olga", **wishes):
    audience = world.vmrd.addin_url(world.connector).replace("http://", "https://")
    return world.vmrd.meeting_details(world.connector, world.exchange.token(user, audience, **wishes))


def result(world, user="olga"):
    answer = ask(world, user)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def test_a_locked_database_means_a_sealed_token(world):
    assert result(world)["alias_id"].startswith("PXPS:-")
    with world.locked_database():
        began = time.monotonic()
        details = result(world)
        assert time.monotonic() - began < WAIT_S + 5
        marker = details["alias_id"]
        assert re.fullmatch(r"TOK:-[A-Z2-7]+#", marker) and len(marker) <= 120
        assert details["management_node_down"] is True
        assert marker in details["instructions"]
        assert details["room_email"] == "room@example.com"
        began = time.monotonic()
        others = [result(world, user)["alias_id"] for user in ("olga", "ben", "mia") * 3]
        assert time.monotonic() - began < WAIT_S, "only one request at a time waits for the database"
        assert all(m.startswith("TOK:-") for m in others)
        assert len({marker, *others}) == 10, "no two are alike"
    world.wait(lambda: result(world)["alias_id"].startswith("PXPS:-"), "aliases again")
    assert "management_node_down" not in result(world)
    for which in ("administrator", "support"):
        log = world.vmrd.log(which)
        assert "The database does not answer" in log and "The database answers again" in log
        for secret in (marker, marker[5:-1], *others):
            assert secret not in log


def test_whoever_would_be_refused_is_refused(world):
    world.vmrd.api("PATCH", f"ms_exchange_connector/{world.connector}/", {"description": "copied again"}, 202)
    with world.locked_database():
        for wishes, words in (
                ({"sign": False}, "not signed"),
                ({"expires_in": -1200, "not_before_in": -30000}, "not valid after"),
                ({"amurl": "https://elsewhere.example.com/autodiscover/metadata/json/1"}, "does not match one of")):
            answer = ask(world, **wishes)
            assert answer.status_code == 403, answer.text
            assert words in answer.json()["result"] and "TOK:-" not in answer.text


def test_changed_settings_are_known_without_the_database(world):
    world.vmrd.api("PATCH", f"ms_exchange_connector/{world.connector}/", {
        "placeholder_instructions_template": "<p>Hold the line. {{alias_uuid}}</p>",
        "room_mailbox_name": "The big room"}, 202)
    with world.locked_database():
        details = result(world)
        assert details["instructions"] == f"<p>Hold the line. {details['alias_id']}</p>"
        assert details["room_name"] == "The big room"


def test_a_database_that_cannot_be_written(world):
    """Moved away under the running program, which notices at once."""
    path = world.vmrd.directory / "vmrd.db"
    path.rename(path.with_suffix(".away"))
    try:
        began = time.monotonic()
        assert result(world)["alias_id"].startswith("TOK:-")
        assert time.monotonic() - began < WAIT_S
    finally:
        path.with_suffix(".away").rename(path)
    assert result(world)["alias_id"].startswith("PXPS:-")


def test_keys_are_made_and_never_shown(world):
    [record] = world.vmrd.records("ms_exchange_connector")
    assert len(record["public_key"]) == 44
    assert record["private_key"] == "" and record["sealing_key"] == ""
    [keys] = world.vmrd.query("SELECT public_key, private_key, sealing_key FROM ms_exchange_connector")
    assert keys[0] == record["public_key"] and len(set(keys)) == 3
    answer = world.vmrd.api("PATCH", f"ms_exchange_connector/{world.connector}/", {"sealing_key": "mine"})
    assert answer.status_code == 400 and "set by vmrd only" in answer.text
    world.vmrd.api("PUT", f"ms_exchange_connector/{world.connector}/", {**record, "name": "Renamed"}, 200)
    assert world.vmrd.query("SELECT public_key, private_key, sealing_key FROM ms_exchange_connector") == [keys]
    for which in ("administrator", "support"):
        assert not any(secret in world.vmrd.log(which) for secret in keys[1:])


def test_a_promise_is_kept(world):
    """From the outage to the meeting: the placeholder is sent, the service comes back, the room is there."""
    with world.locked_database():
        details = result(world)
        world.invite(details)
    [answer] = world.wait_answers(1)
    assert answer[0] == "Pos", answer
    [room] = world.rooms()
    [record] = world.vmrd.records("scheduled_alias", is_used="true")
    assert world.aliases_of(room) == sorted([record["alias"], record["numeric_alias"]])
    assert world.can_join(record["alias"])
    operations = world.vmrd.session.get(world.vmrd.admin_url + "/api/admin/status/v1/scheduling_operation/").json()
    # The request, and the update that our instructions made.
    assert [o["success"] for o in operations["objects"]] == [True, True]
    assert world.vmrd.query("SELECT count(*) FROM scheduled_alias") == [(1,)], "the outage cost no alias"


def test_the_same_promise_twice_is_one_alias(world):
    with world.locked_database():
        details = result(world)
    world.invite(details, subject="First")
    world.wait_answers(1)
    world.invite(details, subject="Copied")
    world.wait(lambda: len(world.answers()) == 2, "the second answer")
    assert sorted(kind for kind, _ in world.answers()) == ["Neg", "Pos"]
    assert len(world.rooms()) == 1
    assert len(world.vmrd.query("SELECT 1 FROM sealed_token")) == 1


def test_an_old_promise_is_declined(world):
    with world.locked_database():
        details = result(world)
    world.vmrd.stop()
    world.vmrd.set_clock(8 * 3600 + 301)
    world.start()
    world.invite(details, start=None)
    [answer] = world.wait_answers(1)
    assert answer[0] == "Neg" and "does not contain valid data" in answer[1]
    assert world.rooms() == []
    assert "the sealed token is not valid after" in world.vmrd.log()
