"""The REST doors: the same walls as the pages have, for clients that send JSON."""

import json

import pytest

from citybrain.hub.cases import api as cases

from . import people

pytestmark = [pytest.mark.django_db]
APPLY, FILES = "/matters/rest/applications", "/matters/rest/files"
WHOLE = {"matter": people.CARD, "situation": {"holder": "adult"}, "form": people.FIELDS, "declared": True}


def send(browser, path, body):
    text = body if isinstance(body, (str, bytes)) else json.dumps(body)
    return browser.post(path, text, content_type="application/json")


def given(browser):
    return browser.post(FILES, {"file": people.upload()}).json()["id"]


def answers(browser):
    """What the form asks: prefilled, and our own where it asks for it."""
    asked = browser.get(f"/matters/rest/matters/{people.CARD}/form", {"holder": "adult"}).json()
    known = {**{name: fact["value"] for name, fact in asked["prefill"].items()}, **people.FIELDS}
    return {name: value for name, value in known.items() if name in asked["schema"]["properties"]}


def application(browser, file, key="abuse-0001"):
    body = {**WHOLE, "form": answers(browser), "materials": {people.PHOTO: {"files": [file]}}, "key": key}
    return send(browser, APPLY, body)


def test_a_session_alone_writes_nothing(visit, city, db):
    case = people.received()
    for username, path in (
        ("lin.xiaomei", APPLY), ("lin.xiaomei", FILES), ("lin.xiaomei", f"/rest/cases/{case.id}/rating"),
        ("reviewer.rsj", f"/cases/api/{case.id}/acts/accept"), ("reviewer.rsj", "/cases/api/bulk/accept"),
    ):  # fmt: skip
        answer = send(visit(username, enforce_csrf_checks=True), path, {})
        assert answer.status_code == 403, path


def test_another_citizens_application_is_not_there(lin, stranger):
    made = application(lin, given(lin))
    assert made.status_code == 201, made.content
    path = f"{APPLY}/{made.json()['id']}"
    assert lin.get(path).status_code == 200
    assert "no-store" in lin.get(path)["Cache-Control"]
    assert stranger.get(path).status_code == 404
    assert made.json()["id"] not in stranger.get(APPLY).content.decode()
    assert send(stranger, f"/rest/cases/{made.json()['id']}/rating", {"grade": 1}).status_code in {403, 404}


def test_an_uploaded_file_serves_its_owner_only(lin, stranger):
    file = given(lin)
    for browser, name in ((stranger, file), (lin, file[:-3] + "xyz")):
        refused = application(browser, name)
        assert refused.status_code == 422
        paths = [problem["path"] for problem in refused.json()["error"]["problems"]]
        assert f"material.{people.PHOTO}" in paths, paths
    assert application(lin, file).status_code == 201


def test_acts_obey_scope_and_role(visit, city, db):
    case = people.received()
    for username in ("lin.xiaomei", "window", "reviewer", "reviewer.fuan", "sysadmin"):
        browser = visit(username)
        assert send(browser, f"/cases/api/{case.id}/acts/approve", {}).status_code in {403, 404, 409, 422}
        send(browser, "/cases/api/bulk/accept", {"cases": [str(case.id)]})
    assert cases.case_for(people.official("leader"), case.id, purpose="handle").record.state == "received"
    assert visit("reviewer.fuan").get(f"/cases/api/{case.id}").status_code in {403, 404}
    assert visit("reviewer.rsj").get(f"/cases/api/{case.id}").status_code == 200


MALFORMED = {
    "deep lists": "[" * 100_000, "deep objects": '{"a":' * 50_000, "no object": "[]", "a word": '"x"', "nothing": "",
    "half": '{"matter": "x"', "not text": b"\xff\xfe\x00", "a NUL": '{"matter": "a\\u0000"}', "infinity": '{"declared": Infinity}',
    "a huge number": '{"declared": ' + "9" * 10_000 + "}", "twice": '{"matter": "a", "matter": "b"}',
    "extra": json.dumps({**WHOLE, "state": "approved", "subject_id": "x"}), "wrong types": '{"matter": [], "form": 7, "materials": "x"}',
    "lone surrogate": '{"matter": "\\ud800", "key": "abuse-0002"}', "prototype": '{"__proto__": {"declared": true}, "constructor": {}}',
    "nested form": json.dumps({**WHOLE, "key": "abuse-0003", "form": {"phone": {"a": [{"b": []}]}, "person_name": [[]]}}),
    "a million": '{"matter": "' + "a" * 1_100_000 + '"}',
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(MALFORMED))
def test_malformed_json_is_refused_in_words(visit, kind):
    lin, official = visit("lin.xiaomei"), visit("reviewer.rsj")
    before = len(cases.my_cases(people.citizen()).rows)
    for browser, path in (
        (lin, APPLY),
        (lin, f"/rest/cases/{people.draft().id}/rating"),
        (official, "/cases/api/bulk/accept"),
    ):
        answer = send(browser, path, MALFORMED[kind])
        assert answer.status_code in {400, 403, 404, 409, 413, 422}, f"{path}: {answer.status_code}"
        assert answer.json()["error"]["message"]
    assert len(cases.my_cases(people.citizen()).rows) <= before + 1  # the draft made here
