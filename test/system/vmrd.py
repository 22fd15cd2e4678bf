"""A vmrd of its own for a test or the demo: configuration directory, process, management API."""

import itertools
import json
import os
import pathlib
import random
import re
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.parse

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
PORT_RANGES, PORTS = 8, 1500
PATIENCE_S = 30  # until something that must happen has happened


def ports_of_worker():
    """Where tests run side by side each worker has a range of its own; none comes twice in a row."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % PORT_RANGES
    begin = random.randrange(PORTS)
    return (20000 + worker * PORTS + n % PORTS for n in itertools.count(begin))


PORTS_HERE = ports_of_worker()


def free_port():
    """A port below those that the kernel gives to outgoing connections, so that it stays free while
    vmrd is being restarted."""
    for port in PORTS_HERE:
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def wait_for(condition, what, seconds=PATIENCE_S):
    """The first true value of condition(); fails with `what` after so many seconds."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise TimeoutError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.01)


class Vmrd:
    """`with Vmrd(tmp_path) as vmrd:` runs `vmrd serve` until the block ends."""

    def __init__(self, directory, build=None, ports=None, **conf):
        self.directory = pathlib.Path(directory)
        self.binary = ROOT / (build or os.environ.get("BUILD_DIR", "build-test")) / "src" / "vmrd"
        self.process = None
        self.environment = {}
        out = self.run("init").stdout
        self.password = re.search(r"password\s+(\S+)", out).group(1)
        client, admin = ports or (free_port(), free_port())
        settings = {
            "client_listen": f"127.0.0.1:{client}",
            "admin_listen": f"127.0.0.1:{admin}",
            "log_to_stderr": "false",
            "web_directory": str(ROOT / "web" / "dist" / "join"),
            "addin_directory": str(ROOT / "web" / "dist" / "addin"),
            **conf,
        }
        (self.directory / "vmrd.conf").write_text("".join(f"{k} = {v}\n" for k, v in settings.items()))
        scheme = "https" if settings.get("client_certificate") else "http"
        self.client_url = f"{scheme}://127.0.0.1:{client}"
        self.admin_url = f"http://127.0.0.1:{admin}"
        self.session = requests.Session()
        self.session.auth = ("admin", self.password)
        self.session.trust_env = False

    def run(self, *words):
        """One command to its end; its output as text."""
        done = subprocess.run([self.binary, "-C", self.directory, *words], capture_output=True, text=True, timeout=60)
        if done.returncode:
            raise RuntimeError(f"vmrd {' '.join(words)} failed: {done.stderr or done.stdout}")
        return done

    def start(self, wait=True, **environment):
        self.environment = environment
        with open(self.directory / "stderr", "ab") as stderr:
            self.process = subprocess.Popen(
                [self.binary, "-C", self.directory, "serve"], stderr=stderr, stdout=stderr,
                env={**os.environ, **environment})
        if not wait:
            return self
        wait_for(lambda: self.process.poll() is not None or self.answers(), "vmrd answers")
        if self.process.poll() is not None and "VMRD_KILL_AT" not in environment:
            raise RuntimeError("vmrd ended: " + (self.directory / "stderr").read_text()[-2000:])
        return self

    def answers(self):
        try:
            return self.session.get(self.admin_url + "/api/admin/configuration/v1/global_settings/1/",
                                    timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def stop(self):
        """SIGTERM, and its exit status."""
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=PATIENCE_S)
        self.process = None
        return status

    def kill(self):
        self.process.kill()
        self.process.wait(timeout=PATIENCE_S)
        self.process = None

    def __enter__(self):
        return self.start(**self.environment) if self.process is None else self

    def __exit__(self, *unused):
        self.stop()

    # -- management API -------------------------------------------------------------------------

    def api(self, method, path, body=None, status=None):
        answer = self.session.request(method, f"{self.admin_url}/api/admin/configuration/v1/{path}", json=body, timeout=30)
        if status is not None and answer.status_code != status:
            raise AssertionError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer

    def create(self, record, **fields):
        """The id of the new record."""
        answer = self.api("POST", f"{record}/", fields, 201)
        return int(answer.headers["Location"].rstrip("/").rsplit("/", 1)[1])

    def records(self, record, **filters):
        query = urllib.parse.urlencode({"limit": 0, **filters})
        return self.api("GET", f"{record}/?{query}", status=200).json()["objects"]

    def status(self, record):
        answer = self.session.get(f"{self.admin_url}/api/admin/status/v1/{record}/?limit=0", timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()["objects"]

    def add_integration(self, emulator, mailbox, username, password, name="Head office", **fields):
        """An integration with the emulator's mailbox, and the emulator's host among its domains."""
        connector = self.create(
            "ms_exchange_connector", name=name, url=emulator.url, room_mailbox_email_address=mailbox,
            room_mailbox_name="Video meeting", username=username, password=password,
            ca_certificates=pathlib.Path(emulator.ca).read_text(), scheduled_alias_domain="vc.example.com",
            addin_server_domain=urllib.parse.urlsplit(self.client_url).netloc, **fields)
        self.create("exchange_domain", domain=f"https://{emulator.amurl_host}",
                    exchange_connector=f"/api/admin/configuration/v1/ms_exchange_connector/{connector}/")
        return connector

    # -- add-in and client API ------------------------------------------------------------------

    def addin_url(self, connector):
        return f"{self.client_url}/api/client/v2/msexchange_schedulers/{connector}/"

    def meeting_details(self, connector, token, **headers):
        return requests.get(self.addin_url(connector) + "meeting_details", headers={"token": token, **headers}, timeout=30)

    def request_token(self, alias, name="Guest", pin="none"):
        return requests.post(f"{self.client_url}/api/client/v2/conferences/{urllib.parse.quote(alias)}/request_token",
                             json={"display_name": name}, headers={"pin": pin}, timeout=30)

    # -- looking inside -------------------------------------------------------------------------

    def log(self, which="administrator"):
        return (self.directory / "log" / f"{which}.log").read_text()

    def query(self, sql, *parameters):
        """Rows of the database, read beside the running process."""
        with sqlite3.connect(f"file:{self.directory}/vmrd.db?mode=ro", uri=True) as db:
            return db.execute(sql, parameters).fetchall()

    def set_clock(self, seconds):
        """How far vmrd's clock is ahead; the process must run with VMRD_CLOCK_FILE set to this file."""
        path = self.directory / "clock"
        path.write_text(str(int(seconds)))
        return str(path)


