"""vmrd as a program: commands, signals, what it says when something is wrong, what it never says."""

import contextlib
import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import time

import pytest
import requests

import invariants
from vmrd import Vmrd, free_port, wait_for
from world import ROOM, World, alias_in, in_minutes

STOP_S = 10  # a stop takes no longer, whatever is going on
EXCHANGE_PASSWORD = "Exchange-Passwort-4711"
HOST_PIN, GUEST_PIN, WRONG_PIN = "730011", "730022", "730099"
WRONG_PASSWORD = "a-wrong-password-9281"

LINE = re.compile(
    r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00 \S+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}'
    r' Level="(DEBUG|INFO|WARNING|ERROR)" Name="(administrator|support)\.[a-z_.]+"'
    r'( [A-Z][A-Za-z-]*="([^"\\\x00-\x1f\x7f]|\\["\\nrt]|\\x[0-9a-f]{2})*")+')


@pytest.fixture
def world(exchange, tmp_path):
    w = World(exchange, tmp_path / "vmrd")
    yield w
    w.close()


@pytest.fixture
def vmrd(tmp_path):
    v = Vmrd(tmp_path / "vmrd")
    yield v
    v.stop()


def command(vmrd, *words):
    """(exit status, standard output, standard error)"""
    done = subprocess.run([vmrd.binary, "-C", vmrd.directory, *words], capture_output=True, text=True, timeout=60)
    assert "Sanitizer" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def set_conf(vmrd, **settings):
    path = vmrd.directory / "vmrd.conf"
    lines = [i for i in path.read_text().splitlines() if i.split(" = ")[0] not in settings]
    path.write_text("\n".join(lines + [f"{k} = {v}" for k, v in settings.items()]) + "\n")


def stderr(vmrd):
    return (vmrd.directory / "stderr").read_text()


# ---- the end ------------------------------------------------------------------------------------

def test_stops_at_once_when_idle(world):
    begin = time.monotonic()
    assert world.vmrd.stop() == 0
    assert time.monotonic() - begin < STOP_S
    assert 'Message="Stopping"' in world.vmrd.log()
    assert stderr(world.vmrd) == ""


def test_stops_while_people_are_in_a_room(world):
    details = world.details()
    world.invite(details)
    world.wait_answers(1)
    alias = alias_in(details)
    token = world.vmrd.request_token(alias).json()["result"]["token"]
    url = f"{world.vmrd.client_url}/api/client/v2/conferences/{alias}/events"
    with requests.get(url, params={"token": token}, stream=True, timeout=30) as events:
        assert events.status_code == 200
        lines = events.iter_lines()
        assert next(lines) is not None
        begin = time.monotonic()
        assert world.vmrd.stop() == 0
        assert time.monotonic() - begin < STOP_S
        try:
            for _ in lines:
                pass
        except requests.RequestException:
            pass  # the stream is cut: that is its end too
    assert stderr(world.vmrd) == ""
    assert token not in world.vmrd.log("support")


def test_stops_while_exchange_is_silent(world):
    """A request under way is given up; what it was to do is done after the next start."""
    details = world.details()
    asked = world.exchange.requests_of("GetItem")
    world.exchange.fault("delay", "GetItem", mailbox=ROOM, milliseconds=60000)
    world.invite(details)
    world.wait(lambda: world.exchange.requests_of("GetItem") > asked, "the request is under way")
    begin = time.monotonic()
    assert world.vmrd.stop() == 0
    assert time.monotonic() - begin < STOP_S
    world.exchange.clear_faults()
    world.start()
    world.wait_answers(1)
    invariants.settle(world)


def test_stops_while_it_backs_off(world):
    world.exchange.fault("server_busy", mailbox=ROOM, milliseconds=600000, count=0)
    world.invite()
    world.wait(lambda: "Mailbox cannot be worked on" in world.vmrd.log(), "it backs off")
    begin = time.monotonic()
    assert world.vmrd.stop() == 0
    assert time.monotonic() - begin < STOP_S


def test_interrupt_is_a_stop(vmrd):
    vmrd.start()
    vmrd.process.send_signal(signal.SIGINT)
    assert vmrd.process.wait(STOP_S) == 0


# ---- read again ---------------------------------------------------------------------------------

def reload(vmrd):
    """SIGHUP; the line that says what came of it."""
    seen = vmrd.log().count("read again")
    vmrd.process.send_signal(signal.SIGHUP)
    wait_for(lambda: vmrd.log().count("read again") > seen, "SIGHUP was obeyed")
    return [line for line in vmrd.log().splitlines() if "read again" in line][-1]


