"""The add-in's calls with access tokens of Entra, from the emulator's OpenID provider."""

import base64
import hashlib
import json
import urllib.parse

import pytest
import requests
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from world import World

TENANT = "6f1c9e5b-2a3d-4c5e-8f70-112233445566"
OTHER = "0a1b2c3d-0000-4000-8000-000000000001"
API = "11111111-2222-4333-8444-555555555555"
CLIENT = "99999999-8888-4777-8666-555555555555"
OUTLOOK = "bc59ab01-8403-45c6-8796-ac3ef710b3e3"
TOKEN = {"tenant": TENANT, "audience": API, "client": CLIENT}


def settings(exchange, **changed):
    return {"addin_authentication_method": "NAA_TOKEN", "addin_application_id": CLIENT,
            "addin_naa_web_api_application_id": API, "addin_authority_url": exchange.authority(TENANT), **changed}


@pytest.fixture
def world(exchange, tmp_path):
    exchange.clear_faults()
    exchange.reset_counters()
    w = World(exchange, tmp_path / "vmrd", **settings(exchange))
    yield w
    w.close()


def change(world, **fields):
    world.vmrd.api("PATCH", f"ms_exchange_connector/{world.connector}/", fields, 202)


def send(world, token):
    return world.vmrd.meeting_details(world.connector, token)


def ask(world, user="olga", **wishes):
    return send(world, world.exchange.entra_token(user, **{**TOKEN, **wishes}))


def aliases(world):
    return [row[0] for row in world.vmrd.query("SELECT alias FROM scheduled_alias")]


def part(value):
    return base64.urlsafe_b64encode(value if isinstance(value, bytes) else json.dumps(value).encode()).decode().rstrip("=")


