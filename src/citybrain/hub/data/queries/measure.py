"""Counting datasets: totals for indicators. No rows and no personal values leave here, so no actor is asked."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from citybrain.hub.data.catalogue.queries.resources import dataset_of
from citybrain.hub.data.domain.statement import Question, condition, measuring
from citybrain.hub.data.queries.running import run_on
from citybrain.kernel.expressions import Expression

Answer = Decimal | None


def measure(
    key: str,
    *,
    measure: str = "count",
    where: Expression | str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    group_by: str | None = None,
    time: str = "",
) -> Answer | dict[str, Answer]:
    """One total over a dataset, or one for each member of ``group_by``.

    ``measure``: ``count``, ``sum:<column>``, ``avg:<column>``, ``distinct:<column>``. The window [since, until) is on
    ``time`` (default the dataset's time column). ``group_by``: a column, ``organisation``, ``matter``, ``county``,
    ``town``, ``day``, ``month`` (city time). A sum or average of nothing is None, a count of nothing 0.
    NotFound: no such dataset; ExpressionError: the condition; Unavailable: it takes too long.
    """
    question = Question(measure, condition(dataset_of(key), where))
    found = measure_all(key, [question], since=since, until=until, group_by=group_by or "", time=time)
    return {member: values[0] for member, values in found.items()} if group_by else found.get("", [None])[0]


def measure_all(
    key: str,
    questions: Sequence[Question],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    group_by: str = "",
    time: str = "",
) -> dict[str, list[Answer]]:
    """Several questions over one window in one pass; member → answers in the questions' order, ``""`` ungrouped."""
    dataset = dataset_of(key)
    statement = measuring(dataset, questions, time=time, since=since, until=until, group_by=group_by)
    rows = run_on(dataset, statement)
    if not group_by:
        return {"": [decimal(value) for value in rows[0]]}
    return {str(row[0] if row[0] is not None else ""): [decimal(value) for value in row[1:]] for row in rows}


def question(key: str, measure: str, where: str | Expression | None) -> Question:
    """A question over a dataset, its condition compiled."""
    return Question(measure, condition(dataset_of(key), where))


def decimal(value: Any) -> Answer:
    """A number from the database as Decimal."""
    return None if value is None else Decimal(value)
