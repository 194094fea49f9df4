"""A matter can ask for a surer identity; whoever is known too little is refused before anything is kept."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from citybrain.hub.identity import api as identity
from citybrain.hub.identity.queries.assurance import marks
from citybrain.hub.matters import api as matters
from citybrain.hub.matters.data import GuideView
from citybrain.hub.matters.domain.document import Applicant
from citybrain.hub.matters.tests.test_apply import ANSWERS, KEY
from citybrain.kernel.errors import NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


def citizen(level):
    actor = identity.stand_in_citizen()
    return replace(actor, permissions=actor.permissions | marks(level))


@pytest.fixture
def strict(monkeypatch):
    """The food licence as if it demanded a verified identity."""
    monkeypatch.setattr(GuideView, "assurance", property(lambda view: "verified"))


def test_a_matter_asks_for_a_simple_check_unless_it_says_more():
    assert matters.guide(KEY).assurance == "basic"
    assert Applicant().assurance == "basic"


def test_starting_is_refused_below_the_level_and_the_refusal_says_what_to_do(strict):
    with pytest.raises(NotAllowed) as refused:
        matters.start(KEY, by=citizen("basic"), answers=ANSWERS)
    assert refused.value.code == "assurance"
    assert matters.start(KEY, by=citizen("verified"), answers=ANSWERS).state == "draft"


def test_submitting_in_a_weaker_session_is_refused_too(strict):
    record = matters.start(KEY, by=citizen("verified"), answers=ANSWERS)
    with pytest.raises(NotAllowed) as refused:
        matters.submit(record.id, by=citizen("basic"))
    assert refused.value.code == "assurance"


def test_a_bundle_asks_for_the_most_its_parts_ask_for():
    part = SimpleNamespace
    view = SimpleNamespace(document=None, children=(part(assurance="basic"), part(assurance="verified")))
    assert GuideView.assurance.fget(view) == "verified"