def test_logs_are_reopened(vmrd):
    vmrd.start()
    logs = vmrd.directory / "log"
    (logs / "administrator.log").rename(logs / "administrator.log.1")
    (logs / "support.log").rename(logs / "support.log.1")
    (logs / "administrator.log").touch()
    assert "Configuration was read again" in reload(vmrd)
    old = (logs / "support.log.1").read_text()
    vmrd.answers()
    assert 'Name="support.rest"' in vmrd.log("support")
    assert (logs / "support.log.1").read_text() == old


def test_configuration_is_read_again(vmrd):
    vmrd.start()
    assert stderr(vmrd) == ""
    set_conf(vmrd, log_to_stderr="true")
    reload(vmrd)
    assert "Configuration was read again" in stderr(vmrd)


@pytest.mark.parametrize("broken, words", [
    ("log_to_stderr = perhaps", "log_to_stderr"), ("no_such_setting = 1", "there is no setting 'no_such_setting'"),
    ("just words", "not of the form name = value"), ("client_listen = nowhere", "is not an address and port")])
def test_a_broken_configuration_leaves_the_old_one(vmrd, broken, words):
    vmrd.start()
    path = vmrd.directory / "vmrd.conf"
    path.write_text(path.read_text() + broken + "\n")
    line = reload(vmrd)
    assert 'Level="ERROR"' in line and "the old one stays in effect" in line
    assert words in line and "vmrd.conf" in line
    assert vmrd.answers()


def test_a_missing_configuration_leaves_the_old_one(vmrd):
    vmrd.start()
    (vmrd.directory / "vmrd.conf").unlink()
    assert "the old one stays in effect" in reload(vmrd)
    assert vmrd.answers()


# ---- what cannot start --------------------------------------------------------------------------

@pytest.mark.parametrize("which", ["client_listen", "admin_listen"])
def test_a_taken_port(vmrd, which):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        set_conf(vmrd, **{which: f"127.0.0.1:{port}"})
        status, _, said = command(vmrd, "serve")
    assert status == 1
    assert said == f"vmrd: cannot listen on '127.0.0.1' port {port}: Address already in use\n"


def test_an_admin_listener_in_clear_beyond_this_machine(vmrd):
    set_conf(vmrd, admin_listen=f"0.0.0.0:{free_port()}")
    status, _, said = command(vmrd, "serve")
    assert status == 1 and "passwords would travel in clear" in said


def test_no_directory_at_all(vmrd):
    vmrd.directory = vmrd.directory / "nothing-here"
    for word in ("serve", "passwd"):
        status, _, said = command(vmrd, word)
        assert status == 1 and "nothing-here/vmrd.conf'" in said and "vmrd init" in said, word
    status, told, _ = command(vmrd, "check")
    assert status == 1 and told.startswith("WRONG") and "vmrd init" in told


# ---- check --------------------------------------------------------------------------------------

def test_check_of_a_sound_installation(vmrd):
    status, told, said = command(vmrd, "check")
    assert status == 0 and said == ""
    assert "WRONG" not in told and "no integration yet" in told


def change_database(path, sql):
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(sql)
        db.commit()


def spoil_database(vmrd, how):
    path = vmrd.directory / "vmrd.db"
    if how == "missing":
        path.unlink()
    elif how == "garbage":
        path.write_bytes(b"this is no database at all, though it is long enough to be one" * 100)
    elif how == "zeroed":
        data = bytearray(path.read_bytes())
        data[4096:] = bytes(len(data) - 4096)
        path.write_bytes(data)
    elif how == "newer":
        change_database(path, "PRAGMA user_version = 9999")
    elif how == "foreign":
        path.unlink()
        change_database(path, "CREATE TABLE songs (name TEXT)")
        path.chmod(0o600)
    elif how == "open to all":
        path.chmod(0o644)


@pytest.mark.parametrize("how, words", [
    ("missing", "does not exist; 'vmrd init' makes it"), ("garbage", "is damaged"), ("zeroed", "is damaged"),
    ("newer", "was written by a newer vmrd (schema 9999"), ("foreign", "is a database of another program"),
    ("open to all", "holds secrets but is open to other users")])
