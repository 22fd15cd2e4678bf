"""Exchange identity tokens, checked with another implementation of JWT's parts."""

import base64
import json
import time

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

AUDIENCE = "https://join.example.com/addin.html"


@pytest.fixture
def ben(exchange):
    exchange.account("ben")
    return exchange


def part(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(token):
    header, claims, signature = token.split(".")
    return json.loads(part(header)), json.loads(part(claims)), part(signature)


def metadata(exchange):
    url = f"https://{exchange.amurl_host}/autodiscover/metadata/json/1"
    return requests.get(url, verify=exchange.ca, timeout=10).json()


def test_token_is_vouched_for(ben):
    token = ben.token("ben", AUDIENCE)
    header, claims, signature = read(token)
    assert header["typ"] == "JWT" and header["alg"] == "RS256"
    key = next(k for k in metadata(ben)["keys"] if k["keyinfo"]["x5t"] == header["x5t"])
    der = base64.b64decode(key["keyvalue"]["value"])
    certificate = x509.load_der_x509_certificate(der)
    assert part(header["x5t"]) == certificate.fingerprint(hashes.SHA1())
    signed = token.rpartition(".")[0].encode()
    certificate.public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


def test_claims(ben):
    _, claims, _ = read(ben.token("ben", AUDIENCE))
    assert claims["aud"] == AUDIENCE
    assert isinstance(claims["nbf"], str) and isinstance(claims["exp"], str)
    assert int(claims["exp"]) - int(claims["nbf"]) == 28800
    assert abs(int(claims["nbf"]) - time.time()) < 60
    appctx = claims["appctx"]
    assert appctx["version"] == "ExIdTok.V1"
    assert appctx["amurl"] == f"https://{ben.amurl_host}/autodiscover/metadata/json/1"
    again = read(ben.token("ben", AUDIENCE))[1]["appctx"]
    assert again["msexchuid"] == appctx["msexchuid"]


def test_wishes(ben):
    header, claims, signature = read(ben.token(
        "ben", AUDIENCE, alg="none", x5t="abc", amurl="https://evil.example/", version="V2",
        expires_in=-10, appctx_text=True, claims={"iss": "me"}, header={"kid": "1"}, sign=False))
    assert header["alg"] == "none" and header["x5t"] == "abc" and header["kid"] == "1"
    appctx = json.loads(claims["appctx"])
    assert appctx["amurl"] == "https://evil.example/" and appctx["version"] == "V2"
    assert int(claims["exp"]) < time.time() and claims["iss"] == "me" and signature == b""


def test_metadata_can_fail(ben):
    url = f"https://{ben.amurl_host}/autodiscover/metadata/json/1"

    def get():
        return requests.get(url, verify=ben.ca, timeout=10)

    ben.fault("status", "metadata", status=503)
    assert get().status_code == 503
    ben.fault("html", "metadata")
    assert "<form" in get().text
    ben.fault("cut", "metadata", bytes=20)
    assert len(get().content) == 20
    begin = time.monotonic()
    ben.fault("delay", "metadata", milliseconds=300)
    assert get().json()["name"] == "Exchange" and time.monotonic() - begin > 0.29


def test_unknown_user(ben):
    with pytest.raises(Exception, match="no such account"):
        ben.token("who", AUDIENCE)
