"""Every address at once: who may come in, with what method, with which headers, and what never happens (500)."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from citybrain.hub.cases import api as cases
from citybrain.kernel.guard import SIGNED_IN

from .addresses import EVERYWHERE, NOBODY
from .people import account, official, received

pytestmark = [pytest.mark.django_db]
PROBES = {"healthz", "readyz", "empty"}
OWN = [a for a in EVERYWHERE if a.view.__module__.startswith("citybrain.")]
ROOMS = sorted({a.name.split(":")[0] for a in EVERYWHERE})
# Machines call here and show a secret of their own, or sign the call, instead of a session's token; the open data
# portal's action interface only reads, by POST as well as by GET.
TOKEN_OF_THEIR_OWN = {
    "messages:receipts",
    "data:push",
    *(f"data:share_{word}" for word in ("receipts", "receipt", "rows", "batch", "verify")),
    *(
        f"data:iceberg_{word}"
        for word in ("config", "tokens", "namespaces", "namespace", "tables", "table", "metrics")
    ),
    "opendata:action",
    "opendata:action_newest",
}
OUTSIDE = {"readyz", "identity:citizen_login"}  # they need other processes: 503 when those are away
METHODS = ("PUT", "DELETE", "PATCH", "TRACE", "BREW")
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:|<script(?![^>]*\bsrc=)(?![^>]*application/json)", re.I
)
TEXTS = (
    "",
    "'\"><script>alert(1)</script>",
    "../../etc/passwd",
    "-1",
    "9" * 400,
    "\u202e\ufffe",
    "{{7*7}}",
    "%00",
    "[]",
)
NAMES = ("q", "page", "after", "since", "until", "next", "place", "matter", "show", "key", "code", "number", "lon", "lat",
         "division", "organisation", "level", "on", "version", "a", "b", "lang", "grade", "field", "columns")  # fmt: skip


def of_room(room):
    return [a for a in EVERYWHERE if a.name.split(":")[0] == room]


def public(view):
    return hasattr(view, "public_reason") or not hasattr(view, "permission")


def test_every_address_names_a_permission_or_a_reason():
    silent = [a.name for a in OWN if not (hasattr(a.view, "permission") or hasattr(a.view, "public_reason"))]
    assert silent == []


def test_nothing_behind_a_permission_opens_for_a_visitor_without_an_account(visit):
    nobody = visit()
    for address in (a for a in OWN if not public(a.view)):
        for send in (nobody.get, nobody.post):
            answer = send(address.path)
            assert answer.status_code in {302, 401, 403, 405}, f"{address}: {answer.status_code}"
            if answer.status_code == 302:
                assert answer["Location"].startswith("/identity/login/"), address


@pytest.mark.parametrize("username", ["lin.xiaomei", "window", "reviewer", "mayor", "sysadmin", "auditor"])
def test_no_address_opens_beyond_the_permissions_of_the_account(visit, username):
    browser = visit(username)
    held = browser.get("/identity/account/").wsgi_request.actor.permissions
    for address in (a for a in OWN if not public(a.view) and a.view.permission != SIGNED_IN):
        if address.view.permission not in held:
            for send in (browser.get, browser.post):
                assert send(address.path).status_code in {403, 405}, f"{address} opened for {username}"


def test_only_a_gateway_with_its_own_secret_writes_without_the_session_token(visit):
    """An exempt view behind an unknown id answers 404 and would pass unseen below."""
    exempt = [a for a in EVERYWHERE if getattr(a.view, "csrf_exempt", False)]
    for address in (a for a in exempt if a.name not in TOKEN_OF_THEIR_OWN):
        assert visit("sysadmin").post(address.path).status_code == 405, f"{address} can be written to"


def test_looking_changes_nothing(visit):
    """GET and HEAD at every address with a real case in it: no act, no revision, whatever the query says."""
    case = received()
    before = cases.case_for(official("leader"), case.id, purpose="handle").record
    words = {"_method": "POST", "action": "accept", "key": "x", "declared": "yes", "grade": "1"}
    for username in ("lin.xiaomei", "window", "reviewer.rsj"):
        browser = visit(username)
        for address in (a for a in OWN if NOBODY in a.path):
            path = address.path.replace(NOBODY, str(case.id)).replace("nothing-here", "accept")
            for send in (browser.get, browser.head):
                assert send(path, words).status_code < 500, address
    after = cases.case_for(official("leader"), case.id, purpose="handle").record
    assert (after.state, after.revision) == (before.state, before.revision)


def test_every_write_without_a_token_is_refused(visit):
    """Cross-site request forgery: the session cookie alone moves nothing, wherever it is sent."""
    for username in ("lin.xiaomei", "window", "sysadmin"):
        browser = visit(username, enforce_csrf_checks=True)
        for address in EVERYWHERE:
            answer = browser.post(address.path, {"key": "x"})
            if address.name in TOKEN_OF_THEIR_OWN:
                assert answer.status_code in {400, 401, 403, 404, 405}, address
            else:
                assert answer.status_code in {403, 404, 405}, f"{address}: {answer.status_code}"


@pytest.mark.parametrize("method", METHODS)
def test_other_methods_do_nothing(visit, method):
    """HTTP verb tampering: what is not GET, HEAD or POST is refused, also with an override header."""
    browser = visit("sysadmin")
    for address in (a for a in OWN if a.name not in PROBES):
        answer = browser.generic(method, address.path, headers={"X-HTTP-Method-Override": "POST"})
        assert answer.status_code in {302, 400, 403, 404, 405}, f"{method} {address}: {answer.status_code}"
        assert method != "TRACE" or "X-Http-Method-Override" not in answer.content.decode("utf-8", "replace")


@pytest.mark.parametrize("room", ROOMS)
def test_no_address_breaks_and_every_answer_carries_its_headers(visit, room):
    """Odd words in every parameter and field, as several kinds of people: an answer, never 500."""
    for username in ("", "lin.xiaomei", "leader", "catalogue", "sysadmin"):
        browser = visit(username)
        for number, address in enumerate(of_room(room)):
            odd = {name: TEXTS[(number + place) % len(TEXTS)] for place, name in enumerate(NAMES)}
            for answer in (
                browser.get(address.path),
                browser.get(address.path, odd),
                browser.post(address.path, odd),
            ):
                wanted = {503} if address.name in OUTSIDE else set()
                assert answer.status_code < 500 or answer.status_code in wanted, (
                    f"{username} {address}: {answer.status_code}"
                )
                guarded_headers(answer, address)


def guarded_headers(answer, address):
    policy = answer.get("Content-Security-Policy", "")
    assert "unsafe" not in policy, address
    assert "default-src" in policy, f"{address} has no policy"
    assert answer["X-Content-Type-Options"] == "nosniff", address
    assert answer["X-Frame-Options"] == "DENY", address
    if answer.status_code == 200 and hasattr(address.view, "permission"):
        assert "private" in answer["Cache-Control"] or "no-store" in answer["Cache-Control"], address
    if "html" in answer.get("Content-Type", "") and not answer.streaming:
        text = answer.content.decode()
        assert not INLINE.search(text), f"{address}: {INLINE.search(text)[0]}"
        assert "<script>alert(1)" not in text, f"{address} echoes what was typed"


ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "///evil.example", "javascript:alert(1)",
             "http:evil.example", "https:///evil.example", "\t//evil.example", "/%09/evil.example", "/\t/evil.example"]  # fmt: skip


PREFERENCES = ("/ui/language/en/", "/ui/mode/plain/", "/identity/login/", "/identity/login/official/")


@pytest.mark.parametrize("username", ["", "lin.xiaomei", "window"])
def test_no_address_leads_to_another_site(visit, username):
    """Open redirect: ``next`` in the query and in the form, and the Referer, everywhere."""
    browser = visit(username)
    tries = [(a.path, ELSEWHERE[number % len(ELSEWHERE)]) for number, a in enumerate(EVERYWHERE)]
    tries += [(path, target) for path in PREFERENCES for target in ELSEWHERE]
    for path, target in tries:
        words = {"next": target, "back": target, "return": target}
        for send in (browser.get, browser.post):
            location = send(path, words, headers={"Referer": "https://evil.example/x"}).get("Location", "")
            # as a browser reads it: tabs and line ends are dropped, a backslash is a slash
            seen = urlsplit(re.sub(r"[\t\r\n]", "", location.strip()).replace("\\", "/"))
            assert seen.hostname in {None, "testserver"}, f"{path} -> {location}"
            assert seen.scheme in {"", "http"}, f"{path} -> {location}"
            assert not seen.path.startswith("//"), f"{path} -> {location}"


def test_a_session_planted_before_sign_in_is_worth_nothing_after(visit, settings):
    """Session fixation: the id a visitor brings is never the one that is signed in."""
    victim, attacker = visit(), visit()
    planted = "a" * 32
    victim.cookies[settings.SESSION_COOKIE_NAME] = planted
    person = account("reviewer")
    person.set_password("Only-for-this-test-7")
    person.save()
    page = {"username": "reviewer", "password": "Only-for-this-test-7"}
    assert victim.post("/identity/login/official/", page).status_code == 302
    assert victim.cookies[settings.SESSION_COOKIE_NAME].value != planted
    attacker.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert attacker.get("/cases/").status_code == 302


def test_signing_out_ends_the_session_on_the_server(visit):
    browser = visit("reviewer")
    kept = {name: morsel.value for name, morsel in browser.cookies.items()}
    browser.post("/identity/logout/")
    thief = Client()
    for name, value in kept.items():
        thief.cookies[name] = value
    assert thief.get("/cases/").status_code == 302


def test_a_foreign_host_name_never_reaches_a_link(visit, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    for path in ("/", "/identity/login/", f"/certificates/{NOBODY}/", "/identity/citizen/login/"):
        for headers in ({"Host": "evil.example"}, {"X-Forwarded-Host": "evil.example"}):
            answer = visit().get(path, headers=headers)
            assert answer.status_code < 500
            assert "evil.example" not in answer.content.decode()
            assert "evil.example" not in answer.get("Location", "")