def unpart(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_both_versions_get_an_alias(world):
    assert ask(world).status_code == 200
    assert ask(world, version=1, audience=f"api://{API}").status_code == 200
    host = urllib.parse.urlsplit(world.vmrd.client_url).netloc
    assert ask(world, version=1, audience=f"api://{host}/{API}").status_code == 200
    assert len(aliases(world)) == 3
    assert world.exchange.requests_of("openid") == 1 and world.exchange.requests_of("jwks") == 1


def test_the_tokens_are_read_by_another_implementation(world):
    metadata = requests.get(world.exchange.authority(TENANT) + "/v2.0/.well-known/openid-configuration",
                            verify=world.exchange.ca, timeout=10).json()
    keys = requests.get(metadata["jwks_uri"], verify=world.exchange.ca, timeout=10).json()["keys"]
    token = world.exchange.entra_token("olga", **TOKEN)
    signed, _, signature = token.rpartition(".")
    header = json.loads(unpart(signed.split(".")[0]))
    key = next(k for k in keys if k["kid"] == header["kid"])
    n, e = (int.from_bytes(unpart(key[name]), "big") for name in "ne")
    rsa.RSAPublicNumbers(e, n).public_key().verify(unpart(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    claims = json.loads(unpart(signed.split(".")[1]))
    assert claims["iss"] == metadata["issuer"] and claims["tid"] == TENANT


@pytest.mark.parametrize("wishes, words", [
    ({"audience": OTHER}, f"'aud' is '{OTHER}', expected '{API}'"),
    ({"audience": CLIENT}, f"'aud' is '{CLIENT}', expected '{API}'"),
    ({"client": OTHER}, f"'azp' is '{OTHER}', expected '{CLIENT}'"),
    ({"version": 1, "audience": f"api://{API}", "client": OUTLOOK}, f"'appid' is '{OUTLOOK}', expected '{CLIENT}'"),
    ({"issuer": "https://sts.example.com/"}, "'iss' is 'https://sts.example.com/', expected 'https://localhost:"),
    ({"tenant": OTHER}, f"'iss' is 'https://localhost:"),
    ({"claims": {"tid": OTHER}}, f"'tid' is '{OTHER}', expected '{TENANT}'"),
    ({"claims": {"scp": "Mail.Read"}}, "'scp' is 'Mail.Read', expected 'access_as_user'"),
    ({"claims": {"scp": None}}, "ID token (it has no 'scp'), expected an access token"),
    ({"claims": {"nonce": "n"}}, "ID token (it has 'nonce'), expected an access token"),
    ({"claims": {"scp": None, "roles": ["all"]}}, "an application's own"),
    ({"claims": {"oid": None}}, "the token has no 'oid'"),
    ({"claims": {"ver": "3.0"}}, "'ver' is '3.0', expected '1.0' or '2.0'"),
    ({"not_before_in": -9000, "expires_in": -1200}, "The token is not valid after 20"),
    ({"not_before_in": 1200}, "The token is not valid until 20"),
    ({"header": {"alg": "none"}, "sign": False}, "'none'"),
    ({"header": {"alg": "None"}}, "'None'"),
    ({"sign": False}, "not signed"),
    ({"header": {"alg": "ES256"}}, "'ES256'"),
    ({"header": {"kid": "AAAA"}}, "signing key 'AAAA' is not among those at 'https://localhost:"),
    ({"header": {"kid": "../../keys"}}, "does not name its signing key"),
    ({"header": {"kid": "' OR 1=1 --"}}, "does not name its signing key"),
    ({"header": {"jku": "https://elsewhere.example.com/keys"}}, "'jku'"),
    ({"header": {"x5u": "https://elsewhere.example.com/keys"}}, "'x5u'"),
    ({"header": {"jwk": {"kty": "oct"}}}, "'jwk'"),
    ({"header": {"x5c": ["MIIB"]}}, "'x5c'"),
    ({"header": {"crit": ["exp"]}}, "'crit'"),
    ({"header": {"typ": "id+jwt"}}, "type 'id+jwt'"),
])
def test_refusals_say_what_was_found_and_expected(world, wishes, words):
    answer = ask(world, **wishes)
    assert answer.status_code == 403, answer.text
    result = answer.json()["result"]
    assert result.startswith("Invalid Token: ") and words in result
    assert aliases(world) == []
    line = next(line for line in world.vmrd.log().splitlines() if answer.headers["X-Correlation-Id"] in line)
    assert words in line.replace('\\"', '"')


def test_a_key_of_ones_own_makes_no_token(world):
    """Claims as Entra writes them, signed by somebody else: RS256, and HS256 under the public key."""
    header, claims, _ = world.exchange.entra_token("olga", **TOKEN).split(".")
    own = rsa.generate_private_key(65537, 2048)
    forged = own.sign(f"{header}.{claims}".encode(), padding.PKCS1v15(), hashes.SHA256())
    answer = send(world, f"{header}.{claims}.{part(forged)}")
    assert answer.json()["result"] == "Invalid Token: the token's signature is not valid"
    jwks = requests.get(world.exchange.authority(TENANT) + "/discovery/v2.0/keys", verify=world.exchange.ca, timeout=10)
    hs256 = part({**json.loads(unpart(header)), "alg": "HS256"})
    mac = hmac.HMAC(unpart(jwks.json()["keys"][0]["n"]), hashes.SHA256())
    mac.update(f"{hs256}.{claims}".encode())
    answer = send(world, f"{hs256}.{claims}.{part(mac.finalize())}")
    assert "'HS256' is not accepted" in answer.json()["result"]
    assert aliases(world) == []


def test_other_spellings_of_a_token_are_none(world):
    """Base64url that decodes to the same bytes, padding, a fourth part, a token of 100 kB."""
    good = world.exchange.entra_token("olga", **TOKEN)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = alphabet[alphabet.index(good[-1]) ^ 1]  # 256 bytes leave four bits of the last character unused
    assert unpart((good[:-1] + twin).rpartition(".")[2]) == unpart(good.rpartition(".")[2])
    for token in (good[:-1] + twin, good + "=", good + ".x", good.replace(".", "..", 1), good.rpartition(".")[0] + "."):
        assert send(world, token).status_code == 403
    assert send(world, good + "A" * 20000).status_code == 403
    assert send(world, "A" * 100_000).status_code == 400, "more than a request's headers may be"
    assert aliases(world) == []
    assert send(world, good).status_code == 200


def test_exchange_tokens_are_no_entra_tokens_and_the_other_way_round(world):
    audience = world.vmrd.addin_url(world.connector).replace("http://", "https://")
    answer = send(world, world.exchange.token("olga", audience))
    assert answer.status_code == 403 and "signing key" in answer.json()["result"]
    assert world.exchange.requests_of("metadata") == 0
    change(world, addin_authentication_method="EXCHANGE_USER_ID_TOKEN")
    assert send(world, world.exchange.token("olga", audience)).status_code == 200
    answer = ask(world)
    assert answer.status_code == 403 and "Token Appctx 'amurl' domain ''" in answer.json()["result"]


def test_single_sign_on_tokens_come_from_office(world):
    change(world, addin_authentication_method="SSO_TOKEN", addin_application_id=API)
    assert ask(world, client=OUTLOOK).status_code == 200
    answer = ask(world, client=OTHER)
    assert answer.status_code == 403 and "an application of Office" in answer.json()["result"]
    change(world, addin_authorized_client_ids=f"{OTHER}\n")
    assert ask(world, client=OTHER).status_code == 200


def test_new_keys_are_known_within_a_minute_and_invented_ones_fetch_nothing(world):
    assert ask(world).status_code == 200
    for _ in range(5):
        assert ask(world, header={"kid": "invented"}).status_code == 403
    assert world.exchange.requests_of("jwks") == 1
    world.exchange.rotate_oidc_keys()
    assert ask(world).status_code == 403, "asked a moment ago"
    world.vmrd.stop()
    world.start()
    assert ask(world).status_code == 200


def test_given_keys_need_no_authority(world):
    keys = requests.get(world.exchange.authority(TENANT) + "/discovery/v2.0/keys", verify=world.exchange.ca, timeout=10).text
    change(world, addin_jwks=keys)
    world.exchange.reset_counters()
    assert ask(world).status_code == 200
    assert ask(world, header={"kid": "other"}).status_code == 403
    assert world.exchange.requests_of("openid") == 0 and world.exchange.requests_of("jwks") == 0
    change(world, addin_jwks='{"keys": []}')
    answer = ask(world)
    assert answer.status_code == 503 and "no RSA key" in answer.json()["result"]


@pytest.mark.parametrize("document", ["openid", "jwks"])
@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "status", "status": 302}, {"kind": "html"},
                                   {"kind": "cut", "bytes": 20}], ids=["500", "redirect", "html", "cut"])
