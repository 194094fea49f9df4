"""A citizen applies on the pages: questions, form, materials, check, submit; nothing typed is lost or shown to others."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.apps.services.tests import factories as f
from citybrain.hub.cases import api as cases
from citybrain.hub.messages import api as messages
from citybrain.kernel import events
from citybrain.kernel.remember import keep_between_requests

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_from_the_guide_to_a_case_number(visit, lang):
    client = visit(f.CITIZEN, lang)
    case_id = f.apply(client)
    record = cases.case_for(f.citizen(), case_id, purpose="own").record
    assert (record.state, record.channel, record.organisation) == ("submitted", "online", f.UNIT)
    assert record.public_no in client.get(f"/apply/{case_id}/done/").content.decode()
    page = client.get(f"/my/cases/{case_id}/").content.decode()
    assert record.public_no in page
    assert 'aria-current="step"' in page
    assert record.public_no in client.get("/my/cases/").content.decode()


def test_what_the_city_knows_is_filled_in(visit):
    client = visit(f.CITIZEN)
    page = client.get(f.start(client)).content.decode()
    assert 'value="13800000001"' in page
    assert "实名认证" in page


def test_a_wrong_answer_is_told_and_kept(visit):
    client = visit(f.CITIZEN)
    page = f.read(client.get(f.start(client)))
    page = f.send(client, page, "_action", {"person_name": ""}, press=("_action", "continue"))
    assert page.status == 422
    assert 'id="error-summary"' in page.body


def test_save_and_return_goes_on_where_it_was_left(visit):
    client = visit(f.CITIZEN)
    first = f.read(client.get(f.start(client)))
    case_id = first.path.split("/")[2]
    second = f.send(client, first, "_action", f.FIELDS, press=("_action", "continue"))
    left = f.send(client, second, "_action", {"card_bank": "boc"}, press=("_action", "later"))
    assert left.path == "/my/"
    again = client.get(f"/apply/{case_id}/", follow=True)
    assert again.redirect_chain[-1][0] == second.path


def test_the_button_pressed_twice_makes_one_case(visit):
    client = visit(f.CITIZEN)
    review = f.fill(client, f.start(client))
    for _press in range(2):
        f.send(client, review, "declared", {"declared": "yes"})
    assert cases.my_cases(f.citizen()).total == 1


def test_nothing_is_submitted_without_the_declaration(visit):
    client = visit(f.CITIZEN)
    review = f.fill(client, f.start(client))
    answer = f.send(client, review, "declared", {})
    assert answer.status == 422
    assert cases.my_cases(f.citizen()).rows[0].state == "draft"


def test_missing_materials_are_named_on_the_review_and_lead_to_their_page(visit):
    client = visit(f.CITIZEN)
    case_id = f.start(client).split("/")[2]
    page = client.get(f"/apply/{case_id}/review/").content.decode()
    assert f"/apply/{case_id}/materials/" in page
    refused = f.send(client, f.read(client.get(f"/apply/{case_id}/review/")), "declared", {"declared": "yes"})
    assert refused.status == 422
    assert "证件照" in refused.body


MALFORMED = [
    {}, {"_action": "nonsense"}, {"card_bank": ["boc", "icbc"]}, {"person_name": "\u0000"}, {"person_name": "x" * 100_000},
    {"_action": "continue", "id_number": "<script>"}, {"_add": "../../etc/passwd"}, {"_remove": "a.9999999999"},
]  # fmt: skip


@pytest.mark.parametrize("post", MALFORMED)
def test_malformed_answers_get_a_message_never_a_crash(visit, post):
    client = visit(f.CITIZEN)
    path = f.start(client)
    case_id = path.split("/")[2]
    for target in (path, f"/apply/{case_id}/materials/", f"/apply/{case_id}/review/", f"/start/{f.CARD}/"):
        assert client.post(target, post).status_code in (200, 302, 400, 404, 422)


def test_somebody_elses_application_is_not_there(visit):
    owner = visit(f.CITIZEN)
    draft = f.start(owner)
    case_id = draft.split("/")[2]
    done = f.submitted().id
    stranger, nobody, clerk = visit(f.STRANGER), visit(), visit("window.fuan")
    paths = [draft, f"/apply/{case_id}/", f"/apply/{case_id}/review/", f"/apply/{done}/done/",
             f"/my/cases/{done}/", f"/my/cases/{done}/rate/"]  # fmt: skip
    for path in paths:
        assert stranger.get(path).status_code == 404, path
        assert nobody.get(path).status_code == 302, path
        assert clerk.get(path).status_code in (403, 404), path
    for path in (
        draft,
        f"/apply/{case_id}/review/",
        f"/my/cases/{done}/withdraw/",
        f"/my/cases/{done}/rate/",
    ):
        assert (
            stranger.post(path, {"declared": "yes", "grade": "1", "_action": "continue"}).status_code == 404
        ), path
    assert f"{done}" not in stranger.get("/my/cases/").content.decode()


def test_an_official_is_sent_to_the_citizen_sign_in(visit):
    assert visit("reviewer.rsj").get(f"/start/{f.CARD}/").status_code == 403


def test_a_correction_is_shown_first_and_handed_in_on_the_case_page(visit):
    record = f.submitted()
    cases.act(record.id, "receive", by=f.official("receiver"))
    cases.act(
        record.id, "request_correction", by=f.official("reviewer"), data={"items": "照片不清楚，请重新提交"}
    )
    events.deliver_own()
    client = visit(f.CITIZEN)
    assert f"/my/cases/{record.id}/" in client.get("/").content.decode()
    assert f"/my/cases/{record.id}/" in client.get("/my/").content.decode()
    page = client.get(f"/my/cases/{record.id}/").content.decode()
    assert "照片不清楚" in page
    f.send(client, f.read(client.get(f"/my/cases/{record.id}/")), "/correct/", {})
    assert cases.case_for(f.citizen(), record.id, purpose="own").record.state == "received"
    assert "correction" in messages.sent_for_case(record.id)


@pytest.mark.parametrize(
    ("path", "most"), [("/my/", 10), ("/my/cases/", 4), ("case", 9), ("page", 7), ("review", 7)]
)
def test_my_pages_keep_their_number_of_queries(visit, django_assert_max_num_queries, path, most):
    record = f.finished()
    client = visit(f.CITIZEN)
    draft = f.start(client)
    path = {
        "case": f"/my/cases/{record.id}/",
        "page": draft,
        "review": f"/apply/{draft.split('/')[2]}/review/",
    }.get(path, path)
    client.get(path)
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


def test_filling_in_and_submitting_cost_few_queries(visit):
    """As in a web process, where catalogue and forms are kept for some seconds between requests."""
    f.apply(visit(f.CITIZEN))  # versions are marked as used once
    client, spent = visit(f.CITIZEN), {}
    keep_between_requests()
    try:
        for _turn in range(2):
            review, start = "", f.start(client)
            page = f.read(client.get(start))
            while "/review/" not in page.path:
                spent[f"GET {page.path.split('/')[3]}"] = counted(lambda at=page.path: client.get(at))
                before = page
                with CaptureQueriesContext(connection) as seen:
                    sent = f.send(
                        client, page, "_action", f.FIELDS, press=("_action", "continue"), follow=False
                    )
                spent[f"POST {before.path.split('/')[3]}"] = asked_in(seen)
                page = f.read(client.get(sent))
            review = page
        assert {k: v for k, v in spent.items() if v > (4 if k.startswith("GET") else 8)} == {}
        with CaptureQueriesContext(connection) as seen:
            f.send(client, review, "declared", {"declared": "yes"}, follow=False)
        assert asked_in(seen) <= 10, [q["sql"][:90] for q in seen]
    finally:
        keep_between_requests(False)


def counted(work):
    with CaptureQueriesContext(connection) as seen:
        work()
    return asked_in(seen)


def asked_in(seen):
    return len([q for q in seen if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))])


def test_whoever_acts_for_a_firm_is_told_so_on_the_form(visit):
    client = visit("chen.daming")
    choices = f.read(client.get("/identity/account/posts/"))
    firm = next(
        c.value
        for form in choices.forms()
        for c in form.controls
        if c.name == "as" and "legal_person" in c.value
    )
    client.post("/identity/account/posts/", {"as": firm})
    page = client.get(f.start(client)).content.decode()
    assert "代表谁办事" in page
