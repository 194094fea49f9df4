"""A collection of the demo city comes in as a clerk's does: one good run with rejected rows, one stopped by a changed file."""

from types import SimpleNamespace

import pytest

from citybrain.hub.data.collection.actions import demo
from citybrain.hub.data.models import Collection, CollectionRun, Item, Lineage, Resource
from citybrain.hub.data.quality.tasks import last_collection
from citybrain.hub.data.tests import factories as rows
from citybrain.hub.data.tests.collection import factories as f
from citybrain.hub.identity.tests import factories as people
from citybrain.hub.packs import api as packs

pytestmark = pytest.mark.django_db
ITEMS = [
    (
        "uscc",
        "text",
        {"title": {"zh": "统一社会信用代码"}, "identifier": "uscc", "is_key": True, "required": True},
    ),
    ("name", "text", {"title": {"zh": "机构名称"}}),
    ("address", "text", {"title": {"zh": "地址"}}),
    ("beds", "integer", {"title": {"zh": "床位数"}}),
    ("telephone", "text", {"title": {"zh": "服务电话"}}),
    ("opened_on", "date", {"title": {"zh": "备案日期"}}),
]


@pytest.fixture
def told(lake, clerk, monkeypatch):
    """The shipped document, played by the test's clerk."""
    rows.lake_resource(
        "mzj.elderly_home", [(name, kind, {}) for name, kind, _more in ITEMS], owner=f.UNIT, key_item="uscc",
        time_item="", organisation_item="", division_item="",
    )  # fmt: skip
    for name, _kind, more in ITEMS:
        Item.objects.filter(resource="mzj.elderly_home", name=name).update(**more)
    monkeypatch.setattr(demo.identity, "demo_actor", lambda name: people.actor(clerk))
    run = SimpleNamespace(subject="ningde-data:elderly-homes", checkpoint={}, arguments={})
    run.step = lambda **kept: run.checkpoint.update(kept)
    return run


def test_good_rows_come_in_and_a_changed_file_stops(told):
    assert demo.collect_demo(told) == {"files": 2}
    first, second = CollectionRun.objects.order_by("began_at")
    assert (first.collected, first.accepted, first.rejected, first.job.state) == (26, 24, 2, "done")
    assert (second.accepted, second.job.state) == (0, "failed")
    assert "床位数" in second.job.error
    assert Resource.objects.get(pk="mzj.elderly_home").demo
    assert last_collection("mzj.elderly_home") is False, "the newest run failed"


def test_the_lineage_names_the_column_of_the_file(told):
    demo.collect_demo(told)
    made = Collection.objects.get()
    edge = Lineage.objects.get(downstream="mzj.elderly_home", downstream_item="beds")
    assert (edge.upstream, edge.upstream_item) == (f"source:{made.pk}", "床位数")


def test_taken_up_again_it_brings_nothing_twice(told):
    demo.collect_demo(told)
    demo.collect_demo(told)
    assert Collection.objects.count() == 1
    assert CollectionRun.objects.count() == 2


def test_never_in_production(settings):
    settings.MODE = "production"
    with pytest.raises(packs.PackError):
        demo.begin_demo("ningde-data", "elderly-homes", by=f.BY)