def test_a_database_that_is_no_good(vmrd, how, words):
    spoil_database(vmrd, how)
    path = vmrd.directory / "vmrd.db"
    before = path.read_bytes() if path.exists() else None
    status, told, said = command(vmrd, "check")
    assert status == 1 and "WRONG" in told and words in told, told + said
    status, _, said = command(vmrd, "serve")
    assert status == 1 and words.split(";")[0] in said, said
    assert (path.read_bytes() if path.exists() else None) == before, "nothing was changed"


@pytest.mark.parametrize("line, words", [
    ("nonsense = 1", "there is no setting 'nonsense'"), ("database", "not of the form name = value"),
    ("admin_key = k.pem", "set admin_certificate and admin_key together"),
    ("x" * 3000, "is longer than 2046 bytes")])
def test_check_of_a_broken_configuration(vmrd, line, words):
    path = vmrd.directory / "vmrd.conf"
    path.write_text(path.read_text() + line + "\n")
    status, told, _ = command(vmrd, "check")
    assert status == 1 and "WRONG" in told and words in told and "vmrd.conf" in told


def test_check_of_files_that_are_missing(vmrd):
    set_conf(vmrd, client_certificate="c.pem", client_key="k.pem")
    status, told, _ = command(vmrd, "check")
    assert status == 1 and "cannot read" in told and "c.pem" in told
    (vmrd.directory / "log").rmdir()
    set_conf(vmrd, client_certificate="", client_key="")
    status, told, _ = command(vmrd, "check")
    assert status == 1 and "cannot write in log directory" in told


# ---- commands -----------------------------------------------------------------------------------

def test_init_never_overwrites(vmrd):
    before = {p.name: p.read_bytes() for p in vmrd.directory.iterdir() if p.is_file()}
    status, told, said = command(vmrd, "init")
    assert status == 1 and told == ""
    assert "is a configuration directory already; nothing was changed (`vmrd passwd` makes a new password)" in said
    assert {p.name: p.read_bytes() for p in vmrd.directory.iterdir() if p.is_file()} == before


def test_init_makes_a_lost_database_anew(vmrd):
    """And keeps vmrd.conf: also what an interrupted init left behind is completed so."""
    conf = (vmrd.directory / "vmrd.conf").read_bytes()
    (vmrd.directory / "vmrd.db").unlink()
    status, told, _ = command(vmrd, "init")
    assert status == 0
    vmrd.session.auth = ("admin", re.search(r"password\s+(\S+)", told).group(1))
    vmrd.start()
    assert vmrd.answers()
    assert (vmrd.directory / "vmrd.conf").read_bytes() == conf


def test_a_new_password_replaces_the_old_one(vmrd):
    vmrd.start()
    assert vmrd.answers()
    status, told, _ = command(vmrd, "passwd")
    assert status == 0
    new = re.search(r"password\s+(\S+)", told).group(1)
    assert new != vmrd.password
    assert not vmrd.answers()
    vmrd.session.auth = ("admin", new)
    assert vmrd.answers()


def test_a_password_for_nobody(vmrd):
    status, _, said = command(vmrd, "passwd", "nobody")
    assert status == 1 and said == "vmrd: there is no administrator 'nobody'\n"


def test_a_password_when_there_is_no_account(vmrd):
    """As after an init that was interrupted before it made one."""
    with sqlite3.connect(vmrd.directory / "vmrd.db") as db:
        db.execute("DELETE FROM administrator")
    db.close()
    status, told, _ = command(vmrd, "passwd")
    assert status == 0
    vmrd.session.auth = ("admin", re.search(r"password\s+(\S+)", told).group(1))
    vmrd.start()
    assert vmrd.answers()


def test_the_password_stands_in_no_file(vmrd):
    vmrd.start()
    assert vmrd.answers()
    vmrd.stop()
    for path in vmrd.directory.rglob("*"):
        assert path.is_dir() or vmrd.password.encode() not in path.read_bytes(), path


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["serve", "--help"], ["check", "--help"], ["--version"]])
def test_help_is_no_failure(vmrd, words):
    status, told, said = command(vmrd, *words)
    assert status == 0 and said == "" and "vmrd" in told


@pytest.mark.parametrize("words, answer", [
    (["fly"], "there is no command 'fly'"), (["--fly"], "there is no option '--fly'"), (["-C"], "-C needs a directory"),
    (["serve", "now"], "'serve' takes no arguments"), (["passwd", "a", "b"], "'passwd' takes one user name"),
    ([], "usage: vmrd")])
