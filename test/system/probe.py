"""The exchange driver by itself: exchange-probe, driven verb by verb."""

import json
import subprocess

from emulator import BUILD

ANSWER_SECONDS = 90


class Probe:
    """One session of the driver. Use it as a context manager."""

    def __init__(self, url, ca, mailbox="room@example.com", user="svc", password="secret", timeout_ms=20000,
                 direct=False):
        self.process = subprocess.Popen(
            [str(BUILD / "src" / "exchange-probe"), url, mailbox, user, password, str(ca), str(timeout_ms),
             *(["direct"] if direct else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.requests = 0

    def __call__(self, verb, **arguments):
        self.process.stdin.write(json.dumps({"verb": verb, **arguments}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        self.requests = answer["requests"]
        return answer

    def ok(self, verb, **arguments):
        answer = self(verb, **arguments)
        assert answer["ok"], answer
        return answer

    def fails(self, verb, code, **arguments):
        answer = self(verb, **arguments)
        assert not answer["ok"] and answer["code"] == code, answer
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        assert self.process.wait(ANSWER_SECONDS) == 0
        self.process.stdout.close()
