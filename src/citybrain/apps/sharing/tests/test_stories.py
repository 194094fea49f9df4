"""The demo city's stories go through the real doors, at their own time, once, and never in production."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings

from citybrain.apps.sharing.actions import stories
from citybrain.apps.sharing.models import DataRequest, ObjectionCase
from citybrain.apps.sharing.pack import DataStories, StoriesSaid
from citybrain.apps.sharing.tests import factories as f
from citybrain.hub.data.models import ShareLog
from citybrain.hub.data.tests import factories as rows
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock

NUMBER = "11010519491231002X"
PURPOSE = {"kind": "duty", "code": "mzj-aid", "text": "核对救助对象身份"}
ASKED = {
    "by": "asking", "days_ago": 20, "resource": "gaj.person", "items": ["number", "name"], "purpose": PURPOSE,
    "basis": "社会救助暂行办法",
}  # fmt: skip


@pytest.fixture
def played(city, monkeypatch):
    """Demo accounts are the people of the test's city; the table has rows."""
    people = {"asking": city.asking, "giving": city.giving, "officer": city.officer}
    monkeypatch.setattr(stories.identity, "demo_actor", lambda name: f.acting(people[name]))
    rows.deliver("gaj.person", [{"number": NUMBER, "name": "张山"}])
    return city


def said(**parts) -> StoriesSaid:
    return StoriesSaid.model_validate(parts)


def steps(*acts):
    return [
        {"by": who, "action": action, "days_ago": days, "with": fields} for who, action, days, fields in acts
    ]


def test_a_request_granted_weeks_ago_was_called_since(played):
    way = steps(("officer", "forward", 19, {}), ("giving", "agree", 15, {}))
    (one,) = said(requests=[{**ASKED, "steps": way, "calls": {"days_ago": [9, 3], "rows": [1]}}]).requests
    stories.ask(one)
    row = DataRequest.objects.get()
    assert row.state == "serving"
    assert not row.answered_late
    days = [clock.local(line.at).date() for line in ShareLog.objects.order_by("at")]
    assert days == [clock.today() - timedelta(days=9), clock.today() - timedelta(days=3)]


def test_what_nobody_checked_in_time_is_overdue(played):
    stories.ask(said(requests=[ASKED]).requests[0])
    row = DataRequest.objects.get()
    assert row.state == "checking"
    assert row.due_at < clock.now()


def test_an_objection_is_corrected_on_its_day(played):
    way = steps(
        ("officer", "register", 5, {}),
        ("giving", "correct", 2, {"new_value": "张三", "evidence": "户籍档案"}),
    )
    about = {
        "resource": "gaj.person",
        "record": NUMBER,
        "item": "name",
        "claimed": "张三",
        "reason": "登记有误",
    }
    stories.object_to(said(objections=[{"by": "asking", "days_ago": 6, **about, "steps": way}]).objections[0])
    row = ObjectionCase.objects.get()
    assert row.state == "corrected"
    assert clock.local(row.closed_at).date() == clock.today() - timedelta(days=2)


def test_never_in_production(monkeypatch):
    monkeypatch.setattr(settings, "MODE", "production")
    with pytest.raises(packs.PackError):
        DataStories().apply(SimpleNamespace(checking=False, by=None), SimpleNamespace(pack="p", key="k"))
