"""The pages in a real browser: test/browser has the cases, this puts up the world they play in."""

import contextlib
import http.server
import json
import pathlib
import shutil
import sqlite3
import subprocess
import threading

import pytest

from emulator import BUILD, ROOT, Emulator, trust
from world import World

BROWSER = ROOT / "test" / "browser"
RUN_SECONDS = 420
SECURE = "rooms: "  # cases that want TLS
TENANT = "6f1c9e5b-2a3d-4c5e-8f70-112233445566"
API = "11111111-2222-4333-8444-555555555555"
CLIENT = "99999999-8888-4777-8666-555555555555"


def absent():
    """Why there is nothing to run; empty when there is everything."""
    if not shutil.which("node") or not pathlib.Path("/usr/bin/chromium").exists():
        return "there is no node, or no chromium"
    if not (BROWSER / "node_modules" / "playwright-core").exists():
        return "playwright is not installed (tools/deps test)"
    pages = [p for p in ("mail", "addin", "join") if not (ROOT / "web" / "dist" / p / "index.html").exists()]
    return f"not built (tools/build-web): {' '.join(pages)}" if pages else ""


ABSENT = absent()


def names():
    if ABSENT:
        return ["the browser"]
    done = subprocess.run(["node", "run.mjs", "--list"], cwd=BROWSER, capture_output=True, text=True, check=True, timeout=60)
    return json.loads(done.stdout)


class Stage:
    """What cases may ask for: POST /<verb>, a JSON object in, one out."""

    def __init__(self, world):
        self.world = world
        self.locks = contextlib.ExitStack()

    def stop(self):
        self.world.vmrd.stop()

    def start(self):
        self.world.vmrd.start(**self.world.vmrd.environment)

    def lock(self):
        """As if the management node's disk hung: its database cannot be written."""
        db = sqlite3.connect(self.world.directory / "vmrd.db", isolation_level=None, check_same_thread=False)
        db.execute("BEGIN EXCLUSIVE")
        self.locks.callback(db.close)

    def unlock(self):
        self.locks.close()

    def integration(self, **fields):
        self.world.vmrd.api("PATCH", f"ms_exchange_connector/{self.world.connector}/", fields, 202)

    def wait_room(self, subject):
        self.world.wait(lambda: any(subject in r["name"] for r in self.world.rooms()), f"a room for {subject}")


def serve(stage):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            wish = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            try:
                status, result = 200, getattr(stage, self.path[1:])(**wish) or {}
            except Exception as error:  # whatever it is, the case that asked is the one to say so
                status, result = 500, {"error": repr(error)}
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(result).encode())

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def plain_world(exchange, directory):
    """As tools/demo has it: plain HTTP, identity tokens."""
    return World(exchange, directory)


def secure_world(exchange, directory):
    """As a real one: TLS, and people sign in at a provider."""
    authority = exchange.authority(TENANT)
    tls = {"client_certificate": exchange.ca.replace("ca.pem", "server.pem"),
           "client_key": exchange.ca.replace("ca.pem", "server.key")}
    world = World(exchange, directory, conf=tls, enable_personal_vmrs=True, auth_provider="AZURE",
                  personal_vmr_oauth_client_id="rooms",
                  personal_vmr_oauth_auth_endpoint=f"{authority}/oauth2/v2.0/authorize",
                  personal_vmr_oauth_token_endpoint=f"{authority}/oauth2/v2.0/token",
                  addin_application_id=CLIENT, addin_naa_web_api_application_id=API, addin_authority_url=authority)
    for name in ("Olga's room", "Olga's other room"):
        alias = name.replace("'s", "").replace(" ", "-").lower()
        world.vmrd.create("conference", name=name, primary_owner_email_address="olga@example.com",
                          aliases=[{"alias": f"{alias}@vc.example.com"}])
    return world


@contextlib.contextmanager
def stage_for(make_world, directory):
    """The facts that cases need to find their way about a world."""
    with Emulator(directory / "exchange", record=False) as exchange:
        trust(exchange.ca)
        world = make_world(exchange, directory / "vmrd")
        world.install_addin({"tenant": TENANT, "audience": CLIENT, "client": CLIENT, "scope": "access_as_user"})
        stage = Stage(world)
        server = serve(stage)
        try:
            yield {"stage": f"http://127.0.0.1:{server.server_port}", "control": exchange.control}
        finally:
            stage.unlock()
            server.shutdown()
            world.close()


def play(make_world, directory, pictures, cases):
    """Runs the cases in one world; their outcomes by name, and what went to standard error."""
    if not cases:
        return {}, ""
    with stage_for(make_world, directory) as facts:
        facts["pictures"] = str(pictures)
        done = subprocess.run(["node", "run.mjs", json.dumps(facts), json.dumps(cases)], cwd=BROWSER,
                              capture_output=True, text=True, timeout=RUN_SECONDS)
    return {o["name"]: o for o in map(json.loads, done.stdout.splitlines())}, done.stderr


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory, request):
    if ABSENT:  # a browser and its driver are no part of vmrd: the gate installs them
        pytest.skip(ABSENT)
    pictures = BUILD / "pictures"
    shutil.rmtree(pictures, ignore_errors=True)
    wanted = [i.callspec.params["name"] for i in request.session.items if i.originalname == "test_browser"]
    secure = [name for name in wanted if name.startswith(SECURE)]
    plain = [name for name in wanted if name not in secure]
    played = [play(plain_world, tmp_path_factory.mktemp("plain"), pictures, plain),
              play(secure_world, tmp_path_factory.mktemp("secure"), pictures, secure)]
    print(f"pictures of every state: {pictures}")
    return {**played[0][0], **played[1][0]}, played[0][1] + played[1][1]


@pytest.mark.parametrize("name", names())
def test_browser(outcomes, name):
    results, errors = outcomes
    assert name in results, f"it did not run: {errors[-2000:]}"
    assert results[name]["failed"] is None, results[name]["failed"]
