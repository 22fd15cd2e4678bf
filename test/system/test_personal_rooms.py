"""Personal rooms: signing in at Entra or AD FS (the emulator's), and whose rooms are offered."""

import re
import urllib.parse

import pytest
import requests

from world import World

TENANT = "6f1c9e5b-2a3d-4c5e-8f70-112233445566"
PARTY = "https://vmr.example.com/"


def at_entra(exchange):
    base = exchange.authority(TENANT)
    return {"auth_provider": "AZURE", "personal_vmr_oauth_client_id": "rooms",
            "personal_vmr_oauth_auth_endpoint": f"{base}/oauth2/v2.0/authorize",
            "personal_vmr_oauth_token_endpoint": f"{base}/oauth2/v2.0/token"}


def at_adfs(exchange):
    base = f"https://{exchange.amurl_host}/adfs"
    return {"auth_provider": "ADFS", "personal_vmr_oauth_client_id": "rooms",
            "personal_vmr_oauth_client_secret": "secret",
            "personal_vmr_oauth_auth_endpoint": f"{base}/oauth2/authorize/",
            "personal_vmr_oauth_token_endpoint": f"{base}/oauth2/token/",
            "personal_vmr_adfs_relying_party_trust_identifier": PARTY}


class Rooms(World):
    """A world whose add-in has personal rooms; the pane's side of the calls, and a browser's."""

    def __init__(self, exchange, directory, provider=at_entra):
        exchange.clear_faults()
        exchange.reset_counters()
        super().__init__(exchange, directory, enable_personal_vmrs=True, **provider(exchange))
        self.base = self.vmrd.addin_url(self.connector)
        self.https = self.base.replace("http://", "https://")

    def change(self, **fields):
        self.vmrd.api("PATCH", f"ms_exchange_connector/{self.connector}/", fields, 202)

    def room(self, name, owner, *aliases, **fields):
        return self.vmrd.create("conference", name=name, primary_owner_email_address=owner,
                                aliases=[{"alias": a} for a in aliases], **fields)

    # -- the pane -----------------------------------------------------------------------------

    def call(self, method, path, user="olga", **headers):
        token = self.exchange.token(user, self.https)
        return requests.request(method, self.base + path, headers={"token": token, **headers}, timeout=30)

    def rooms_of(self, user="olga"):
        answer = self.call("GET", "personal_vmrs", user)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def begin(self, user="olga"):
        answer = self.call("POST", "sign_in", user)
        assert answer.status_code == 200, answer.text
        url = answer.json()["result"]["url"]
        assert url.startswith(self.https + "sign_in?state=")
        return url

    def end(self, code, user="olga"):
        return self.call("POST", "signed_in", user, code=code)

    # -- the sign-in window -------------------------------------------------------------------

    def get(self, url):
        """One step of a browser; vmrd's add-in server is plain http here, behind a proxy elsewhere."""
        ours = url.startswith(self.https)
        return requests.get(url.replace(self.https, self.base) if ours else url, allow_redirects=False, timeout=30,
                            verify=True if ours else self.exchange.ca)

    def follow(self, url):
        answer = self.get(url)
        assert answer.status_code == 302, (answer.status_code, answer.text)
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.headers["Location"]

    def window(self, url, **choice):
        """From the pane's URL to where the window ends; choice: what the user does at the provider."""
        there = self.follow(url) + "&" + urllib.parse.urlencode(choice)
        back = self.follow(there)
        assert back.startswith(self.https + "signed_in?")
        return self.follow(back)

    def sign_in(self, user="olga", at_provider=None):
        end = urllib.parse.urlsplit(self.window(self.begin(user), chosen=at_provider or user))
        assert end.path.endswith("/signed-in.html") and not end.query
        return self.end(urllib.parse.parse_qs(end.fragment)["code"][0], user)

    def failure(self, location):
        parts = urllib.parse.urlsplit(location)
        assert parts.path.endswith("/signed-in.html") and not parts.fragment
        return urllib.parse.parse_qs(parts.query)["error"][0]

    def users(self):
        return self.vmrd.records("end_user")


@pytest.fixture(params=[at_entra, at_adfs], ids=["entra", "adfs"])
def world(exchange, tmp_path, request):
    w = Rooms(exchange, tmp_path / "vmrd", request.param)
    yield w
    w.close()


