"""From a guide to a submitted case and its certificate, on the food licence."""

import io

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.identity import api as identity
from citybrain.hub.matters import api as matters
from citybrain.kernel import clock
from citybrain.kernel.errors import Invalid, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

KEY = "food-licence-new"
ANSWERS = {"operator": "individual", "business_form": "catering", "has_kitchen": "yes", "by_agent": "no"}
FORM = {
    "organisation_name": "蕉城区小梅小吃店",
    "uscc": "92350902MA31X0000A",
    "legal_representative": "林小梅",
    "legal_representative_id": "11010519491231002X",
    "legal_representative_phone": "13805931234",
    "premises_address": "蕉城南路1号",
    "premises_area": "86.5",
    "kitchen_area": "20",
    "food_items": ["hot", "cold"],
    "safety_managers": [{"staff_name": "林小梅", "staff_id_number": "11010519491231002X"}],
    "delivery_way": "electronic",
    "contact_phone": "13805931234",
}


@pytest.fixture
def monday():
    with clock.freeze("2026-03-02T09:00"):
        yield


@pytest.fixture
def citizen():
    return identity.stand_in_citizen()


def village():
    from citybrain.hub.places import api as places

    town = places.children("350902000000")[0]
    return places.children(town.code)[0].code


def good_form():
    from citybrain.hub.identity.domain.identifiers import organisation_check_character, uscc_check_character

    stem = "92350902MA31X000"
    stem += organisation_check_character(stem[8:16])
    return {**FORM, "uscc": stem + uscc_check_character(stem), "premises_division": village()}


def started(citizen, **changes):
    return matters.start(KEY, by=citizen, answers={**ANSWERS, **changes})


def test_a_guide_names_every_county_body_and_finds_the_one_for_a_place(monday):
    view = matters.guide(KEY, division=village())
    assert len(view.bodies) == 10
    assert view.body.organisation == "350902-scjg"
    assert view.depth == 4
    assert view.promised.zh == "6个工作日"


def test_a_draft_is_prefilled_and_says_where_from(monday, citizen):
    record = started(citizen)
    page = matters.form_page(citizen, record.id, "operator")
    assert record.state == "draft"
    assert page.pages[0][0] == "operator"
    given = {m.key for m in cases.case_for(citizen, record.id).materials}
    assert {"business_licence", "layout", "kitchen_flow"} <= given
    assert "proxy" not in given


def test_answers_of_the_situation_can_end_the_way(monday, citizen):
    with pytest.raises(matters.NotThisMatter) as refused:
        started(citizen, business_form="sales", only_prepackaged="yes")
    assert "备案" in refused.value.message


def test_an_open_question_is_named(monday, citizen):
    with pytest.raises(Invalid) as refused:
        matters.start(KEY, by=citizen, answers={"operator": "individual"})
    assert refused.value.problems[0].path == "situation.business_form"


def test_what_is_typed_wrong_is_kept_and_told_where(monday, citizen):
    record = started(citizen)
    view = matters.save_page(
        record.id, "premises", {"premises_area": "八十平方", "premises_address": "蕉城南路1号"}, by=citizen
    )
    assert {p.path for p in view.problems} == {"premises_area", "premises_division"}
    again = matters.form_page(citizen, record.id, "premises")
    fields = {i["name"]: i for s in again.view["sections"] for i in s["items"]}
    assert fields["premises_area"]["value"] == "八十平方"
    assert fields["premises_address"]["value"] == "蕉城南路1号"


def test_the_place_decides_which_unit_is_competent(monday, citizen):
    from citybrain.hub.places import api as places

    record = started(citizen)
    xiapu = places.children(places.children("350921000000")[0].code)[0].code
    matters.save_draft(record.id, by=citizen, data={**good_form(), "premises_division": xiapu})
    view = cases.case_for(citizen, record.id)
    assert view.record.organisation == "350921-scjg"
    assert view.record.division == xiapu


