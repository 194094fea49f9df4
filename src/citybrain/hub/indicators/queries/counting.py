"""Ask the data room for numerators and denominators, many indicators at a pass."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from citybrain.hub.data import api as data
from citybrain.hub.indicators.domain.counting import Batch, Parts, Subject, batches, rolled_up
from citybrain.hub.indicators.domain.periods import bounds_of, period_of, start_of
from citybrain.hub.places import api as places
from citybrain.kernel import clock
from citybrain.kernel.errors import CityError
from citybrain.kernel.expressions import ExpressionError

log = logging.getLogger("citybrain.hub.indicators")
# (code, period, dimension, member) → parts
Found = dict[tuple[str, str, str, str], Parts]
REFUSALS = (CityError, ExpressionError, ValueError, KeyError)
MOST_GROUPS = 5000
MEMBERS_OF = {"county": "county", "organisation": "organisation", "matter": "matter"}


def count_days(subjects: Sequence[Subject], first: date, last: date, *, members: bool = True) -> Found:
    """Day values from ``first`` to ``last`` (both counted in city time) for indicators kept by days.

    Days without any event are present for the city as a whole, as zeros, from the first day that has one.
    """
    found: Found = defaultdict(Parts)
    following = date.fromordinal(last.toordinal() + 1)

    def ask(batch: Batch, dimension: str) -> None:
        group = f"day,{MEMBERS_OF[dimension]}" if dimension else "day"
        answers = measure(batch, dimension, group, since=start_of(first), until=start_of(following))
        for key, values in answers.items():
            day, _, member = key.partition("|")
            if dimension and not member:
                continue
            put(found, batch.of_dimension(dimension), day, dimension, member, values, zero=True)

    def ask_together(batch: Batch) -> bool:
        window = {"since": start_of(first), "until": start_of(following), "time": batch.time}
        return together(batch, found, last.isoformat(), window)

    single = ask_together if members and first == last else None
    counted = each(subjects, ask, members=members, at_once=single)
    fill_gaps(found, counted, first, last)
    return kept(found, counted)


def count_now(subjects: Sequence[Subject], day: date) -> Found:
    """Snapshot values of indicators with the window ``now``, filed under ``day``."""
    found: Found = defaultdict(Parts)

    def ask(batch: Batch, dimension: str) -> None:
        answers = measure(
            batch, dimension, MEMBERS_OF[dimension] if dimension else "",
            windowless=not batch.past, until=clock.now(),
        )  # fmt: skip
        for member, values in answers.items():
            if not dimension or member:
                put(found, batch.of_dimension(dimension), day.isoformat(), dimension, member, values)

    def ask_together(batch: Batch) -> bool:
        window = {"until": clock.now(), "time": batch.time} if batch.past else {}
        return together(batch, found, day.isoformat(), window)

    counted = each(subjects, ask, at_once=ask_together)
    constants(found, counted, day.isoformat())
    return kept(found, counted)


def count_period(subject: Subject, day: date) -> Found:
    """Values of the period a day falls in; a side without ``time`` is a snapshot."""
    found: Found = defaultdict(Parts)
    frequency = subject.definition.frequency
    period = period_of(frequency, day)
    first, following = bounds_of(frequency, day)

    def ask(batch: Batch, dimension: str) -> None:
        answers = measure(
            batch, dimension, MEMBERS_OF[dimension] if dimension else "",
            since=start_of(first), until=start_of(following), windowless=not batch.time,
        )  # fmt: skip
        for member, values in answers.items():
            if not dimension or member:
                put(found, batch.of_dimension(dimension), period, dimension, member, values)

    counted = each([subject], ask)
    constants(found, counted, period)
    return kept(found, counted)


def each(
    subjects: Sequence[Subject],
    ask: Callable[[Batch, str], None],
    *,
    members: bool = True,
    at_once: Callable[[Batch], bool] | None = None,
) -> list[Subject]:
    """Ask every batch for the city and its dimensions; subjects that cannot be asked are left out and logged.

    Returns the subjects that were counted. One bad rule never stops the others.
    """
    known = data.countable(side.dataset or "" for s in subjects for side in with_dataset(s))
    ready = [s for s in subjects if all(side.dataset in known for side in with_dataset(s))]
    for batch in batches(ready):
        if at_once is not None and tried(batch, at_once):
            continue
        for dimension in ["", *(batch.dimensions() if members else [])]:
            ready = asked_or_dropped(batch, dimension, ask, ready)
    return ready


def tried(batch: Batch, at_once: Callable[[Batch], bool]) -> bool:
    """Whether the batch could be answered in one pass; what fails is asked again, piece by piece."""
    try:
        return at_once(batch)
    except REFUSALS:
        return False


def together(batch: Batch, found: Found, period: str, window: dict) -> bool:
    """One pass over all dimensions of a batch at once, added up here. False when that cannot be done."""
    dimensions = batch.dimensions()
    if not batch.additive or not dimensions:
        return False
    questions = [data.question(batch.dataset, side.measure, side.where) for _s, _r, side in batch.asked]
    answers = data.measure_all(batch.dataset, questions, group_by=",".join(dimensions), **window)
    if len(answers) >= MOST_GROUPS:
        return False
    sums = rolled_up(answers, len(dimensions))
    put(found, batch.asked, period, "", "", sums[0].get("", [Decimal(0)] * len(questions)))
    for dimension, members in zip(dimensions, sums[1:], strict=True):
        if dimension == "county":
            members = succeeded(members)
        wanted = [
            i for i, (subject, _r, _s) in enumerate(batch.asked) if dimension in subject.definition.dimensions
        ]
        for member, values in members.items():
            if member and any(values):
                asked = [batch.asked[i] for i in wanted]
                put(found, asked, period, dimension, member, [values[i] for i in wanted])
    return True


def kept(found: Found, counted: Sequence[Subject]) -> Found:
    """Without the halves of indicators whose other side could not be counted."""
    codes = {subject.code for subject in counted}
    return {key: parts for key, parts in found.items() if key[0] in codes}


def asked_or_dropped(
    batch: Batch, dimension: str, ask: Callable[[Batch, str], None], ready: list[Subject]
) -> list[Subject]:
    """Ask a batch at once; when that fails, each subject alone, dropping those that fail."""
    try:
        ask(batch, dimension)
        return ready
    except REFUSALS as error:
        if len(batch.asked) > 1:
            for item in batch.asked:
                ready = asked_or_dropped(
                    Batch(batch.dataset, batch.time, batch.past, [item]), dimension, ask, ready
                )
            return ready
        subject = batch.asked[0][0]
        log.warning("indicator %s cannot be computed: %s", subject.code, error)
        return [s for s in ready if s.code != subject.code]


def with_dataset(subject: Subject):
    """The sides that count a dataset."""
    return [side for side in subject.definition.sides.values() if side.dataset]


def measure(batch: Batch, dimension: str, group_by: str, *, windowless: bool = False, since=None, until=None):
    """Answers of one pass: member → values in the order of ``batch.of_dimension(dimension)``."""
    asked = batch.of_dimension(dimension)
    if not asked:
        return {}
    questions = [data.question(batch.dataset, side.measure, side.where) for _s, _r, side in asked]
    window = {} if windowless else {"since": since, "until": until, "time": batch.time}
    answers = data.measure_all(batch.dataset, questions, group_by=group_by, **window)
    return succeeded(answers) if dimension == "county" else answers


def succeeded(answers: dict) -> dict:
    """Members of unknown divisions are left out of the map, not of the city's total."""
    known = {division.code for division in places.counties()}
    return {key: values for key, values in answers.items() if not known or key.rpartition("|")[2] in known}


