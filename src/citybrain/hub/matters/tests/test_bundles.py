"""一件事: one form, one set of materials, children in parallel and after one another, results passed on."""

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.hub.matters import api as matters
from citybrain.hub.matters.actions.keep import keep_bundle
from citybrain.hub.matters.domain.bundle_document import BundleDocument
from citybrain.hub.matters.tests.test_apply import good_form
from citybrain.kernel import clock, events
from citybrain.kernel.actor import Actor

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BUNDLE = {
    "key": "open-and-renew",
    "name": {"zh": "开店延续一件事", "en": "Open and renew"},
    "summary": "一次办。",
    "axis": "corp",
    "stage": "corp-access",
    "lead": {"department": "scjg", "levels": ["county"]},
    "who": {"objects": ["person"]},
    "promised": "8 workday",
    "situations": [
        {"key": "kitchen", "question": "有厨房吗？", "options": [{"value": "yes", "label": "有"}, {"value": "no", "label": "没有"}]},
        {"key": "renewing", "question": "也延续吗？", "options": [{"value": "yes", "label": "要"}, {"value": "no", "label": "不要"}]},
    ],
    "form": "food-licence-new",
    "children": [
        {
            "key": "licence",
            "matter": "food-licence-new",
            "prerequisite": True,
            "situation": {"operator": '"individual"', "business_form": '"catering"', "has_kitchen": "kitchen", "by_agent": '"no"'},
        },
        {
            "key": "renewal",
            "matter": "food-licence-renew",
            "after": ["licence"],
            "when": 'renewing = "yes"',
            "situation": {"expired": '"no"', "conditions_changed": '"no"', "by_agent": '"no"'},
            "map": {"remark": "shop_name", "licence_valid_to": '"2031-03-01"'},
        },
    ],
}  # fmt: skip


@pytest.fixture
def citizen():
    keep_bundle("tests", BundleDocument.model_validate(BUNDLE), by=Actor.system("tests"))
    with clock.freeze("2026-03-02T09:00"):
        yield identity.stand_in_citizen()


def started(citizen, **answers):
    record = matters.start(
        "open-and-renew", by=citizen, answers={"kitchen": "yes", "renewing": "yes", **answers}
    )
    matters.save_draft(record.id, by=citizen, data=good_form())
    return record


def test_materials_are_asked_once_without_what_a_joint_matter_issues(citizen):
    record = started(citizen)
    keys = [m.key for m in cases.case_for(citizen, record.id).materials]
    assert len(keys) == len(set(keys))
    assert "business_licence" in keys
    assert "food_licence" not in keys


def test_a_situation_leaves_out_an_optional_child(citizen):
    view = matters.situations("open-and-renew", {"kitchen": "yes", "renewing": "no"})
    assert view.complete
    assert [c.key for c in view.children] == ["food-licence-new"]


def test_children_get_their_own_answers_and_the_result_of_the_one_before(citizen):
    record = started(citizen)
    asked = [s.key for s in matters.review(citizen, record.id).slots if s.spared is None]
    matters.by_hand(
        record.id, by=citizen, materials={key: "promise" if "promise" in key else "upload" for key in asked}
    )
    review = matters.review(citizen, record.id)
    assert review.problems == ()
    assert len(review.children) == 2
    done = matters.submit(record.id, by=citizen)
    unit = done.organisation
    cases.act(done.id, "receive", by=identity.stand_in("receiver", unit))
    parent = cases.case_for(citizen, done.id)
    children = {c.role: c for c in parent.children}
    assert children["renewal"].held
    assert children["licence"].case.state == "received"
    first = children["licence"].case.id
    assert all(m.state == "given" for m in cases.case_for(citizen, first).materials if m.required)
    cases.act(first, "accept", by=identity.stand_in("reviewer", unit))
    cases.act(first, "approve", by=identity.stand_in("decider", unit), data={"reason": "符合条件"})
    cases.act(first, "certify", by=identity.stand_in("issuer", unit))
    events.deliver_own()
    second = cases.case_for(citizen, children["renewal"].case.id)
    assert second.record.state == "received"
    licence = next(m for m in second.materials if m.key == "food_licence")
    assert (licence.state, licence.source) == ("given", "certificate")
    assert second.data["licence_valid_to"] == "2031-03-01"


def test_a_bundle_has_a_guide_with_its_children_and_is_found_first(citizen):
    view = matters.guide("open-and-renew")
    assert view.kind == "bundle"
    assert [c.key for c in view.children] == ["food-licence-new", "food-licence-renew"]
    assert view.promised.zh == "8个工作日"
    assert matters.search("开店延续")[0].key == "open-and-renew"
    assert "open-and-renew" in [e.key for e in matters.in_theme("life_event", "corp-access")]
