"""The Exchange emulator as the tests see it: a process, accounts, and a look behind the scenes."""

import base64
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import urllib.parse

import requests
from exchangelib import (
    BASIC, DELEGATE, IMPERSONATION, Account, Build, Configuration, Credentials, FaultTolerance,
    Version,
)
from exchangelib.protocol import BaseProtocol, close_connections

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / os.environ.get("BUILD_DIR", "build-test")
EXCHANGE_2019 = Version(build=Build(15, 2, 1544, 4), api_version="Exchange2016")
START_SECONDS = 30
STOP_SECONDS = 20


class EmulatorError(Exception):
    """The control interface refused."""


class Emulator:
    """exchange-emulator in a directory of its own. Use it as a context manager."""

    def __init__(self, directory=None, record=True, keep_alive=45, environment=None, arguments=()):
        self._temporary = None
        if directory is None:
            self._temporary = tempfile.TemporaryDirectory(prefix="emulator-")
            directory = self._temporary.name
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.record = self.directory / "record" if record else None
        self._command = [
            str(BUILD / "emulator" / "exchange-emulator"),
            "--state", str(self.directory / "state"),
            "--ready-file", str(self.directory / "ready.json"),
            "--keep-alive", str(keep_alive),
            *(["--record", str(self.record)] if record else []),
            *arguments,
        ]
        self._environment = {**os.environ, **(environment or {})}
        self._session = requests.Session()
        self._session.trust_env = False
        self.process = None

    def start(self):
        ready = self.directory / "ready.json"
        ready.unlink(missing_ok=True)
        self.log = open(self.directory / "emulator.log", "ab")
        self.process = subprocess.Popen(
            self._command, stdout=self.log, stderr=self.log, env=self._environment)
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the emulator does not start: " + self.output())
            time.sleep(0.02)
        facts = json.loads(ready.read_text())
        self.url, self.control, self.ca = facts["ews"], facts["control"], facts["ca"]
        self.port, self.amurl_host = facts["ews_port"], facts["amurl_host"]
        return self

    def stop(self):
        """Ends the process; returns its exit status, which sanitizers make non-zero."""
        close_connections()
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.log.close()
            if self._temporary:
                self._temporary.cleanup()

    def output(self):
        return (self.directory / "emulator.log").read_text(errors="replace")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        output = self.output
        status = self.process.poll()
        text = output() if status is not None else None
        status = self.stop()
        if status != 0:
            raise RuntimeError(f"the emulator ended with status {status}: {text or ''}")

    def forget_record(self):
        for path in self.record.glob("*.xml"):
            path.unlink()

    # -- control ---------------------------------------------------------------------------

    def _control(self, method, path, body=None):
        answer = self._session.request(method, self.control + path, json=body, timeout=120)
        result = answer.json()
        if answer.status_code != 200:
            raise EmulatorError(result.get("error", answer.text))
        return result

    def account(self, user, smtp=None, password="secret", **wishes):
        """Adds an account with its mailbox: name, impersonate, mailbox, equipment, processing."""
        smtp = smtp or f"{user}@example.com"
        self._control("POST", "/accounts",
                      {"user": user, "password": password, "smtp": smtp, **wishes})
        return smtp

    def mailbox(self, smtp, **wishes):
        self._control("POST", "/mailboxes", {"smtp": smtp, **wishes})
        return smtp

    def impersonation(self, user, allowed):
        """Whom the account may impersonate from now on: True (everybody) or a list of addresses."""
        self._control("POST", "/impersonation", {"user": user, "impersonate": allowed})

    def renew(self, smtp):
        """The mailbox is moved to another database: all ids change, UIDs stay."""
        self.mailbox(smtp, renew=True)
        self.streams("cut")

    def token(self, user, audience, **wishes):
        return self._control("POST", "/token",
                             {"user": user, "audience": audience, **wishes})["token"]

    def entra_token(self, user, **wishes):
        """An access token of the emulator's Entra; wishes: tenant, audience, client, version, ..."""
        return self._control("POST", "/oidc/token", {"user": user, **wishes})["token"]

    def authority(self, tenant):
        return f"https://{self.amurl_host}/oidc/{tenant}"

    def sign_in_claims(self, claims):
        """Put over the next ID tokens' claims; None takes one out. Until reset()."""
        self._control("POST", "/oidc/claims", claims)

    def rotate_oidc_keys(self):
        self._control("POST", "/oidc/rotate", {})

    def fault(self, kind, operation=None, **parameters):
        rule = {"kind": kind, **parameters}
        if operation:
            rule["operation"] = operation
        self._control("POST", "/faults", rule)

    @property
    def mail_url(self):
        """The mail page, in which users try the add-in."""
        return self.control + "/mail/"

    def install_addin(self, url, audience, sso=None):
        """What the mail page shows beside a new meeting; the audience is that of its identity tokens, sso the
        manifest's WebApplicationInfo: tenant, audience, client, scope of access tokens."""
        self._control("POST", "/addin", {"url": url, "audience": audience, **({"sso": sso} if sso else {})})

    def clear_faults(self):
        self._control("DELETE", "/faults")

    def counters(self):
        return self._control("GET", "/counters")

    def requests_of(self, operation):
        return self.counters()["operations"].get(operation, {}).get("requests", 0)

    def reset_counters(self):
        self._control("DELETE", "/counters")

    def items(self, smtp, folder=None, **having):
        """What lies in the mailbox, newest first; having: properties that must be equal."""
        path = f"/mailboxes/{urllib.parse.quote(smtp)}/items"
        found = self._control("GET", path + (f"?folder={folder}" if folder else ""))
        return [i for i in found if all(i.get(k) == v for k, v in having.items())]

    def deliver(self, to, **wishes):
        """Puts messages straight into the inbox; returns their UIDs."""
        return self._control("POST", "/deliver", {"to": to, **wishes})["uids"]

    def streams(self, end):
        self._control("POST", "/streams", {"end": end})

    def reset(self):
        self._control("POST", "/reset")
        close_connections()

    def wait_for(self, what, seconds=10):
        """Calls what() until it is true; returns its value."""
        deadline = time.monotonic() + seconds
        while not (value := what()):
            if time.monotonic() > deadline:
                raise AssertionError("it did not happen in time")
            time.sleep(0.02)
        return value

    # -- clients ---------------------------------------------------------------------------

    def client(self, user, smtp=None, password="secret", impersonate=False, patient=False):
        """exchangelib's Account for that user's (or, impersonating, another's) mailbox."""
        config = Configuration(
            service_endpoint=self.url, credentials=Credentials(user, password),
            auth_type=BASIC, version=EXCHANGE_2019,
            **({"retry_policy": FaultTolerance(max_wait=60)} if patient else {}))
        smtp = smtp or f"{user}@example.com"
        return Account(
            primary_smtp_address=smtp, config=config, autodiscover=False,
            access_type=IMPERSONATION if impersonate else DELEGATE)

    def post(self, body, user=None, password="secret", headers=None, operation_only=True):
        """Sends one request by hand: the inside of soap:Body, or a whole envelope."""
        if operation_only:
            body = ENVELOPE.format(header="", body=body)
        headers = {"Content-Type": "text/xml; charset=utf-8", **(headers or {})}
        if user:
            text = base64.b64encode(f"{user}:{password}".encode()).decode()
            headers["Authorization"] = "Basic " + text
        return self._session.post(self.url, data=body.encode() if isinstance(body, str) else body,
                                  headers=headers, verify=self.ca, timeout=60)


ENVELOPE = """<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"
 xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
 xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">
<soap:Header><t:RequestServerVersion Version="Exchange2016"/>{header}</soap:Header>
<soap:Body>{body}</soap:Body></soap:Envelope>"""


def trust(ca):
    """Lets exchangelib (requests) verify the emulator's certificate with its CA."""
    os.environ["REQUESTS_CA_BUNDLE"] = str(ca)
    BaseProtocol.TIMEOUT = 60
