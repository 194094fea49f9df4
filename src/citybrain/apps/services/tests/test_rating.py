"""好差评: voluntary, nothing preselected, one a case; a bad one is put right, a mistaken one leaves the figures."""

import pytest

from citybrain.apps.services.actions.rating import rate_case, rating_of
from citybrain.apps.services.queries import ratings
from citybrain.apps.services.tests import factories as f
from citybrain.hub.cases import api as cases
from citybrain.kernel import events
from citybrain.kernel.errors import Conflict, Invalid, NotAllowed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def rate(client, case_id, **post):
    return client.post(f"/my/cases/{case_id}/rate/", post)


def test_no_grade_is_chosen_for_the_person(visit):
    record = f.finished()
    page = f.read(visit(f.CITIZEN).get(f"/my/cases/{record.id}/rate/"))
    grades = [c for c in page.form("grade").controls if c.name == "grade"]
    assert [c.value for c in grades] == ["1", "2", "3", "4", "5"]
    assert not any(c.checked for c in grades)


@pytest.mark.parametrize(
    "post", [{}, {"grade": "0"}, {"grade": "6"}, {"grade": "best"}, {"grade": "1", "text": "x" * 501}]
)
def test_a_rating_without_a_real_grade_is_asked_again(visit, post):
    record = f.finished()
    answer = rate(visit(f.CITIZEN), record.id, **post)
    assert answer.status_code == 422
    assert rating_of(record.id) is None


def test_one_case_one_rating(visit):
    record = f.finished()
    client = visit(f.CITIZEN)
    assert rate(client, record.id, grade="2", tags=["fast", "made-up"]).status_code == 302
    assert rate(client, record.id, grade="5").status_code == 409
    kept = rating_of(record.id)
    assert (kept.grade, kept.tags, kept.rectification_case_id) == (2, ["fast"], None)
    assert "满意" in client.get(f"/my/cases/{record.id}/").content.decode()


def test_a_case_still_handled_cannot_be_rated(visit):
    with pytest.raises(Conflict):
        rate_case(f.submitted().id, grade=1, by=f.citizen())


def test_nobody_rates_for_somebody_else(visit):
    record = f.finished()
    assert rate(visit(f.STRANGER), record.id, grade="5").status_code == 404
    with pytest.raises(NotAllowed):
        rate_case(record.id, grade=5, by=f.official("reviewer"))


def test_an_anonymous_rating_keeps_no_person(visit):
    record = f.finished()
    rate(visit(f.CITIZEN), record.id, grade="1", anonymous="yes")
    assert rating_of(record.id).rater_person_id is None


def bad():
    record = f.finished()
    return rate_case(record.id, grade=4, by=f.citizen(), text="等得太久", tags=["slow"])


def test_a_bad_rating_opens_a_rectification_case_for_the_unit_that_handled_it():
    rating = bad()
    task = cases.case_for(f.official("leader"), rating.rectification_case_id).record
    assert (task.case_type, task.organisation, task.state) == ("rectification", f.UNIT, "assigned")
    assert rating.rectify_due_at is None or rating.rectify_due_at > rating.rated_at
    assert ratings.counts(f.official("leader")).bad == 1


def test_a_reviewed_appeal_takes_the_rating_out_of_the_figures():
    rating = bad()
    handler, judge = f.official("reviewer"), f.official("leader")
    cases.act(
        rating.rectification_case_id,
        "appeal",
        by=handler,
        data={"ground": "mistaken", "reason": "评错了单位"},
    )
    cases.act(rating.rectification_case_id, "uphold_appeal", by=judge, data={"reason": "属实"})
    events.deliver_own()
    rating.refresh_from_db()
    assert rating.excluded
    assert ratings.counts(f.official("leader")).total == 0


def test_a_bad_rating_put_right_is_noted():
    rating = bad()
    handler = f.official("reviewer")
    task = rating.rectification_case_id
    cases.act(task, "contact", by=handler, data={"contact_way": "phone", "finding": "窗口排队久"})
    cases.act(task, "rectify", by=handler, data={"measures": "增开窗口"})
    events.deliver_own()
    rating.refresh_from_db()
    assert rating.rectified_at


def test_too_long_a_text_is_named():
    with pytest.raises(Invalid) as refused:
        rate_case(f.finished().id, grade=None, by=f.citizen(), text="x" * 501)
    assert {p.path for p in refused.value.problems} == {"grade", "text"}
