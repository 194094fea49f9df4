"""Corrections: which rows of a record are put right, and that a model built again keeps them."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.lake import reading, writing
from citybrain.hub.data.models import Objection
from citybrain.hub.data.registers.domain.corrections import Corrected, settled
from citybrain.hub.data.tests import factories as rooms
from citybrain.hub.data.tests.registers.factories import BY, MEI, MING, build, declare, item, model, raw
from citybrain.kernel import clock

CARDS = [
    item("card"),
    item("number", personal="id_number"),
    item("issuer"),
    item("fee", "number"),
    item("valid_to", "date"),
]


@pytest.fixture
def cards(lake):
    """Two cards of one holder and one of another, and a model that reads them."""
    raw()
    data.declare_resource(
        "xgw.card",
        title={"zh": "证", "en": "Cards"},
        items=CARDS,
        by=BY,
        owner="350902-zf",
        key_item="number",
    )
    data.publish_resource("xgw.card", by=BY)
    rooms.deliver("xgw.card", [
        {"card": "C1", "number": MEI, "issuer": "甲局", "fee": Decimal("10.5"), "valid_to": date(2027, 1, 1)},
        {"card": "C2", "number": MEI, "issuer": "乙局", "fee": Decimal("20"), "valid_to": None},
        {"card": "C3", "number": MING, "issuer": "甲局", "fee": None, "valid_to": None},
    ])  # fmt: skip
    declare(model("std.card", CARDS, sql="SELECT card, number, issuer, fee, valid_to FROM xgw.card", key_item="number",
                  tests=[{"unique": ["card"]}]))  # fmt: skip
    build()


def corrected(key: str, name: str, value: str, stood: str = "") -> Objection:
    """An objection all the way to the correction."""
    row = data.raise_objection(
        resource_key=key, record=MEI, item=name, claimed=value, reason="登记有误", by=BY, stood=stood
    )
    data.register_objection(row.pk, by=BY)
    return data.correct_record(row.pk, value=value, answer="已核实更正", by=BY)


def issuers(key: str) -> list[tuple]:
    return reading.query(f"SELECT card, issuer FROM {key} ORDER BY card").rows


def test_only_the_row_that_says_it_is_put_right_and_none_is_lost(cards):
    corrected("xgw.card", "issuer", "丙局", "甲局")
    assert issuers("xgw.card") == [("C1", "丙局"), ("C2", "乙局"), ("C3", "甲局")]


def test_a_correction_survives_that_the_model_is_built_again(cards):
    corrected("std.card", "issuer", "丙局", "甲局")
    assert issuers("std.card") == [("C1", "丙局"), ("C2", "乙局"), ("C3", "甲局")]
    build()
    assert issuers("std.card") == [("C1", "丙局"), ("C2", "乙局"), ("C3", "甲局")]
    corrected("std.card", "issuer", "丁局", "丙局")
    build()
    assert issuers("std.card")[0] == ("C1", "丁局")
    rooms.deliver("xgw.card", [{"card": "C4", "number": MEI, "issuer": "戊局"}])
    build()
    assert issuers("std.card")[3] == ("C4", "戊局")


@pytest.mark.parametrize(
    ("name", "stood", "value", "now"),
    [("fee", "10.500000", "11", Decimal(11)), ("valid_to", "2027-01-01", "2028-02-03", date(2028, 2, 3)), ("fee", "10.500000", "", None)],
)  # fmt: skip
def test_numbers_dates_and_nothing_survive_too(cards, name, stood, value, now):
    corrected("std.card", name, value, stood)
    build()
    assert reading.query(f"SELECT {name} FROM std.card WHERE card = 'C1'").rows == [(now,)]
    assert reading.query("SELECT count(*) FROM std.card").rows == [(3,)]


def test_what_the_sources_say_anew_stands_against_an_old_correction(cards):
    corrected("std.card", "issuer", "丙局", "甲局")
    writing.replace(
        "xgw.card", pa.Table.from_pylist([{"card": "C1", "number": MEI, "issuer": "己局"}]), batch="anew", at=clock.now(), key="number"
    )  # fmt: skip
    build()
    assert issuers("std.card") == [("C1", "己局")]


def test_a_correction_that_was_cut_off_is_done_once(cards, monkeypatch):
    row = data.raise_objection(
        resource_key="xgw.card",
        record=MEI,
        item="issuer",
        claimed="丙局",
        reason="登记有误",
        by=BY,
        stood="甲局",
    )
    data.register_objection(row.pk, by=BY)
    from citybrain.hub.data.registers.actions import correct_record as module

    real = module.merging.delete

    def killed(*_a, **_k):
        raise RuntimeError("killed")

    monkeypatch.setattr(module.merging, "delete", killed)
    with pytest.raises(RuntimeError):
        data.correct_record(row.pk, value="丙局", answer="已核实更正", by=BY)
    monkeypatch.setattr(module.merging, "delete", real)
    data.correct_record(row.pk, value="丙局", answer="已核实更正", by=BY)
    assert issuers("xgw.card") == [("C1", "丙局"), ("C2", "乙局"), ("C3", "甲局")]


def test_later_corrections_follow_earlier_ones():
    made = [Corrected("r", "a", "1", "2"), Corrected("R ", "a", "2", "3"), Corrected("s", "a", "1", "9")]
    assert settled(made) == {"a": {"R\x1f1": "3", "R\x1f2": "3", "S\x1f1": "9"}}
