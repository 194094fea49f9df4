"""Long work goes on from its checkpoint, obeys people between steps, and belongs to a unit."""

import pytest

from citybrain.hub.data.jobs import actions, kinds, running
from citybrain.hub.data.models import Job
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")


@pytest.fixture
def counting(monkeypatch):
    """A kind of work that counts to five and does what ``at`` says at a number."""
    at: dict = {}

    def work(run):
        for number in range(run.checkpoint.get("next", 1), 6):
            if number in at:
                at.pop(number)(run)
            run.step(done=number, total=5, next=number + 1)
        return {"counted": 5}

    monkeypatch.setattr(kinds, "_kinds", {})
    kinds.job("count", zh="数数", en="Count", pausable=True)(work)
    return at


def begin() -> Job:
    return actions.begin_job("count", by=BY, subject="tests")


def test_work_is_done_and_says_so(counting):
    row = begin()
    assert running.do_next()
    row.refresh_from_db()
    assert (row.state, row.done, row.result) == ("done", 5, {"counted": 5})
    assert not running.do_next()


def test_work_goes_on_after_its_process_died(counting):
    row = begin()
    Job.objects.update(state="running", checkpoint={"next": 4}, attempts=1)
    assert running.do_next()
    row.refresh_from_db()
    assert (row.state, row.done) == ("done", 5)


def test_work_that_kills_its_process_is_given_up(counting):
    row = begin()
    Job.objects.update(state="running", attempts=running.MOST_ATTEMPTS)
    running.do_next()
    row.refresh_from_db()
    assert row.state == "failed"


@pytest.mark.django_db(transaction=True)
def test_pause_and_resume(counting):
    row = begin()
    counting[3] = lambda run: actions.wish_of_job(row.pk, "pause", by=BY)
    running.do_next()
    row.refresh_from_db()
    assert (row.state, row.done) == ("paused", 3)
    actions.wish_of_job(row.pk, "resume", by=BY)
    running.do_next()
    row.refresh_from_db()
    assert (row.state, row.done) == ("done", 5)


def test_a_failure_is_told_and_can_be_tried_again(counting):
    def fail(run):
        raise ValueError("broken")

    row = begin()
    counting[2] = fail
    running.do_next()
    row.refresh_from_db()
    assert row.state == "failed"
    assert "broken" in row.error
    actions.wish_of_job(row.pk, "retry", by=BY)
    running.do_next()
    row.refresh_from_db()
    assert row.state == "done"


def test_what_is_done_is_not_cancelled(counting):
    row = begin()
    running.do_next()
    with pytest.raises(Conflict):
        actions.wish_of_job(row.pk, "cancel", by=BY)


def test_only_ones_own_units_work_is_seen(counting, client):
    people.town()
    people.role("clerk", ["data.work"])
    clerk = people.official("clerk", people.post("clerk", "350902-scjg"))
    own = actions.begin_job("count", by=people.actor(clerk))
    other = actions.begin_job("count", by=BY, organisation="350921-scjg")
    client.force_login(clerk)
    assert client.get(f"/data/jobs/{own.pk}/").status_code == 200
    assert client.get(f"/data/jobs/{other.pk}/").status_code == 404
    assert client.post(f"/data/jobs/{other.pk}/wish/", {"wish": "cancel"}).status_code == 404
    client.post(f"/data/jobs/{own.pk}/wish/", {"wish": "cancel"})
    own.refresh_from_db()
    assert own.state == "cancelled"
