"""The program itself: options, errors, accounts from a file, a clean end."""

import json
import os
import socket
import subprocess

from emulator import BUILD, Emulator, trust

PROGRAM = str(BUILD / "emulator" / "exchange-emulator")


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=30)


def test_help():
    shown = run("--help")
    assert shown.returncode == 0
    for option in "--listen", "--control", "--state", "--accounts", "--record", "--ready-file":
        assert option in shown.stdout


def test_wrong_options():
    assert run("--frobnicate").returncode == 2
    assert "HOST:PORT" in run("--listen", "nonsense").stderr
    assert "seconds" in run("--keep-alive", "0").stderr


def test_port_in_use(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run("--state", str(tmp_path), "--listen", f"127.0.0.1:{port}")
    assert refused.returncode == 1 and "in use" in refused.stderr and str(port) in refused.stderr


def test_accounts_from_a_file(tmp_path, shared_emulator):
    path = tmp_path / "accounts.json"
    path.write_text(json.dumps([
        {"user": "olga", "password": "p", "smtp": "olga@example.com", "name": "Olga"},
        {"user": "svc", "password": "s", "smtp": "svc@example.com", "mailbox": False,
         "impersonate": True}]))
    with Emulator(tmp_path / "run", arguments=["--accounts", str(path)]) as other:
        trust(other.ca)
        assert other.client("olga", password="p").inbox.total_count == 0
        assert other.client("svc", "olga@example.com", "s", impersonate=True).inbox.id
    trust(shared_emulator.ca)


def test_broken_accounts_file(tmp_path):
    path = tmp_path / "accounts.json"
    for text in "[", "{}", '[{"user": "x"}]':
        path.write_text(text)
        refused = run("--state", str(tmp_path / "state"), "--accounts", str(path))
        assert refused.returncode == 1 and refused.stderr.startswith("exchange-emulator: ")


def test_key_is_for_its_owner_only(tmp_path, shared_emulator):
    with Emulator(tmp_path) as other:
        key = tmp_path / "state" / "server.key"
        assert os.stat(key).st_mode & 0o077 == 0
        assert other.process.poll() is None
    assert other.process.returncode == 0