def test_rows_are_added_and_removed_without_complaint(monday, citizen):
    record = started(citizen)
    post = {"safety_managers.0.staff_name": "林", "_add": "safety_managers"}
    view = matters.save_page(record.id, "people", post, by=citizen)
    assert view.problems == ()
    assert view.next == ""
    block = view.view["sections"][0]["items"][0]
    assert len(block["rows"]) == 2
    assert block["rows"][0]["items"][0]["value"] == "林"


def test_review_lists_everything_missing_before_anything_is_submitted(monday, citizen):
    record = started(citizen)
    review = matters.review(citizen, record.id)
    paths = {p.path for p in review.problems}
    assert {"premises_area", "material.layout", "material.business_licence"} <= paths
    with pytest.raises(Invalid) as refused:
        matters.submit(record.id, by=citizen)
    assert {p.path for p in refused.value.problems} == paths


def test_a_material_no_longer_called_for_disappears(monday, citizen):
    record = started(citizen)
    matters.change_situation(record.id, by=citizen, answers={**ANSWERS, "has_kitchen": "no"})
    assert "kitchen_flow" not in {m.key for m in cases.case_for(citizen, record.id).materials}


def test_somebody_elses_draft_is_not_there(monday, citizen):
    record = started(citizen)
    stranger = identity.stand_in_legal_person("somebody.else")
    for reach in (matters.form_page, matters.review):
        with pytest.raises(NotFound):
            reach(stranger, record.id)
    with pytest.raises(NotFound):
        matters.save_page(record.id, "premises", {}, by=stranger)
    with pytest.raises(NotFound):
        matters.submit(record.id, by=stranger)


def filled(citizen):
    record = started(citizen)
    matters.save_draft(record.id, by=citizen, data=good_form())
    matters.by_hand(record.id, by=citizen, materials=dict.fromkeys(
        ("business_licence", "layout", "safety_rules", "kitchen_flow"), "upload"))  # fmt: skip
    return record


def test_a_complete_application_is_submitted_once(monday, citizen):
    record = filled(citizen)
    assert matters.review(citizen, record.id).ready
    first = matters.submit(record.id, by=citizen, idempotency_key="k1")
    assert first.state == "submitted"
    again = matters.submit(record.id, by=citizen, idempotency_key="k1")
    assert again.id == first.id


def test_an_upload_fills_its_slot(monday, citizen, settings, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.DATA_DIR = tmp_path
    record = started(citizen)
    pdf = SimpleUploadedFile(
        "平面图.pdf",
        io.BytesIO(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF").read(),
    )
    assert (
        matters.save_page(record.id, "materials", {}, {"material.layout": [pdf]}, by=citizen).next == "review"
    )
    view = matters.form_page(citizen, record.id, "materials")
    slot = next(s for s in view.slots if s.key == "layout")
    assert slot.state == "given"
    assert slot.files[0]["name"].endswith(".pdf")


def test_an_approved_licence_can_be_presented_in_the_next_application(monday, citizen):

    record = filled(citizen)
    record = matters.submit(record.id, by=citizen)
    receiver = identity.stand_in("receiver", record.organisation)
    reviewer = identity.stand_in("reviewer", record.organisation)
    decider = identity.stand_in("decider", record.organisation)
    cases.act(record.id, "receive", by=receiver)
    cases.act(record.id, "accept", by=reviewer)
    cases.act(record.id, "approve", by=decider, data={"reason": "符合条件"})
    issued = certificates.issued_for_case(record.id)
    if not issued:
        issuer = identity.stand_in("issuer", record.organisation)
        cases.act(record.id, "certify", by=issuer)
        issued = certificates.issued_for_case(record.id)
    assert [c.type_key for c in issued] == ["food-licence"]
    assert issued[0].data["food_items"] == "热食类食品制售、冷食类食品制售"
    assert issued[0].data["business_form"].startswith("餐饮服务")
