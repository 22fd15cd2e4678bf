"""The add-in asks for joining details with Exchange's token: who gets an alias, and who is told what."""

import concurrent.futures
import re
import socket
import struct

import pytest
import requests

from world import ROOM, World, alias_in


@pytest.fixture
def world(exchange, tmp_path):
    exchange.clear_faults()
    exchange.reset_counters()
    w = World(exchange, tmp_path / "vmrd")
    yield w
    w.close()


def audience(world):
    return world.vmrd.addin_url(world.connector).replace("http://", "https://")


def ask(world, user="olga", headers=(), **wishes):
    token = world.exchange.token(user, wishes.pop("audience", audience(world)), **wishes)
    return world.vmrd.meeting_details(world.connector, token, **dict(headers))


def aliases(world):
    return [row[0] for row in world.vmrd.query("SELECT alias FROM scheduled_alias")]


def test_a_user_of_exchange_gets_an_alias(world):
    answer = ask(world)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json()["status"] == "success"
    result = answer.json()["result"]
    assert set(result) == {"room_name", "room_email", "alias_id", "instructions"}
    assert result["room_name"] == "Video meeting" and result["room_email"] == ROOM
    assert re.fullmatch(r"PXPS:-[0-9a-f-]{36}#", result["alias_id"])
    assert result["alias_id"] in result["instructions"]
    assert aliases(world) == [alias_in(result)]
    [record] = world.vmrd.records("scheduled_alias")
    assert not record["is_used"] and result["alias_id"] == f"PXPS:-{record['uuid']}#"


def test_appctx_may_be_a_text(world):
    assert ask(world, appctx_text=True).status_code == 200


def test_keys_are_fetched_once(world):
    for user in ("olga", "ben", "mia") * 5:
        assert ask(world, user).status_code == 200
    assert world.exchange.requests_of("metadata") == 1


@pytest.mark.parametrize("wishes, words", [
    ({"audience": "https://elsewhere.example.com/"}, "'aud'"),
    ({"not_before_in": -30000, "expires_in": -1200}, "The token is not valid after 20"),
    ({"not_before_in": 1200}, "The token is not valid until 20"),
    ({"version": "ExIdTok.V2"}, "ExIdTok.V1"),
    ({"issuer": "https://sts.example.com/"}, "'iss'"),
    ({"alg": "none", "sign": False}, "'none'"),
    ({"alg": "HS256"}, "'HS256'"),
    ({"sign": False}, "not signed"),
    ({"x5t": "AAAAAAAAAAAAAAAAAAAAAAAAAAA"}, "signing key"),
    ({"header": {"jku": "https://elsewhere.example.com/keys"}}, "'jku'"),
    ({"header": {"crit": ["exp"]}}, "'crit'"),
    ({"header": {"typ": "at+jwt"}}, "type 'at+jwt'"),
])
def test_refusals_name_the_check(world, wishes, words):
    answer = ask(world, **wishes)
    assert answer.status_code == 403
    assert answer.json()["status"] == "failed"
    result = answer.json()["result"]
    assert result.startswith("Invalid Token: ") and words in result
    assert aliases(world) == []
    line = next(line for line in world.vmrd.log().splitlines() if answer.headers["X-Correlation-Id"] in line)
    assert 'User="schedulingservice"' in line and words in line.replace('\\"', '"')


def test_small_clock_differences_are_allowed(world):
    assert ask(world, not_before_in=240).status_code == 200
    assert ask(world, not_before_in=-3600, expires_in=-240).status_code == 200


@pytest.mark.parametrize("host", [
    "127.0.0.1:{port}", "localhost", "localhost:1", "user@localhost:{port}", "localhost.:{port}",
    "2130706433:{port}", "[::1]:{port}", "localhost:{port}@elsewhere.example.com", "",
])
def test_no_request_leaves_for_a_host_not_listed(world, host):
    amurl = f"https://{host.format(port=world.exchange.port)}/autodiscover/metadata/json/1"
    answer = ask(world, amurl=amurl)
    assert answer.status_code == 403
    assert "does not match one of the valid domains: '[https://localhost:" in answer.json()["result"]
    assert world.exchange.requests_of("metadata") == 0


def test_plain_http_is_refused(world):
    answer = ask(world, amurl=f"http://localhost:{world.exchange.port}/autodiscover/metadata/json/1")
    assert answer.status_code == 403 and "not an https URL" in answer.json()["result"]
    assert world.exchange.requests_of("metadata") == 0