def put(found: Found, asked, period: str, dimension: str, member: str, values, *, zero: bool = False) -> None:
    """File the values of one pass under their indicators."""
    for (subject, role, side), value in zip(asked, values, strict=True):
        if value is None and zero and side.additive:
            value = Decimal(0)
        parts = found[(subject.code, period, dimension, member)]
        parts.put(role, value)
        if subject.definition.denominator and subject.definition.denominator.constant is not None:
            parts.denominator = subject.definition.denominator.constant


def constants(found: Found, subjects: Sequence[Subject], period: str) -> None:
    """Indicators with a constant on one side, or on both (a count that nobody but a person can give)."""
    for subject in subjects:
        for role, side in subject.definition.sides.items():
            if side.constant is not None:
                found[(subject.code, period, "", "")].put(role, side.constant)


def fill_gaps(found: Found, subjects: Sequence[Subject], first: date, last: date) -> None:
    """Zeros for the city's days without events, from the first day that has one; always for the last day."""
    for subject in subjects:
        days = [key[1] for key in found if key[0] == subject.code and not key[2]]
        begin = date.fromisoformat(min(days)) if days else last
        for number in range(max(begin, first).toordinal(), last.toordinal() + 1):
            parts = found.setdefault((subject.code, date.fromordinal(number).isoformat(), "", ""), Parts())
            for role in subject.definition.sides:
                if getattr(parts, role) is None:
                    parts.put(role, Decimal(0))
