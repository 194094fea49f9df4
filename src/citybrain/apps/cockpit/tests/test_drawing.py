"""Curves, shades and bars never show what is not there."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from citybrain.apps.cockpit.domain.curve import bounds, curve
from citybrain.apps.cockpit.domain.shades import limits, shade, share

numbers = st.one_of(st.none(), st.decimals(-(10**6), 10**6, places=2))


@given(st.lists(numbers, min_size=1, max_size=60))
def test_every_point_lies_inside_the_picture(values):
    points = [(str(n), v) for n, v in enumerate(values)]
    low, high = scale = bounds([points])
    assert low < high
    drawn = curve(points, scale, 300, 100)
    for pair in drawn.line.replace("M", "L").split("L")[1:]:
        x, y = map(float, pair.split(","))
        assert -0.1 <= x <= 300.1
        assert -0.1 <= y <= 100.1


def test_a_missing_value_breaks_the_line_and_is_not_drawn_as_zero():
    drawn = curve([("1", Decimal(5)), ("2", None), ("3", Decimal(5)), ("4", Decimal(5))], (0, 10), 300, 100)
    assert drawn.line.count("M") == 2
    assert "100" not in drawn.line.split("L")[0]


def test_nothing_known_draws_nothing():
    assert curve([("1", None)], bounds([[("1", None)]])).line == ""


def test_a_scale_begins_at_zero_when_zero_is_near():
    assert bounds([[("1", Decimal(3)), ("2", Decimal(90))]])[0] == 0
    assert bounds([[("1", Decimal("98.1")), ("2", Decimal("99.5"))]])[0] > 90


@given(st.dictionaries(st.text(max_size=4), numbers, max_size=12))
def test_shades_keep_the_order_of_values(values):
    held = limits(values)
    known = sorted((v, shade(v, held)) for v in values.values() if v is not None)
    shades = [int(s) for _v, s in known]
    assert shades == sorted(shades)
    assert all(0 <= s <= 4 for s in shades)


def test_no_data_has_its_own_shade():
    assert shade(None, [Decimal(1)]) == "none"


def test_a_bar_is_a_share_of_the_longest():
    assert share(Decimal(5), Decimal(20)) == 25.0
    assert share(None, Decimal(20)) == share(Decimal(5), None) == share(Decimal(-5), Decimal(20)) == 0.0
    assert share(Decimal(30), Decimal(20)) == 100.0
