"""The simulated real-name platform keeps to OpenID Connect, so that what works with it works with a real one."""

import asyncio
import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import jwt
import pytest

from citybrain.connectors.identity_simulator.app import build
from citybrain.connectors.identity_simulator.people import Citizen, load_people, typed
from citybrain.connectors.identity_simulator.provider import Provider

CALLBACK = "http://testserver/identity/citizen/callback/"
VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
MEI = Citizen(
    "mei",
    "林小梅",
    "350902199203180025",
    "13800000001",
    "",
    ({"uscc": "X", "name": "店", "role": "handler"},),
)
PACKS = Path(__file__).resolve().parents[5] / "packs"


@pytest.fixture(scope="module")
def provider():
    return Provider("http://issuer.test", "citybrain", "secret")


class Web:
    """The application without a server."""

    def __init__(self, app):
        self.transport = httpx.ASGITransport(app)

    def call(self, method, url, **kw):
        async def once():
            async with httpx.AsyncClient(transport=self.transport, base_url="http://issuer.test") as client:
                return await client.request(method, url, **kw)

        # in a thread of its own: a browser test may have left an event loop running in this one
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: asyncio.run(once())).result()

    def get(self, url, **kw):
        return self.call("GET", url, **kw)

    def post(self, url, **kw):
        return self.call("POST", url, **kw)


@pytest.fixture
def web(provider):
    return Web(build(provider, {"mei": MEI}))


def query(**changes):
    values = {
        "client_id": "citybrain", "redirect_uri": CALLBACK, "response_type": "code", "scope": "openid profile",
        "state": "s1", "nonce": "n1", "code_challenge": CHALLENGE, "code_challenge_method": "S256",
    }  # fmt: skip
    return "/authorize?" + urlencode({k: v for k, v in {**values, **changes}.items() if v})


def code_for(web, **form):
    answer = web.post(query(), data={"citizen": "mei", "level": "verified", **form})
    return parse_qs(urlsplit(answer.headers["location"]).query)


def exchange(web, sent, **changes):
    form = {
        "grant_type": "authorization_code", "code": sent, "redirect_uri": CALLBACK, "code_verifier": VERIFIER,
        "client_id": "citybrain", "client_secret": "secret",
    }  # fmt: skip
    return web.post("/token", data={**form, **changes})


def test_discovery_names_every_address(web):
    found = web.get("/.well-known/openid-configuration").json()
    assert found["issuer"] == "http://issuer.test"
    assert found["code_challenge_methods_supported"] == ["S256"]


def test_a_person_is_vouched_for_with_a_signed_token(web):
    sent = code_for(web)
    assert sent["state"] == ["s1"]
    tokens = exchange(web, sent["code"][0]).json()
    key = jwt.PyJWK(web.get("/jwks").json()["keys"][0])
    claims = jwt.decode(
        tokens["id_token"], key, algorithms=["RS256"], audience="citybrain", issuer="http://issuer.test"
    )
    assert (claims["nonce"], claims["acr"]) == ("n1", "verified")
    info = web.get("/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"}).json()
    assert (info["name"], info["id_number"], info["sub"]) == ("林小梅", MEI.id_number, claims["sub"])
    assert info["legal_persons"] == [{"uscc": "X", "name": "店", "role": "handler"}]
    assert MEI.id_number not in claims["sub"]


def test_a_code_works_once_and_using_it_again_revokes_the_token(web):
    code = code_for(web)["code"][0]
    token = exchange(web, code).json()["access_token"]
    assert exchange(web, code).json()["error"] == "invalid_grant"
    assert web.get("/userinfo", headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 50}, {"redirect_uri": CALLBACK + "x"}, {"client_secret": "guess"},
        {"code": "nonsense"}, {"grant_type": "password"},
    ],
)  # fmt: skip
def test_a_wrong_exchange_gives_nothing(web, changes):
    answer = exchange(web, code_for(web)["code"][0], **changes)
    assert answer.status_code in {400, 401}
    assert "access_token" not in answer.json()


def test_an_old_code_gives_nothing(web, provider):
    code = code_for(web)["code"][0]
    provider.codes[code].at -= 61
    assert exchange(web, code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/identity/citizen/callback/"}, {"redirect_uri": "http://127.0.0.1/other/"},
        {"redirect_uri": ""}, {"client_id": "other"},
    ],
)  # fmt: skip
def test_an_unknown_client_or_address_is_never_redirected_to(web, changes):
    answer = web.get(query(**changes))
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"nonce": ""},
        {"state": ""},
        {"scope": "x"},
    ],
)
def test_a_request_without_pkce_state_or_nonce_is_sent_back_as_an_error(web, changes):
    answer = web.get(query(**changes))
    assert "error=" in answer.headers["location"]


def test_cancelling_is_told(web):
    assert code_for(web, cancel="1")["error"] == ["access_denied"]


def test_typing_a_name_and_number_works_only_for_sound_synthetic_numbers(web):
    assert typed("测试", "35090219900101001X", "") is not None
    for wrong in ("350902199001010011", "11010519491231002x", "110105194912310021"):
        assert typed("测试", wrong, "") is None
    page = web.post(query(), data={"name": "<b>x</b>", "id_number": "1"})
    assert page.status_code == 422
    assert "<b>x</b>" not in page.text


def test_the_page_is_in_both_languages_and_without_scripts(web):
    zh, en = web.get(query()), web.get(query(ui_locales="en"))
    assert "模拟" in zh.text
    assert "simulation" in en.text
    assert "<script" not in zh.text
    assert "default-src 'none'" in zh.headers["content-security-policy"]


def test_the_demo_people_of_the_packs_are_known():
    people = load_people(PACKS)
    assert people["lin-xiaomei"].name == "林小梅"
    assert [firm["role"] for firm in people["yu-lihua"].legal_persons] == ["handler"]
