"""Scores and standings by the stated formula."""

from decimal import Decimal

from citybrain.hub.data.quality.domain.scoring import Counted, Standing, by_item, of_resource, ranked


def counted(rule: str, dimension: str, judged: int, failed: int, weight: int = 10, items=("a",)) -> Counted:
    return Counted(rule, dimension, items, weight, judged, failed)


def test_a_score_is_never_full_while_a_row_fails():
    assert counted("r", "accuracy", 10**9, 1).score == Decimal("99.99")
    assert counted("r", "accuracy", 10, 0).score == 100
    assert counted("r", "accuracy", 0, 0).score is None


def test_rules_count_by_weight_and_dimensions_by_theirs():
    found = [
        counted("a", "accuracy", 10, 5, 30),
        counted("b", "accuracy", 10, 0, 10),
        counted("c", "timeliness", 1, 1),
    ]
    assert by_item(found)["a"] == Decimal("50.00")
    assert of_resource(found, {"accuracy": 30, "timeliness": 10}) == Decimal("46.88")
    assert of_resource([], {"accuracy": 30}) is None


def test_standings_are_fair():
    found = ranked(
        [
            Standing("b", Decimal(90), 10, 2, 2),
            Standing("a", Decimal(90), 10**9, 1, 2),
            Standing("c", Decimal(99), 5, 1, 9),  # too little of it is known
            Standing("d", None, 0, 0, 3),
            Standing("e", Decimal(80), 5, 1, 1),
        ]
    )
    assert [(s.code, s.rank) for s in found] == [("a", 1), ("b", 1), ("e", 3), ("c", 0), ("d", 0)]
