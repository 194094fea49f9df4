"""Figures come from the rooms' doors: datasets, indicators, divisions."""

from decimal import Decimal

import pytest

from citybrain.apps.cockpit.domain.board import Card, Measure
from citybrain.apps.cockpit.queries import sources
from citybrain.apps.cockpit.queries.compute import content
from citybrain.apps.cockpit.queries.towns import towns
from citybrain.apps.cockpit.tests.factories import document
from citybrain.hub.data import api as data
from citybrain.hub.data.models import ShareLog
from citybrain.kernel import clock
from citybrain.kernel.ids import new_id
from citybrain.kernel.text import Text

SAMPLE = Measure(dataset="cockpit.sample", window="all")
ROWS = """select division::text as division, red::bool as red from (values
    ('350902100001', true), ('350902100002', false), ('350902500001', true), ('350902001003', false)) v (division, red)"""


@pytest.fixture
def sample(city):
    """A dataset of four rows in two towns and the zone."""
    data.register_dataset(
        data.Dataset(
            key="cockpit.sample", room="cockpit", title=Text(zh="样本"), sql=ROWS, division_column="division",
            columns=[data.Column("division", "text", Text(zh="区划")), data.Column("red", "bool", Text(zh="红"))],
        )
    )  # fmt: skip
    yield
    data.forget_dataset("cockpit.sample")


def card(**changes) -> Card:
    return Card.model_validate(
        {"key": "m", "kind": "map", "title": "图", "measure": SAMPLE.model_dump(), **changes}
    )


def test_a_measure_counts_rows(sample):
    assert sources.measured(SAMPLE) == 4
    assert sources.measured(SAMPLE.model_copy(update={"where": "red = true"})) == 2


def test_jurisdictions_split_the_zone_from_its_county(sample):
    found = sources.by_jurisdiction(card())
    assert found["350902"] == 3
    assert found["dongqiao"] == 1
    assert found["350981"] == 0, "a count of nothing is zero"


def test_a_dataset_nobody_offers_is_no_data_and_no_error(city):
    absent = Measure(dataset="nobody.knows")
    assert sources.measured(absent) is None
    assert set(sources.by_jurisdiction(card(measure=absent.model_dump())).values()) == {None}


def test_towns_are_ranked_and_those_of_the_zone_stand_with_the_zone(sample):
    rows = towns(card(), "350902")
    assert rows[0]["code"] == "350902100000"
    assert rows[0]["value"] == "2"
    assert rows[-1]["value"] == "0"
    assert not any(row["code"].startswith("350902500") for row in rows)
    assert [row["value"] for row in towns(card(), "dongqiao")] == ["1"]


def test_the_shipped_board_can_be_computed_on_an_empty_city(city, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        made = content(document())
    assert made["receipts"]["value"] is None
    assert made["stream"] == {"rows": []}
    assert set(made) == {c.key for c in document().cards}


def test_numbers_are_plain_text():
    assert sources.plain(Decimal("12.500")) == "12.5"
    assert sources.plain(Decimal("1E+3")) == "1000"
    assert sources.plain(None) is None


def test_a_ranking_can_go_by_units(db):
    for consumer, rows in (("350900-mzj", 5), ("350900-ybj", 7), ("350900-mzj", 4)):
        ShareLog.objects.create(
            at=clock.now(), grant_id=new_id(), resource="gaj.person", consumer=consumer, purpose="duty:aid", way="api",
            items=["name"], grade="L3", rows=rows,
        )  # fmt: skip
    measure = Measure(dataset="data.sharing_use", measure="sum:rows", window="days30", by="consumer")
    assert [(code, int(n)) for code, _name, n in sources.by_unit(measure)] == [
        ("350900-mzj", 9),
        ("350900-ybj", 7),
    ]