def test_without_listed_domains_the_reference_sentence_appears(world):
    for domain in world.vmrd.records("exchange_domain"):
        world.vmrd.api("DELETE", f"exchange_domain/{domain['id']}/", status=204)
    answer = ask(world)
    assert answer.json()["result"] == (
        f"Invalid Token: Token Appctx 'amurl' domain 'localhost:{world.exchange.port}' "
        "does not match one of the valid domains: '[]'")


def test_without_a_token(world):
    answer = requests.get(world.vmrd.addin_url(world.connector) + "meeting_details", timeout=30)
    assert answer.status_code == 403
    assert answer.json() == {"status": "failed", "result": "Invalid Token: the request has no token"}


def test_a_double_click_gets_one_alias(world):
    headers = {"Idempotency-Key": "pane-4711"}
    with concurrent.futures.ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: ask(world, headers=headers.items()), range(8)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["result"]["alias_id"] for a in answers}) == 1
    assert len(aliases(world)) == 1
    other = ask(world, "ben", headers=headers.items()).json()["result"]["alias_id"]
    assert other != answers[0].json()["result"]["alias_id"], "another user's key is another key"


def test_many_at_once_get_an_alias_each(world):
    with concurrent.futures.ThreadPoolExecutor(8) as many:
        answers = list(many.map(lambda _: ask(world), range(40)))
    assert {a.status_code for a in answers} == {200}
    assert len({a.json()["result"]["alias_id"] for a in answers}) == 40
    assert len(set(aliases(world))) == 40


def test_unused_aliases_expire_and_do_not_come_back(world):
    first = alias_in(ask(world).json()["result"])
    for days in 4, 8:  # a service that was away for more than a week doubts its clock
        world.vmrd.stop()
        world.vmrd.set_clock(days * 24 * 3600)
        world.start()  # expiry runs at start and then every ten minutes
    world.wait(lambda: aliases(world) == [], "the unused alias expires")
    resting = [row[0] for row in world.vmrd.query("SELECT alias FROM resting_alias")]
    assert sorted(resting) == sorted([first, first.split("@")[0]])


def test_tokens_are_in_no_log(world):
    good = world.exchange.token("olga", audience(world))
    bad = world.exchange.token("olga", "https://elsewhere.example.com/")
    assert world.vmrd.meeting_details(world.connector, good).status_code == 200
    assert world.vmrd.meeting_details(world.connector, bad).status_code == 403
    for log in ("administrator", "support"):
        text = world.vmrd.log(log)
        assert "CorrelationId" in text
        for token in (good, bad):
            assert not any(part in text for part in token.split("."))


@pytest.mark.parametrize("size", [16, 32, 64, 80, 128])
def test_icons(world, size):
    url = world.vmrd.addin_url(world.connector) + f"images/addin_icon_{size}.png"
    answer = requests.get(url, timeout=30)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/png"
    assert struct.unpack(">II", answer.content[16:24]) == (size, size)
    assert "no-store" not in answer.headers["Cache-Control"], "Outlook shows no icon it may not keep"
    again = requests.get(url, headers={"If-None-Match": answer.headers["ETag"]}, timeout=30)
    assert again.status_code == 304 and not again.content


def test_a_silent_exchange_holds_up_neither_joins_nor_others(world):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"localhost:{silent.getsockname()[1]}"
        world.vmrd.create("exchange_domain", domain=f"https://{host}", exchange_connector=(
            f"/api/admin/configuration/v1/ms_exchange_connector/{world.connector}/"))
        assert ask(world).status_code == 200
        with concurrent.futures.ThreadPoolExecutor(1) as one:
            stuck = one.submit(ask, world, amurl=f"https://{host}/autodiscover/metadata/json/1")
            connection, _ = silent.accept()  # and never a word
            seconds = [world.vmrd.request_token("nobody@vc.example.com").elapsed.total_seconds() for _ in range(10)]
            seconds += [ask(world).elapsed.total_seconds() for _ in range(3)]
            assert not stuck.done() and max(seconds) < 1, seconds
            answer = stuck.result()
            connection.close()
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


def test_a_broken_exchange_is_no_invalid_token(world):
    world.exchange.fault("status", "metadata", status=500)
    answer = ask(world)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert answer.json()["result"].startswith("The token cannot be checked now: cannot get the keys at 'https://localhost:")
    assert ask(world, "ben").status_code == 503
    assert world.exchange.requests_of("metadata") == 1, "it is not asked again at once"
