"""The demo city's open data go through the real flow, at their own time, and never in production."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from citybrain.apps.opendata.actions import stories
from citybrain.apps.opendata.models import Comment, DataRequest, OpenDataset
from citybrain.apps.opendata.pack import OpenStories, OpenStoriesSaid
from citybrain.apps.opendata.tests import factories
from citybrain.apps.opendata.tests.test_release import REASON, team  # noqa: F401 - the fixture
from citybrain.hub.identity.tests import factories as people
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock

pytestmark = pytest.mark.django_db
RELEASE = {
    "by": "proposer", "days_ago": 8, "resource": "wjw.visit", "slug": "clinic-visits", "title": {"zh": "门诊就诊"},
    "summary": {"zh": "各县门诊就诊情况的统计"}, "theme": "health", "cycle": "monthly", "k": 3,
    "columns": {
        "born": {"step": "age_band", "number": 10, "role": "quasi"}, "division": {"step": "county", "role": "quasi"},
        "ward": {"step": "keep", "role": "sensitive"},
    },
    "steps": [
        {"by": "head", "action": "agree", "days_ago": 7, "with": {"opinion": "可以开放"}},
        {"by": "checker", "action": "pass_check", "days_ago": 6, "with": {"opinion": "通过", "report_read": True}},
        {"by": "approver", "action": "approve", "days_ago": 5, "with": REASON},
    ],
}  # fmt: skip


@pytest.fixture
def played(citizen, team, monkeypatch):  # noqa: F811
    """Demo accounts are the people of the tests."""
    everybody = {**team, "citizen": citizen}
    monkeypatch.setattr(stories.identity, "demo_actor", lambda name: people.actor(everybody[name]))


def test_a_release_is_published_on_its_day_with_its_report(played):
    (one,) = OpenStoriesSaid.model_validate({"releases": [RELEASE]}).releases
    stories.release(one)
    made = OpenDataset.objects.get(slug="clinic-visits")
    assert (made.state, made.rows) == ("published", 24)
    assert clock.local(made.published_at).date() == clock.today() - timedelta(days=5)
    assert made.versions.get().report["classes"]["k_after"] >= 3


def test_citizens_speak_and_a_steward_looks_first(played):
    made = factories.published()
    voice = {"by": "citizen", "days_ago": 2, "slug": made.slug, "stars": 4, "remark": "建议补充科室名称"}
    stories.voice(OpenStoriesSaid.model_validate({"voices": [voice]}).voices[0])
    assert Comment.objects.get().state == "waiting"
    made.refresh_from_db()
    assert (float(made.stars), made.scores) == (4.0, 1)


def test_a_citizen_asks_for_data(played):
    asked = {
        "by": "citizen",
        "days_ago": 3,
        "title": "停车场泊位数",
        "purpose": "为餐饮门店选址，想知道停车条件。",
    }
    stories.ask(OpenStoriesSaid.model_validate({"requests": [asked]}).requests[0])
    assert DataRequest.objects.get().title == "停车场泊位数"


def test_never_in_production(settings):
    settings.MODE = "production"
    with pytest.raises(packs.PackError):
        OpenStories().apply(SimpleNamespace(checking=False, by=None), SimpleNamespace(pack="p", key="k"))