def test_misuse_is_status_2(vmrd, words, answer):
    done = subprocess.run([vmrd.binary, *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and done.stdout == "" and answer in done.stderr


# ---- what the logs say, and never say -----------------------------------------------------------

def full_day(world):
    """Everything that handles secrets, right and wrong; returns the secrets."""
    world.exchange.account("svc2", name="Service", impersonate=True, password=EXCHANGE_PASSWORD)
    world.vmrd.api("PATCH", f"ms_exchange_connector/{world.connector}/",
                   {"username": "svc2", "password": EXCHANGE_PASSWORD}, 202)
    details = world.details()
    item = world.invite(details, subject='Quoted "subject" \\ with\ttab')
    world.wait_answers(1)
    alias = alias_in(details)
    [room] = world.rooms()
    world.vmrd.api("PATCH", f"conference/{room['id']}/",
                   {"pin": HOST_PIN, "allow_guests": True, "guest_pin": GUEST_PIN}, 202)
    tokens = []
    wait_for(lambda: world.vmrd.request_token(alias).status_code == 403, "the PIN is in effect")
    for pin, status in ((WRONG_PIN, 403), (HOST_PIN, 200), (GUEST_PIN, 200)):
        answer = world.vmrd.request_token(alias, name="Zoë \"x\"\n", pin=pin)
        assert answer.status_code == status, (pin, answer.text)
        tokens += [answer.json()["result"]["token"]] if status == 200 else []
    url = f"{world.vmrd.client_url}/api/client/v2/conferences/{alias}"
    for token in tokens:
        with requests.get(f"{url}/events", params={"token": token}, stream=True, timeout=30) as events:
            assert events.status_code == 200
        assert requests.post(f"{url}/refresh_token", headers={"token": token}, timeout=30).status_code == 200
        assert requests.post(f"{url}/release_token", headers={"token": token}, timeout=30).status_code == 200
    refused = requests.get(world.vmrd.admin_url + "/api/admin/configuration/v1/conference/",
                           auth=("admin", WRONG_PASSWORD), timeout=30)
    assert refused.status_code == 401
    identity = world.exchange.token("olga", "https://wrong.example.com/")
    assert world.vmrd.meeting_details(world.connector, identity).status_code != 200
    world.exchange.fault("status", mailbox=ROOM, status=401)
    item.start, item.end = in_minutes(50), in_minutes(80)
    item.save(update_fields=["start", "end"], send_meeting_invitations="SendToAllAndSaveCopy")
    world.wait_answers(2)
    return [HOST_PIN, GUEST_PIN, WRONG_PIN, WRONG_PASSWORD, EXCHANGE_PASSWORD, world.vmrd.password,
            *tokens, *identity.split(".")]


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_no_secret_in_any_log(world, level):
    world.vmrd.api("PATCH", "global_settings/1/", {"log_level": level}, 202)
    set_conf(world.vmrd, log_to_stderr="true")
    reload(world.vmrd)
    secrets = full_day(world)
    world.vmrd.stop()
    files = [*(world.directory / "log").iterdir(), world.directory / "stderr"]
    assert len(files) == 3
    for path in files:
        text = path.read_text()
        assert len(text) > 1000, path
        assert [s for s in secrets if s in text] == [], path
        wrong = [line for line in text.splitlines() if not LINE.fullmatch(line)]
        assert wrong == [], path
    administrator = world.vmrd.log().splitlines()
    assert set(administrator) <= set(world.vmrd.log("support").splitlines()), "one is part of the other"
    for words in ("Signed in", "Created", "Changed", "Answer given", "Participant", "user name or password refused"):
        assert any(words in line for line in administrator), words


def test_answers_never_show_secrets(world):
    [connector] = world.vmrd.records("ms_exchange_connector")
    answer = world.vmrd.api("GET", f"ms_exchange_connector/{world.connector}/").text
    [(password, key)] = world.vmrd.query("SELECT password, private_key FROM ms_exchange_connector")
    assert connector["username"] == "svc" and password == "secret"
    assert f'"{password}"' not in answer and (not key or key not in answer)
    [admin] = world.vmrd.records("administrator")
    [(digest,)] = world.vmrd.query("SELECT password FROM administrator")
    assert digest not in str(admin)


def test_files_are_for_the_owner(world):
    for path in pathlib.Path(world.directory).glob("vmrd.db*"):
        assert path.stat().st_mode & 0o077 == 0, path
    for path in (world.directory / "log").iterdir():
        assert path.stat().st_mode & 0o007 == 0, path
