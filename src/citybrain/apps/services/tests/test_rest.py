"""The whole path through the REST doors of matters, cases and services, and what happens to those who misuse them."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from citybrain.apps.services.tests import factories as f
from citybrain.hub.cases import api as cases
from citybrain.hub.cases.actions.waiting_files import claim
from citybrain.hub.cases.models import Case
from citybrain.hub.identity import api as identity
from citybrain.hub.identity.models import Account
from citybrain.kernel import audit
from citybrain.kernel.errors import Invalid
from citybrain.kernel.models import AuditEntry
from citybrain.kernel.remember import keep_between_requests

FORM = {k: v for k, v in f.FIELDS.items() if k not in ("contact_phone", "person_name")}
JSON = "application/json"


def officer(role, unit=f.UNIT):
    """The user name of who stands in for a role of a unit."""
    return Account.objects.get(pk=identity.stand_in(role, unit).account_id).username


@pytest.fixture
def at(visit):
    """``at("lin.xiaomei")`` answers (status, body) to GET without and POST with a body."""

    def signed_in(username):
        client = visit(username)

        def ask(path, body=None):
            answer = client.get(path) if body is None else client.post(path, body, JSON)
            return answer.status_code, answer.json()

        ask.client = client
        return ask

    return signed_in


def file_id(ask, content=f.SCAN, name="photo.pdf"):
    answer = ask.client.post("/matters/rest/files", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 201, answer.content
    return answer.json()["id"]


def asked(ask):
    status, form = ask(f"/matters/rest/matters/{f.CARD}/form?holder=adult")
    assert (status, form["complete"]) == (200, True), form
    return form


def application(ask, **changes):
    form = asked(ask)
    known = form["schema"]["properties"]
    filled = {key: offer["value"] for key, offer in form["prefill"].items()}
    body = {
        "matter": f.CARD,
        "situation": f.ANSWERS,
        "form": filled | {k: v for k, v in FORM.items() if k in known},
        "materials": {"photo": {"files": [file_id(ask)]}},
        "declared": True,
        "key": "a-key-of-this-test",
    }
    return {**body, **changes}


def apply(ask, **changes):
    return ask("/matters/rest/applications", application(ask, **changes))


def codes(body):
    return {p["path"]: p["code"] for p in body["error"]["problems"]}


def test_the_form_says_what_is_asked_and_what_is_known(at):
    ask = at(f.CITIZEN)
    _, before = ask(f"/matters/rest/matters/{f.CARD}/form")
    assert (before["complete"], before["next"]["key"]) == (False, "holder")
    form = asked(ask)
    assert form["schema"]["additionalProperties"] is False
    assert form["prefill"]["person_name"]["value"] == "林小梅"
    assert form["prefill"]["person_name"]["source"]["zh"]
    photo = next(m for m in form["materials"] if m["key"] == "photo")
    assert photo["max_files"] >= 1


def test_an_application_is_submitted_whole_and_followed_to_the_rating(at):
    ask = at(f.CITIZEN)
    status, case = apply(ask)
    assert status == 201, case
    assert case["state"] == "submitted"
    assert case["case_no"]
    view = cases.case_for(f.citizen(), case["id"], purpose="own")
    assert view.data["phone"] == f.FIELDS["phone"]
    assert view.data["_provenance"]["person_name"]["kind"] == "identity"
    photo = next(m for m in view.materials if m.key == "photo")
    assert (photo.state, photo.attachments[0].name) == ("given", "photo.pdf")
    for action, role, fields in (
        ("receive", "receiver", {}),
        ("accept", "reviewer", {}),
        ("review", "reviewer", {"verdict": "pass", "opinion": "相符"}),
        ("approve", "decider", {"reason": "材料齐全"}),
        ("certify", "issuer", {}),
    ):
        desk = at(officer(role))
        _, seen = desk(f"/cases/api/{case['id']}")
        assert action in [a["action"] for a in seen["actions"]], seen
        status, after = desk(
            f"/cases/api/{case['id']}/acts/{action}", {"fields": fields, "revision": seen["revision"]}
        )
        assert status == 200, after
    status, followed = ask(f"/matters/rest/applications/{case['id']}")
    assert [step["action"] for step in followed["timeline"]][:3] == ["submit", "receive", "accept"]
    assert followed["state"] in ("delivered", "closed")
    status, rated = ask(f"/rest/cases/{case['id']}/rating", {"grade": 1, "tags": ["fast"]})
    assert (status, rated["grade"]) == (201, 1)
    assert ask(f"/rest/cases/{case['id']}/rating", {"grade": 1})[0] == 409
    assert case["id"] in [row["id"] for row in ask("/matters/rest/applications")[1]]


def test_the_same_key_is_the_same_case(at):
    ask = at(f.CITIZEN)
    first, again = apply(ask), apply(ask)
    assert first[0] == again[0] == 201
    assert first[1]["id"] == again[1]["id"]
    assert Case.objects.filter(matter=f.CARD, subject_id=f.citizen().subject_id).count() == 1
    other = apply(at(f.STRANGER))
    assert other[1]["id"] != first[1]["id"], "a key belongs to its account"


def test_a_refused_application_leaves_nothing_and_names_every_fault(at):
    ask = at(f.CITIZEN)
    body = application(ask)
    wrong = {**body, "form": {**body["form"], "phone": "12", "shoe_size": "44"}}
    status, said = ask("/matters/rest/applications", wrong)
    assert status == 422
    assert codes(said) == {"phone": "phone", "shoe_size": "unknown"}
    assert said["error"]["problems"][0]["message"]
    lost = {"photo": {"files": ["no such file"]}, "moon": {"promise": True}}
    status, said = ask("/matters/rest/applications", {**body, "materials": lost, "declared": False})
    assert codes(said) == {"material.photo": "no_file", "material.moon": "unknown", "declared": "promise"}
    for situation, path in (({}, "situation.holder"), ({"holder": "elephant"}, "situation.holder"),
                            ({"holder": "adult", "moon": "full"}, "situation.moon")):  # fmt: skip
        status, said = ask("/matters/rest/applications", {**body, "situation": situation})
        assert (status, list(codes(said))) == (422, [path])
    assert not Case.objects.filter(matter=f.CARD, subject_id=f.citizen().subject_id).exists()


@pytest.mark.parametrize("body", [
    "[]", "{", "null", '{"matter": 7}', '{"matter": "social-security-card", "extra": 1}', b"\xff\xfe",
    '{"matter": "social-security-card", "form": {"phone": {"a": [[[]]]}}, "situation": {"holder": "adult"}, "key": "12345678"}',
    '{"matter": "social-security-card", "form": {"phone": 1e999}, "situation": {"holder": "adult"}, "key": "12345678"}',
    '{"matter": "no-such-matter", "form": {}, "key": "12345678"}',
    '{"matter": "social-security-card", "form": {}, "materials": {"photo": {"files": ["x"], "url": "y"}}, "key": "12345678"}',
])  # fmt: skip
def test_malformed_applications_are_refused_in_json(at, body):
    answer = at(f.CITIZEN).client.post("/matters/rest/applications", body, JSON)
    assert answer.status_code in (400, 404, 422), answer.content
    assert answer.json()["error"]["code"]


def test_a_huge_body_is_refused_before_it_is_read(at):
    ask = at(f.CITIZEN)
    status, said = ask("/matters/rest/applications", {"matter": f.CARD, "form": {"phone": "1" * 1_200_000}})
    assert (status, said["error"]["code"]) == (413, "too_large")


def test_nothing_without_session_or_token(visit):
    nobody = visit()
    assert nobody.get(f"/matters/rest/matters/{f.CARD}/form").status_code == 401
    assert nobody.post("/matters/rest/applications", "{}", JSON).status_code == 401
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(f.account(f.CITIZEN))
    for path in ("/matters/rest/applications", "/matters/rest/files", "/cases/api/bulk/receive"):
        answer = careful.post(path, "{}", JSON)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "stale_form"), path


def test_other_peoples_cases_and_files_are_not_there(at):
    ask, stranger = at(f.CITIZEN), at(f.STRANGER)
    mine = file_id(ask)
    status, said = apply(stranger, materials={"photo": {"files": [mine]}})
    assert (status, codes(said)) == (422, {"material.photo": "no_file"})
    _, case = apply(ask)
    assert stranger(f"/matters/rest/applications/{case['id']}")[0] == 404
    assert stranger(f"/rest/cases/{case['id']}/rating", {"grade": 5})[0] == 404
    assert stranger(f"/cases/api/{case['id']}")[0] == 403
    far = at(officer("reviewer", "350902-scjg"))
    assert far(f"/cases/api/{case['id']}")[0] == 404
    assert far(f"/cases/api/{case['id']}/acts/accept", {})[0] == 404
    assert at(officer("reviewer"))("/matters/rest/applications", application(ask))[0] == 403


def test_a_file_waits_a_day_for_its_owner(at):
    ask, citizen = at(f.CITIZEN), f.citizen()
    waiting = file_id(ask)
    account = f.account(f.CITIZEN).pk
    owner = replace(citizen, account_id=account)
    assert claim(waiting, by=owner).name == "photo.pdf"
    later = time.time() + timedelta(hours=25).total_seconds()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing.time, "time", lambda: later)
        with pytest.raises(Invalid):
            claim(waiting, by=owner)
    for bad in ("", "x" * 9000, waiting[:-1], waiting.replace(":", "::")):
        with pytest.raises(Invalid):
            claim(bad, by=owner)
    answer = ask.client.post("/matters/rest/files", {"file": SimpleUploadedFile("a.pdf", b"MZ\x90\x00" * 40)})
    assert answer.status_code == 422


def test_officials_act_by_rest_under_the_same_guards_as_at_the_bench(at):
    _, case = apply(at(f.CITIZEN))
    path = f"/cases/api/{case['id']}"
    receiver, reviewer = at(officer("receiver")), at(officer("reviewer"))
    assert reviewer(f"{path}/acts/receive", {})[0] == 403
    assert AuditEntry.objects.filter(action="cases.refuse", obj=f"case:{case['id']}").exists()
    assert receiver(f"{path}/acts/receive", {"revision": 0})[0] == 409
    assert receiver(f"{path}/acts/receive", {"key": "once-only"})[0] == 200
    assert receiver(f"{path}/acts/receive", {"key": "once-only"})[0] == 200
    assert receiver(f"{path}/acts/receive", {})[0] == 409
    status, said = reviewer(f"{path}/acts/request_correction", {"fields": {}})
    assert status == 422
    assert codes(said)
    _, shown = reviewer(path)
    assert (shown["subject"]["name"], shown["masked"]) == ("林小梅", False)
    read = AuditEntry.objects.filter(action="cases.read", obj=f"case:{case['id']}").last()
    assert read is not None
    assert audit.verify().ok
    status, said = receiver(
        "/cases/api/bulk/receive", {"cases": [case["id"], "01a20000-0000-7000-8000-000000000000"]}
    )
    assert (status, said["done"], len(said["refused"])) == (200, [], 2)


def test_the_interfaces_describe_themselves(visit):
    for path, has in (
        ("/matters/rest", "/applications"),
        ("/cases/api", "/acts/{action}"),
        ("/rest", "/rating"),
    ):
        said = visit().get(f"{path}/openapi.json").json()
        assert any(has in p for p in said["paths"]), path


def test_a_whole_application_costs_few_queries(at):
    ask = at(f.CITIZEN)
    assert apply(ask)[0] == 201
    keep_between_requests()
    try:
        body = application(ask)
        assert ask("/matters/rest/applications", {**body, "key": "warm-the-engine"})[0] == 201
        for path, sent, most in (
            ("/matters/rest/applications", {**body, "key": "counted-now"}, 15),
            ("/matters/rest/applications", None, 4),
            (f"/matters/rest/matters/{f.CARD}/form?holder=adult", None, 6),
        ):
            with CaptureQueriesContext(connection) as seen:
                assert ask(path, sent)[0] in (200, 201)
            spent = [q["sql"][:90] for q in seen if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
            assert len(spent) <= most, spent
    finally:
        keep_between_requests(False)
