"""Charts stand on scales of round numbers, keep time true and always come with their figures."""

from datetime import date

import pytest
from django.template import engines
from django.utils import translation

from citybrain.ui.charts import axis, plot


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0, 100, [0, 25, 50, 75, 100]),
        (0, 7, [0, 2, 4, 6, 8]),
        (0, 0, [0, 0.25, 0.5, 0.75, 1.0]),
        (0, 3, [0, 1, 2, 3]),
        (97.2, 98.9, [97, 97.5, 98, 98.5, 99]),
        (-3, 9, [-5, 0, 5, 10]),
        (0, 1_286_000, [0, 500_000, 1_000_000, 1_500_000]),
    ],
)
def test_a_scale_has_round_numbers_around_its_values(low, high, wanted):
    found = axis(low, high)
    assert found == pytest.approx(wanted)
    assert found[0] <= low
    assert found[-1] >= high


def test_days_without_a_value_leave_their_distance():
    drawn = plot([(date(2026, 3, 1), 0), (date(2026, 3, 2), 50), (date(2026, 3, 11), 100)], low=0, high=100)
    assert drawn.line == "M0.0 100.0L10.0 50.0L100.0 0.0"
    assert drawn.end == "M100.0 0.0h0"
    with translation.override("en"):
        assert plot([(date(2026, 3, 1), 0), (date(2026, 3, 11), 100)]).labels[0] == "1 Mar 2026"


def test_columns_stand_on_zero_and_nothing_is_no_column():
    drawn = plot([("a", 0), ("b", 10), ("c", 40)], "columns", low=0)
    assert drawn.ticks == ["40", "30", "20", "10", "0"]
    assert [c[3] for c in drawn.columns] == [25, 100]
    assert drawn.labels == ["a", "b", "c"]


@pytest.mark.parametrize("points", [[], [(date(2026, 3, 1), 5)], [("a", None), ("b", None)]])
def test_nothing_to_draw_draws_nothing(points):
    assert plot(points) is None


def test_a_chart_comes_with_axes_words_and_a_table():
    template = engines["jinja2"].from_string(
        '{% import "ui/components.html" as c %}{{ c.chart(p, "Valid records", low=0) }}'
    )
    with translation.override("en"):
        html = template.render(
            {"p": [(date(2026, 3, 1), 1200), (date(2026, 3, 2), None), (date(2026, 3, 3), 1500)]}
        )
    assert 'aria-label="Valid records: 1 Mar 2026 1,200, 3 Mar 2026 1,500"' in html
    assert "<li>1,500</li>" in html
    assert "The figures as a table" in html
    assert html.count("<tr>") == 4
    assert "style=" not in html
