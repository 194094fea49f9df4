"""Opening data against a proposer who would rather publish more: what a step is called is also what it does."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pyarrow as pa
import pytest

from citybrain.apps.opendata.actions.workspace import workspace
from citybrain.apps.opendata.domain.deidentify import treated
from citybrain.apps.opendata.domain.disclosure import anonymous
from citybrain.apps.opendata.domain.treatment import ColumnTreatment, Treatment, watched

TODAY = date(2026, 11, 30)
PERSONAL = ("张三", "欧阳娜娜", "350902199001010019", "13805931234", "059328712345", "6217001820001234567", "福建省宁德市蕉城区", "lin@example.cn", "闽J12345")  # fmt: skip


def after(step: str, *values):
    rows = pa.table({"x": pa.array(values)})
    return treated(rows, Treatment(columns={"x": ColumnTreatment(step=step)}), today=TODAY)["x"].to_pylist()


@pytest.mark.parametrize("step", ["county", "town", "month", "year"])
def test_a_generalisation_lets_through_nothing_it_does_not_generalise(step):
    """A personal column may be opened when it is generalised; the first seven characters of a name are the name."""
    assert after(step, *PERSONAL) == [None] * len(PERSONAL)


def test_nobody_is_found_because_a_column_is_called_plain(tmp_path, settings):
    """Without a quasi-identifier nothing is counted; who they are is the catalogue's word, not the proposer's."""
    items = [
        SimpleNamespace(name="born", personal="yes", grade="L2"),
        SimpleNamespace(name="ward", personal="", grade="L3"),
        SimpleNamespace(name="seen_on", personal="", grade="L1"),
    ]
    said = {
        "born": ColumnTreatment(step="age_band"),
        "ward": ColumnTreatment(step="county"),
        "seen_on": ColumnTreatment(step="month"),
    }
    seen = watched(items, Treatment(columns=said, k=2))
    assert seen.named("quasi") == ["born", "ward"]
    rows = pa.table(
        {"born": ["30-39", "30-39", "90+"], "ward": ["350902000000"] * 3, "seen_on": ["2026-01"] * 3}
    )
    settings.DATA_DIR = tmp_path
    with workspace() as work:
        work.hold("treated", [rows])
        found = anonymous(work.engine, seen)
        kept = work.engine.execute("SELECT born FROM kept").fetchall()
    assert (kept, found["suppressed"]) == ([("30-39",), ("30-39",)], 1), "the one of ninety stays"


def test_what_can_be_generalised_is():
    assert after("county", "350902001002", "350902001", "350902", None) == ["350902000000"] * 3 + [None]
    assert after("town", "350902001002") == ["350902001000"]
    assert after("month", "1990-05-06", "1990-05", "1990-05-06T07:08:09+08:00") == ["1990-05"] * 3
    assert after("month", date(1990, 5, 6)) == ["1990-05"]
    assert after("year", datetime(1990, 5, 6, tzinfo=UTC)) == ["1990"]
