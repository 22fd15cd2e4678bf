"""A licence's life: needed once there is a key, told when it ends, and what the add-in says then."""

import datetime
import subprocess

import pytest

from world import World

DAY = 24 * 3600


@pytest.fixture
def world(exchange, tmp_path):
    exchange.clear_faults()
    w = World(exchange, tmp_path / "vmrd")
    yield w
    w.close()


def utc(days):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Issuer:
    def __init__(self, world, directory):
        self.world, self.key_file = world, directory / "licence.key"
        self.public_key = world.vmrd.run("licence", "keygen", self.key_file).stdout.strip()

    def sign(self, **options):
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        return self.world.vmrd.run("licence", "sign", self.key_file, "--entitlement", "E-1", *words).stdout.strip()


@pytest.fixture
def issuer(world, tmp_path):
    issuer = Issuer(world, tmp_path)
    world.vmrd.api("PATCH", "global_settings/1/", {"licence_public_key": issuer.public_key}, 202)
    return issuer


def details(world):
    audience = world.vmrd.addin_url(world.connector).replace("http://", "https://")
    return world.vmrd.meeting_details(world.connector, world.exchange.token("olga", audience))


def status(world, record):
    return world.vmrd.status(record)


def alarms(world):
    return {a["name"] for a in status(world, "alarm")}


def test_without_a_key_there_is_no_limit(world):
    assert details(world).status_code == 200
    [licensing] = status(world, "licensing")
    assert (licensing["scheduling_count"], licensing["scheduling_total"]) == (0, None)
    answer = world.vmrd.api("POST", "licence/", {"file": "vmrd-licence-1.e30.AAAA"})
    assert answer.status_code == 400 and "built-in licence" in answer.text


def test_with_a_key_a_licence_is_needed(world, issuer):
    answer = details(world)
    assert answer.status_code == 403
    assert answer.json()["result"] == (
        "No video room can be added: there is no valid licence; please tell your administrator")
    assert alarms(world) == {"licence_expired"}
    world.vmrd.create("licence", file=issuer.sign(meetings=100, expires=utc(300)))
    assert details(world).status_code == 200
    assert alarms(world) == set()
    [licence] = world.vmrd.records("licence")
    assert (licence["entitlement_id"], licence["concurrent"], licence["status"]) == ("E-1", 100, "valid")
    assert status(world, "licensing")[0]["scheduling_total"] == 100


def test_a_licence_that_was_changed_is_refused(world, issuer, tmp_path):
    good = issuer.sign(meetings=1)
    prefix, document, signature = good.split(".")
    (tmp_path / "other").mkdir()
    for bad, words in (
            (f"{prefix}.{document[:-2]}AA.{signature}", "was changed"),
            (Issuer(world, tmp_path / "other").sign(), "not signed by the key"),
            ("E-1", "this is no licence")):
        answer = world.vmrd.api("POST", "licence/", {"file": bad})
        assert answer.status_code == 400
        assert words in answer.json()["licence"]["file"][0]
    assert world.vmrd.records("licence") == []
    wrapped = "\n".join(good[i:i + 60] for i in range(0, len(good), 60))
    world.vmrd.create("licence", file=wrapped)
    answer = world.vmrd.api("PATCH", "licence/1/", {"concurrent": 7})
    assert answer.status_code == 400 and "set by vmrd only" in answer.text


def test_it_ends_as_announced(world, issuer):
    licence = world.vmrd.create("licence", file=issuer.sign(expires=utc(10)))
    assert alarms(world) == {"licence_will_expire"}
    assert details(world).status_code == 200
    world.vmrd.stop()
    world.vmrd.set_clock(10 * DAY + 60)
    world.start()
    world.wait(lambda: alarms(world) == {"licence_expired"}, "the alarm")
    world.exchange.clear_faults()
    audience = world.vmrd.addin_url(world.connector).replace("http://", "https://")
    token = world.exchange.token("olga", audience, not_before_in=10 * DAY, expires_in=11 * DAY)
    answer = world.vmrd.meeting_details(world.connector, token)
    assert answer.status_code == 403 and "the licence has expired on" in answer.json()["result"]
    assert world.vmrd.records("licence")[0]["status"] == "expired"
    # The renewed one takes the old one's place.
    world.vmrd.api("PATCH", f"licence/{licence}/", {"file": issuer.sign(expires=utc(400))}, 202)
    assert alarms(world) == set()
    assert world.vmrd.meeting_details(world.connector, token).status_code == 200


def test_requests_are_held_until_there_is_a_licence(world, issuer):
    """Nothing is answered without one, nothing is lost, and cancelling goes on."""
    licence = world.vmrd.create("licence", file=issuer.sign())
    given, cancelled = details(world).json()["result"], details(world).json()["result"]
    world.invite(cancelled, subject="Will be cancelled")
    world.wait_answers(1)
    world.vmrd.api("DELETE", f"licence/{licence}/", status=204)
    assert alarms(world) == {"licence_expired"}
    world.invite(given, subject="Held")
    requests_in = lambda: world.exchange.items("room@example.com", "inbox", type="MeetingRequest")  # noqa: E731
    world.wait(lambda: len(requests_in()) == 1, "the request is in the mailbox")
    account = world.exchange.client("olga")
    [item] = [i for i in account.calendar.all() if i.subject == "Will be cancelled"]
    item.cancel()
    world.wait(lambda: world.rooms() == [], "the cancelled meeting's room goes")
    assert len(requests_in()) == 1 and len(world.answers()) == 1
    world.vmrd.create("licence", file=issuer.sign())
    assert [kind for kind, _ in world.wait_answers(2)] == ["Pos", "Pos"]
    assert len(world.rooms()) == 1 and requests_in() == []


def test_so_many_meetings_and_no_more(world, issuer):
    world.vmrd.create("licence", file=issuer.sign(meetings=1))
    world.invite()
    world.wait_answers(1)
    world.vmrd.api("PATCH", "global_settings/1/", {"log_level": "DEBUG"}, 202)  # looked at again
    assert alarms(world) == {"licence_meetings_reached"}
    assert status(world, "licensing")[0]["scheduling_count"] == 1
    answer = details(world)
    assert answer.status_code == 403
    assert "allows 1 scheduled meetings at a time, and there are 1" in answer.json()["result"]


def test_the_tool_says_what_is_wrong(world, tmp_path):
    vmrd = world.vmrd
    key = tmp_path / "issuer.key"
    public_key = vmrd.run("licence", "keygen", str(key)).stdout.strip()
    assert key.stat().st_mode & 0o777 == 0o600
    secret = key.read_text()
    with pytest.raises(RuntimeError, match="File exists"):
        vmrd.run("licence", "keygen", str(key))
    assert key.read_text() == secret
    with pytest.raises(RuntimeError, match="is not a time such as"):
        vmrd.run("licence", "sign", str(key), "--entitlement", "E", "--expires", "tomorrow")
    with pytest.raises(RuntimeError, match="'expiration' is missing or makes no sense"):
        vmrd.run("licence", "sign", str(key), "--entitlement", "E", "--expires", "2020-01-01T00:00:00Z")
    licence = tmp_path / "l"
    licence.write_text(vmrd.run("licence", "sign", key, "--entitlement", "E", "--features", "a,b").stdout)
    shown = vmrd.run("licence", "show", licence, "--key", public_key).stdout
    assert "features     a,b" in shown and "meetings     no limit" in shown and "expires      never" in shown
    done = subprocess.run([vmrd.binary, "licence", "sign", key], capture_output=True, text=True, timeout=30)
    assert done.returncode == 2 and "licence sign KEYFILE --entitlement ID" in done.stderr