def test_a_broken_authority_is_no_invalid_token(world, document, fault):
    world.exchange.fault(operation=document, **fault)
    answer = ask(world)
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert "cannot get the keys at 'https://localhost:" in answer.json()["result"]
    assert ask(world, "ben").status_code == 503
    assert world.exchange.requests_of(document) == 1, "it is not asked again at once"


def test_users_of_entra_have_their_allowance_and_their_own_aliases(world):
    first = send(world, world.exchange.entra_token("olga", **TOKEN))
    headers = {"Idempotency-Key": "pane-1"}
    answers = [world.vmrd.meeting_details(world.connector, world.exchange.entra_token(user, **TOKEN), **headers)
               for user in ("olga", "olga", "ben")]
    ids = [a.json()["result"]["alias_id"] for a in answers]
    assert ids[0] == ids[1] != ids[2] and first.json()["result"]["alias_id"] not in ids
    world.vmrd.api("PATCH", "global_settings/1/", {"alias_requests_per_user_per_hour": 1}, 202)
    assert ask(world, "mia").status_code == 200
    assert ask(world, "mia").status_code == 429


def test_tokens_are_in_no_log(world):
    good = world.exchange.entra_token("olga", **TOKEN)
    bad = world.exchange.entra_token("olga", **{**TOKEN, "audience": OTHER})
    assert send(world, good).status_code == 200 and send(world, bad).status_code == 403
    for log in ("administrator", "support"):
        text = world.vmrd.log(log)
        for token in (good, bad):
            assert not any(piece in text for piece in token.split("."))
            assert hashlib.sha256(token.encode()).hexdigest() not in text


@pytest.mark.parametrize("fields, field, words", [
    ({"addin_application_id": ""}, "addin_application_id", "is needed with NAA_TOKEN"),
    ({"addin_authority_url": "https://login.microsoftonline.com/common"}, "addin_authority_url", "<tenant ID>"),
    ({"addin_oidc_metadata_url": "http://login.example.com/"}, "addin_oidc_metadata_url", "https://"),
])
def test_settings_that_cannot_work_are_not_saved(world, fields, field, words):
    answer = world.vmrd.api("PATCH", f"ms_exchange_connector/{world.connector}/", fields, 400)
    assert words in answer.json()["ms_exchange_connector"][field][0]