@pytest.fixture
def entra(exchange, tmp_path):
    w = Rooms(exchange, tmp_path / "vmrd")
    yield w
    w.close()


def test_signing_in_shows_the_rooms_of_that_address_and_is_remembered(world):
    world.room("Olga's room", "Olga@Example.com", "olga@vc.example.com", "4711", "olga", description="Upstairs")
    world.room("Ben's room", "ben@example.com", "ben@vc.example.com")
    world.room("Nobody's room", "", "nobody@vc.example.com")
    assert world.rooms_of() == {"signed_in": False, "rooms": []}
    answer = world.sign_in()
    assert answer.json() == {"status": "success", "result": {"signed_in": True, "email": "olga@example.com"}}
    result = world.rooms_of()
    assert result["signed_in"] and [r["name"] for r in result["rooms"]] == ["Olga's room"]
    [room] = result["rooms"]
    assert room["description"] == "Upstairs" and room["location"] == "olga@vc.example.com"
    assert "olga@vc.example.com" in room["instructions"] and "Olga&#39;s room" in room["instructions"]
    world.vmrd.stop()
    world.start()
    assert [r["name"] for r in world.rooms_of()["rooms"]] == ["Olga's room"]
    assert world.rooms_of("ben") == {"signed_in": False, "rooms": []}


def test_the_record_and_its_audit(world):
    assert world.users() == []
    world.sign_in()
    [user] = world.users()
    assert user["primary_email_address"] == "olga@example.com" and user["user_oid"] == ""
    assert user["exchange_user_id"].endswith(f"https://{world.exchange.amurl_host}/autodiscover/metadata/json/1")
    line = next(l for l in world.vmrd.log().splitlines() if 'Record="end_user"' in l)
    assert 'Message="Created" User="schedulingservice"' in line and 'EndUser="olga@example.com"' in line
    assert world.call("POST", "sign_out").json()["result"] == {"signed_in": False}
    assert world.rooms_of() == {"signed_in": False, "rooms": []}
    [user] = world.users()
    assert user["exchange_user_id"] == ""
    world.sign_in()
    assert len(world.users()) == 1
    assert world.call("POST", "sign_out", "ben").status_code == 200, "who is not signed in can sign out"


def test_single_use_rooms_are_not_offered(entra):
    entra.invite()
    entra.wait_answers(1)
    [made] = entra.rooms()
    entra.vmrd.api("PATCH", f"conference/{made['id']}/", {"primary_owner_email_address": "olga@example.com"}, 202)
    entra.sign_in()
    assert entra.rooms_of() == {"signed_in": True, "rooms": []}


def test_templates_have_their_variables(entra):
    entra.change(
        personal_vmr_instructions_template="{{name}}|{{description}}|{{domain_aliases|join(',')}}|"
        "{{other_aliases|join(',')}}|{{numeric_aliases|join(',')}}|{{pin}}|{{guest_pin}}|{{allow_guests}}",
        personal_vmr_location_template="{{numeric_aliases[0]}} at {{addin_server_domain}}",
        personal_vmr_name_template="Room <{{name}}>", personal_vmr_description_template="{{description|upper}}")
    entra.room("A & B", "olga@example.com", "a@vc.example.com", "77", "b@vc.example.com", "conf", "78",
               description="quiet", pin="1234", allow_guests=True, guest_pin="5678")
    entra.sign_in()
    [room] = entra.rooms_of()["rooms"]
    assert room["instructions"] == "A &amp; B|quiet|a@vc.example.com,b@vc.example.com|conf|77,78|1234|5678|True"
    assert room["location"] == "77 at " + urllib.parse.urlsplit(entra.base).netloc
    assert room["name"] == "Room <A & B>" and room["description"] == "QUIET"


def test_a_template_that_fails_is_made_good(entra):
    entra.change(personal_vmr_name_template="{{ name.no.such() }}")
    entra.room("Olga's room", "olga@example.com", "olga@vc.example.com")
    entra.sign_in()
    assert entra.rooms_of()["rooms"][0]["name"] == "Olga's room"
    assert 'Template="personal_vmr_name_template"' in entra.vmrd.log()


def test_new_users_only_where_that_is_allowed(entra):
    entra.change(allow_new_users=False)
    answer = entra.sign_in()
    assert answer.status_code == 403
    assert answer.json()["result"].startswith("Signing in failed: There is no user record for 'olga@example.com'")
    assert entra.users() == []
    entra.vmrd.create("end_user", primary_email_address="OLGA@example.com", display_name="Olga")
    assert entra.sign_in().status_code == 200
    assert entra.rooms_of()["signed_in"]


