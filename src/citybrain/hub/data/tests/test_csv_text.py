"""CSV that a spreadsheet opens without running anything."""

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.hub.data.domain.csv_text import csv_text, safe_cell


@pytest.mark.parametrize("cell", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝cmd", "\n@x"])
def test_text_that_would_be_run_becomes_text(cell):
    assert safe_cell(cell).startswith("'")


def test_numbers_stay_numbers_and_chinese_stays_readable():
    assert safe_cell(Decimal("-3.5")) == "-3.5"
    assert safe_cell(None) == ""
    assert csv_text(["名称"], [["虎𬇙镇"]]) == "\ufeff名称\r\n虎𬇙镇\r\n"


@given(st.lists(st.lists(st.text(max_size=20), min_size=2, max_size=2), max_size=5))
def test_every_cell_survives_and_none_begins_like_a_formula(rows):
    text = csv_text(["a", "b"], rows).removeprefix("\ufeff")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert len(read) == len(rows) + 1
    for cell in (cell for row in read for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
