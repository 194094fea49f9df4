"""What an official reads on the page of a case."""

import pytest

from citybrain.apps.services.tests import factories
from citybrain.apps.services.tests.factories import submitted
from citybrain.hub.cases import api as cases
from citybrain.hub.matters import api as matters


def test_answers_are_shown_in_words(visit):
    case = submitted()
    page = visit("reviewer.rsj").get(f"/cases/{case.id}/").content.decode()
    assert "中国银行" in page or "中国工商银行" in page or "农业银行" in page
    assert "(&#39;zh&#39;" not in page
    assert "('zh'" not in page


def test_a_material_that_may_follow_later_is_accepted_with_items_missing(city, db):
    actor = factories.citizen()
    record = matters.start(factories.CARD, by=actor, answers=factories.ANSWERS)
    matters.save_draft(record.id, by=actor, data=factories.FIELDS)
    assert matters.submit(record.id, by=actor).state == "submitted"
    cases.act(record.id, "receive", by=factories.official("receiver"))
    with pytest.raises(cases.Refused):
        cases.act(record.id, "accept", by=factories.official("reviewer"))
    done = cases.act(
        record.id, "accept_tolerating", by=factories.official("reviewer"), data={"promise": True}
    )
    assert done.state == "accepted_tol"