def test_the_window_alone_signs_nobody_in(entra):
    """Mallory begins, lures Olga to his link, and she signs in: he does not see her rooms."""
    entra.room("Olga's room", "olga@example.com", "olga@vc.example.com")
    end = entra.window(entra.begin("mia"), chosen="olga")
    assert entra.rooms_of("mia") == {"signed_in": False, "rooms": []}
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(end).fragment)["code"][0]
    assert entra.end(code, "ben").status_code == 403, "a code is of the user who asked"
    assert entra.end(code, "mia").status_code == 403, "and spent by whoever tries it"
    assert entra.users() == []


def test_what_goes_wrong_at_the_provider_is_told(world):
    error = world.failure(world.window(world.begin(), cancel=1))
    assert error == "Signing in failed: the provider refused: 'access_denied' The user cancelled."
    assert world.rooms_of() == {"signed_in": False, "rooms": []}


@pytest.mark.parametrize("document, kind, words", [
    ("oidc_token", {"kind": "status", "status": 500}, "the token endpoint answered with status 500 and no token"),
    ("oidc_token", {"kind": "html"}, "the token endpoint answered with status 200 and no token"),
    ("oidc_token", {"kind": "empty"}, "the token endpoint answered with status 200 and no token"),
    ("oidc_token", {"kind": "drop"}, "the sign-in at 'https://localhost:"),
    ("openid", {"kind": "status", "status": 503}, "cannot get the keys at 'https://localhost:"),
    ("jwks", {"kind": "html"}, "the key set is not JSON"),
])
def test_a_broken_provider_signs_nobody_in(entra, document, kind, words):
    entra.exchange.fault(operation=document, **kind)
    assert words in entra.failure(entra.window(entra.begin(), chosen="olga"))
    assert entra.users() == []


def test_a_state_is_used_once_and_invented_ones_are_refused(world):
    url = world.begin()
    back = world.follow(world.follow(url) + "&chosen=olga")
    assert "code=" in world.follow(back)
    over = "Signing in failed: This sign-in is over or was never begun; please start it again"
    assert world.failure(world.follow(back)) == over
    assert world.failure(world.follow(url)) == over
    for state in ("", "x", "A" * 43, "A" * 9000):
        assert world.failure(world.follow(f"{world.https}signed_in?code=x&state={state}")) == over
        assert world.failure(world.follow(f"{world.https}sign_in?state={state}")) == over
    assert world.exchange.requests_of("oidc_token") == 1


def test_a_sign_in_ends_after_ten_minutes(entra):
    url = entra.begin()
    for _ in range(5):
        entra.begin()  # the sixth of one user makes the first end
    assert "is over" in entra.failure(entra.follow(url))


def test_the_request_to_the_provider_has_what_it_must(world):
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(world.follow(world.begin())).query))
    assert query["response_type"] == "code" and query["redirect_uri"] == world.https + "signed_in"
    assert query["code_challenge_method"] == "S256" and len(query["code_challenge"]) == 43
    assert len({query["state"], query["nonce"], query["code_challenge"]}) == 3
    again = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(world.follow(world.begin())).query))
    assert again["state"] != query["state"] and again["nonce"] != query["nonce"]


def test_codes_of_another_sign_in_do_not_fit(world):
    """Two windows: the code of one with the state of the other fails by PKCE."""
    first, second = (world.follow(world.follow(world.begin(u)) + "&chosen=" + u) for u in ("olga", "ben"))
    queries = [dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(u).query)) for u in (first, second)]
    mixed = urllib.parse.urlencode({"code": queries[1]["code"], "state": queries[0]["state"]})
    assert "code_verifier does not fit" in world.failure(world.follow(f"{world.https}signed_in?{mixed}"))


def test_calls_need_the_users_token(entra):
    for method, path in (("GET", "personal_vmrs"), ("POST", "sign_in"), ("POST", "signed_in"), ("POST", "sign_out")):
        answer = requests.request(method, entra.base + path, timeout=30)
        assert answer.status_code == 403 and answer.json()["result"] == "Invalid Token: the request has no token"
        assert answer.headers["X-Correlation-Id"] in entra.vmrd.log()


