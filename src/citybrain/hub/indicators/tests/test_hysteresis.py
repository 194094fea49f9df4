"""Warnings do not flicker."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from citybrain.hub.indicators.domain.hysteresis import ALARM, CALM, WARN, Lines, next_severity

HIGHER = Lines(Decimal(90), Decimal(80), Decimal(95), "higher")
LOWER = Lines(Decimal(10), Decimal(20), Decimal(5), "lower")
FIGURES = st.lists(st.integers(0, 100).map(Decimal), max_size=40)


def walk(lines, values, start=CALM):
    """Severities along a row of values."""
    found = [start]
    for value in values:
        found.append(next_severity(found[-1], Decimal(value), lines))
    return found[1:]


def test_it_warns_below_the_line_and_calms_only_above_the_clearing_line():
    assert walk(HIGHER, [91, 89, 92, 94, 95]) == [CALM, WARN, WARN, WARN, CALM]
    assert walk(LOWER, [9, 11, 8, 6, 5]) == [CALM, WARN, WARN, WARN, CALM]


def test_an_alarm_falls_back_step_by_step():
    assert walk(HIGHER, [79, 85, 89, 90, 94, 95]) == [ALARM, ALARM, ALARM, WARN, WARN, CALM]


def test_a_figure_exactly_on_a_line_is_not_worse_than_it():
    assert walk(HIGHER, [90]) == [CALM]
    assert walk(LOWER, [10, 20]) == [CALM, WARN]


@given(FIGURES)
def test_between_warn_and_clear_nothing_ever_changes_for_the_better_or_worse(values):
    state = CALM
    for value in values:
        following = next_severity(state, value, HIGHER)
        if 90 <= value < 95 and state != ALARM:
            assert following == state
        if value >= 95:
            assert following == CALM
        if value < 80:
            assert following == ALARM
        state = following


@given(FIGURES)
def test_higher_and_lower_are_mirror_images(values):
    mirrored = Lines(Decimal(10), Decimal(20), Decimal(5), "lower")
    assert walk(HIGHER, values) == walk(mirrored, [100 - v for v in values])


def test_contradictory_lines_are_named():
    assert not HIGHER.faults()
    assert Lines(Decimal(90), Decimal(95), Decimal(85), "higher").faults() == [
        "alarm must lie on the bad side of warn",
        "clear must lie on the good side of warn",
    ]
