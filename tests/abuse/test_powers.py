"""Official powers: who receives does not decide, who decides answers alone, and a clock that jumps does nothing twice."""

from datetime import timedelta

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.messages import api as messages
from citybrain.kernel import audit, clock, events

from . import people

pytestmark = [pytest.mark.django_db]
ACTS = (
    "accept",
    "review",
    "approve",
    "reject",
    "certify",
    "extend",
    "deemed_accept",
    "archive",
    "close",
    "nonsense",
)
DATA = {
    "verdict": "pass",
    "opinion": "相符",
    "reason": "材料齐全",
    "basis": "法",
    "branch": "",
    "by": "system",
}


def state(case):
    return cases.case_for(people.official("leader"), case.id, purpose="handle").record.state


@pytest.mark.parametrize("act", ACTS)
def test_a_window_clerk_cannot_decide(visit, act):
    """Every act after receipt, posted by hand with the fields of the real form."""
    case = people.received()
    answer = visit("window").post(
        f"/cases/{case.id}/act/{act}/", {**DATA, **{f"field.{k}": v for k, v in DATA.items()}}
    )
    assert answer.status_code in {403, 404, 409, 422}, answer.status_code
    assert state(case) == "received"


@pytest.mark.parametrize("act", ACTS)
def test_an_applicant_cannot_act_for_the_office(lin, act):
    case = people.received()
    assert lin.post(f"/cases/{case.id}/act/{act}/", DATA).status_code == 403
    lin.post(f"/my/cases/{case.id}/{act}/", {f"field.{k}": v for k, v in DATA.items()})
    assert state(case) == "received"


def test_many_at_once_obey_the_rule_of_one(visit):
    case, other = people.received(), people.submitted()
    visit("window").post("/cases/bulk/", {"bulk": "accept", "row": [str(case.id)]})
    visit("reviewer").post("/cases/bulk/", {"bulk": "receive", "row": [str(other.id)]})
    visit("reviewer.fuan").post("/cases/bulk/", {"bulk": "accept", "row": [str(case.id)]})
    assert (state(case), state(other)) == ("received", "submitted")


def test_the_same_button_twice_is_one_act(visit):
    case, browser = people.received(), visit("reviewer.rsj")
    for _ in range(3):
        browser.post(f"/cases/{case.id}/act/accept/", {**DATA, "key": "one-press"})
    done = [
        step
        for step in cases.timeline(people.official("leader"), case.id)
        if getattr(step, "action", "") == "accept"
    ]
    assert len(done) == 1


def test_pages_of_administration_are_closed_to_those_they_administer(visit):
    for username in ("lin.xiaomei", "window", "decider", "leader", "mayor"):
        browser = visit(username)
        for path in ("/identity/accounts/", "/identity/grants/", "/identity/audit/", "/messages/failed/"):
            assert browser.get(path).status_code == 403, f"{username} {path}"
        for path in ("/packs/service-base/install/", "/packs/service-base/hide/", "/identity/accounts/new/"):
            assert browser.post(path, {"username": "x", "kind": "official"}).status_code == 403, (
                f"{username} {path}"
            )


def test_guessing_a_password_is_stopped_at_the_page(visit, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    browser = visit()
    seen = [
        browser.post(
            "/identity/login/official/", {"username": "decider", "password": f"guess-{n}"}
        ).status_code
        for n in range(25)
    ]
    assert seen[-1] == 429
    assert 302 not in seen


def test_guessing_codes_of_a_certificate_is_stopped_at_the_page(visit):
    browser = visit()
    seen = [browser.post("/certificates/verify/", {"n": f"N{n}", "c": "AAAA"}).status_code for n in range(60)]
    seen += [browser.get("/certificates/verify/", {"n": f"N{n}", "c": "AAAA"}).status_code for n in range(60)]
    assert 429 in seen
    assert max(seen) < 500


def test_a_clock_that_jumps_fires_each_timer_once(city):
    """A month forward, back, and forward again: accepted by law once, told once, and the record stays whole."""
    case = people.received()
    for jump in (30, 30, -2, 0, 31, 30):
        with clock.travel(timedelta(days=jump)):
            cases.fire_due_timers()
            events.deliver_own()
    steps = [s.action for s in cases.timeline(people.official("leader"), case.id) if getattr(s, "action", "")]
    assert steps.count("deemed_accept") == 1
    assert messages.sent_for_case(case.id).count("deemed_acceptance") == 1
    assert audit.verify().ok


def test_a_spreadsheet_never_runs_what_a_citizen_typed(visit):
    """Formulas in names and titles leave every export as text."""
    record = people.draft()
    from citybrain.hub.cases.models import Case

    Case.objects.filter(pk=record.id).update(
        matter_name={"zh": "=HYPERLINK(1)"}, title="@SUM(1)", outcome="+1"
    )
    arrived = ""
    for username, send, path in (
        ("decider.rsj", "get", "/cases/export.csv?all=1"), ("leader", "get", "/cases/export.csv?all=1"),
        ("catalogue", "get", "/matters/export/"), ("mayor", "get", "/indicators/export/"),
        ("mayor", "get", "/indicators/SVC01/series.csv"), ("steward", "post", "/data/cases.case/export/"),
    ):  # fmt: skip
        answer = getattr(visit(username), send)(path, {"purpose": "test"} if send == "post" else None)
        if answer.status_code == 200:
            assert answer["Content-Disposition"].startswith("attachment")
            cells = [
                c.strip('"') for line in answer.body.decode("utf-8-sig").splitlines() for c in line.split(",")
            ]
            assert not [c for c in cells if c.startswith(("=", "@", "+"))], path
            arrived += answer.body.decode("utf-8-sig")
    assert "SUM(1)" in arrived or "HYPERLINK(1)" in arrived, "no export held what was typed"