def test_without_personal_rooms_nothing_is_said(entra):
    entra.change(enable_personal_vmrs=False)
    for method, path in (("GET", "personal_vmrs"), ("POST", "sign_in"), ("POST", "signed_in"), ("POST", "sign_out")):
        answer = entra.call(method, path)
        assert answer.status_code == 403
        assert answer.json()["result"] == "Personal rooms are switched off for this integration"
    assert "switched off" in entra.failure(entra.follow(entra.https + "sign_in?state=x"))


def test_users_of_entra_sign_in_too_and_their_tokens_address_counts_for_nothing(entra):
    """The add-in's token says olga@example.com; that alone shows nobody's rooms."""
    entra.room("Olga's room", "olga@example.com", "olga@vc.example.com")
    entra.change(addin_authentication_method="NAA_TOKEN", addin_application_id="client",
                 addin_authority_url=entra.exchange.authority(TENANT))

    def call(method, path, **headers):
        token = entra.exchange.entra_token("olga", tenant=TENANT, audience="client", client="client")
        return requests.request(method, entra.base + path, headers={"token": token, **headers}, timeout=30)

    assert call("GET", "personal_vmrs").json()["result"] == {"signed_in": False, "rooms": []}
    end = entra.window(call("POST", "sign_in").json()["result"]["url"], chosen="olga")
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(end).fragment)["code"][0]
    assert call("POST", "signed_in", code=code).status_code == 200
    assert [r["name"] for r in call("GET", "personal_vmrs").json()["result"]["rooms"]] == ["Olga's room"]
    [user] = entra.users()
    assert re.fullmatch(r"[0-9a-f-]{36}\." + TENANT, user["user_oid"]) and user["exchange_user_id"] == ""


def test_a_guest_of_the_tenant_proves_nothing(entra):
    entra.exchange.sign_in_claims({"idp": "https://sts.windows.net/0a1b2c3d-0000-4000-8000-000000000001/"})
    assert "the account is a guest's" in entra.failure(entra.window(entra.begin(), chosen="olga"))


@pytest.mark.parametrize("claims, words", [
    ({"nonce": "another"}, "the ID token: the token's 'nonce' is 'another'"),
    ({"nonce": None}, "the ID token: the token has no 'nonce'"),
    ({"aud": "others"}, "the token's 'aud' is 'others', expected 'rooms'"),
    ({"iss": "https://evil.example/v2.0"}, "the token's 'iss' is 'https://evil.example/v2.0'"),
    ({"exp": 1700000000}, "The token is not valid after 2023-11-14"),
    ({"email": None, "preferred_username": "olga"}, "the sign-in tells no e-mail address"),
    ({"email": "olga@example.com\n"}, "primary_email_address"),
])
def test_hostile_id_tokens(entra, claims, words):
    entra.exchange.sign_in_claims(claims)
    end = entra.window(entra.begin(), chosen="olga")
    if "code=" in end:  # an address that is none is noticed when it is to be remembered
        code = urllib.parse.parse_qs(urllib.parse.urlsplit(end).fragment)["code"][0]
        answer = entra.end(code)
        assert answer.status_code == 403 and words in answer.json()["result"]
    else:
        assert words in entra.failure(end)
    assert entra.users() == []


def test_tokens_codes_and_states_are_in_no_log_and_not_in_the_database(world):
    url = world.begin()
    there = world.follow(url)
    back = world.follow(there + "&chosen=olga")
    end = world.follow(back)
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(end).fragment)["code"][0]
    assert world.end(code).status_code == 200
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))
    text = world.vmrd.log() + world.vmrd.log("support")
    stored = (world.directory / "vmrd.db").read_bytes() + (world.directory / "vmrd.db-wal").read_bytes()
    for secret in (query["code"], query["state"], code):
        assert secret not in text and secret.encode() not in stored
    assert "eyJ" not in text and b"eyJ0" not in stored


def test_the_manifest_version_in_use_is_noted(entra):
    answer = entra.call("GET", "personal_vmrs", **{"X-Manifest-Version": "1.0.0.1"})
    assert answer.status_code == 200, answer.text

    def used():
        return [row[0] for row in entra.vmrd.query("SELECT version FROM addin_version WHERE last_used_time IS NOT NULL")]

    entra.wait(used, "the version is noted")
    assert used() == ["1.0.0.1"]
