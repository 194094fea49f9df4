"""The question pages are plain HTML that works without JavaScript, in both languages, with problems beside fields."""

import re

import pytest
from django.template import engines
from django.utils import translation

from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.hub.matters import api as matters
from citybrain.hub.matters.tests.test_apply import ANSWERS, KEY, good_form
from citybrain.kernel import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
PAGE = """{% import "cases/forms/page.html" as forms %}{{ forms.page(p.view, csrf, "") }}"""
MATERIALS = """{% import "cases/forms/page.html" as forms %}{{ forms.materials(p.slots, p.view.words) }}"""
REVIEW = """{% import "cases/forms/page.html" as forms %}{{ forms.review(r.pages, "/apply/x/{page}/") }}"""


def render(source, **context):
    engine = next(e for e in engines.all() if "jinja2" in type(e).__module__)
    return engine.from_string(source).render({"csrf": "", **context})


@pytest.fixture
def draft():
    with clock.freeze("2026-03-02T09:00"):
        citizen = identity.stand_in_citizen()
        yield citizen, matters.start(KEY, by=citizen, answers={**ANSWERS, "by_agent": "yes"})


def test_every_page_renders_in_both_languages_without_scripts(draft):
    citizen, record = draft
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for key, _title, _done in matters.form_page(citizen, record.id).pages:
                view = matters.form_page(citizen, record.id, key)
                html = render(MATERIALS if key == "materials" else PAGE, p=view)
                assert "<script" not in html
                assert " style=" not in html
                names = re.findall(r'<input[^>]*type="(?:text|tel)"[^>]*id="([^"]+)"', html)
                assert all(f'for="{name}"' in html for name in names)


def test_a_problem_stands_in_the_summary_and_beside_its_field(draft):
    citizen, record = draft
    view = matters.save_page(record.id, "premises", {"premises_area": "<b>x</b>"}, by=citizen)
    html = render(PAGE, p=view)
    assert html.count("“经营场所面积”只能填数字") == 2
    assert "<b>x</b>" not in html
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert 'aria-invalid="true"' in html


def test_the_division_picker_goes_on_step_by_step(draft):
    citizen, record = draft
    view = matters.save_page(
        record.id,
        "premises",
        {"premises_division.county": "350902000000", "_pick": "premises_division"},
        by=citizen,
    )
    html = render(PAGE, p=view)
    assert 'name="premises_division.town"' in html
    assert 'name="premises_division.village"' not in html
    assert view.problems == ()


def test_the_review_says_answers_and_where_to_change_them(draft):
    citizen, record = draft
    matters.save_draft(record.id, by=citizen, data=good_form())
    html = render(REVIEW, r=matters.review(citizen, record.id))
    assert "86.5平方米" in html
    assert "/apply/x/premises/#f-premises_area" in html or "/apply/x/premises/#" in html


def test_what_an_earlier_case_said_is_offered_with_its_source(draft):
    citizen, record = draft
    matters.change_situation(record.id, by=citizen, answers=ANSWERS)
    matters.save_draft(record.id, by=citizen, data=good_form())
    matters.by_hand(record.id, by=citizen, materials=dict.fromkeys(
        ("business_licence", "layout", "safety_rules", "kitchen_flow"), "upload"))  # fmt: skip
    done = matters.submit(record.id, by=citizen)
    again = matters.start("food-licence-cancel", by=citizen, answers={"lost": "no", "by_agent": "no"})
    view = matters.form_page(citizen, again.id, "premises")
    items = {i["name"]: i for s in view.view["sections"] for i in s["items"]}
    assert items["premises_address"]["value"] == "蕉城南路1号"
    assert done.case_no in items["premises_address"]["provenance"]
    matters.save_page(again.id, "premises", {**_division(), "premises_address": "蕉城南路2号"}, by=citizen)
    kept = cases.case_for(citizen, again.id).data["_provenance"]["premises_address"]
    assert (kept["value"], kept["corrected"]) == ("蕉城南路1号", "蕉城南路2号")


def _division():
    return {"premises_division": good_form()["premises_division"]}


def test_a_certificate_in_the_wallet_is_used_instead_of_an_upload(draft):
    from citybrain.hub.certificates import api as certificates
    from citybrain.kernel.actor import Actor

    citizen, _record = draft
    holder = identity.subject_of(citizen)
    issued = certificates.issue(
        type_key="food-licence",
        holder=holder,
        issuer_org="350902-scjg",
        by=Actor.system("tests"),
        data={"organisation_name": "蕉城区小梅小吃店", "food_items": "热食类食品制售、冷食类食品制售"},
    )
    record = matters.start("food-licence-renew", by=citizen, answers={
        "expired": "no", "conditions_changed": "no", "by_agent": "no"})  # fmt: skip
    view = matters.form_page(citizen, record.id, "materials")
    slot = next(s for s in view.slots if s.key == "food_licence")
    assert slot.certificates[0]["value"] == str(issued.id)
    matters.save_page(
        record.id,
        "materials",
        {"certificate.food_licence": str(issued.id), "promise.unchanged_promise": "1"},
        by=citizen,
    )
    after = matters.form_page(citizen, record.id, "materials")
    slots = {s.key: s for s in after.slots}
    assert slots["food_licence"].presented == str(issued.id)
    assert slots["unchanged_promise"].promised
    data = cases.case_for(citizen, record.id).data
    assert data["food_items"] == ["hot", "cold"]
    assert data["licence_number"] == issued.number
    foreign = matters.save_page(
        record.id, "materials", {"certificate.business_licence": str(issued.id)}, by=citizen
    )
    assert [p.code for p in foreign.problems] == ["not_usable"]
