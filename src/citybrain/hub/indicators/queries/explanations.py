"""What made a figure: definition, rule version, both sides with their condition and window, and their rows on request."""

from datetime import datetime, timedelta

from citybrain.hub.data import api as data
from citybrain.hub.indicators.data import Explanation, SideExplained
from citybrain.hub.indicators.domain.periods import bounds_of, start_of, window_days
from citybrain.hub.indicators.models import Definition
from citybrain.hub.indicators.queries.readings import definition, value
from citybrain.hub.indicators.schema import IndicatorDocument, Side
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import Text


def explain(code: str, *, dimension: str = "", member: str = "") -> Explanation:
    """Everything behind the present figure of an indicator. NotFound for unknown codes."""
    row = definition(code)
    document = row.document()
    shown = value(code, dimension=dimension, member=member)
    sides = tuple(explained(document, role, side, shown) for role, side in document.sides.items())
    versions = (
        Definition.objects.filter(indicator_id=code).order_by("version").values_list("version", "since")
    )
    thresholds = document.thresholds.model_dump() if document.thresholds else {}
    evidence = document.evidence
    return Explanation(
        reading=shown, description=document.description, numerator_text=document.numerator_text,
        denominator_text=document.denominator_text, excluded=document.excluded,
        partial=document.partial, proof=document.proof,
        basis=document.basis, evidence={"tag": evidence.tag, "source": evidence.source} if evidence else {},
        rule_hash=row.rule_hash, sides=sides, versions=tuple(versions), thresholds=thresholds,
        dimensions=tuple(document.dimensions), co_owners=document.co_owners, pack=row.indicator.pack,
    )  # fmt: skip


def explained(document: IndicatorDocument, role: str, side: Side, shown) -> SideExplained:
    """One side in words and limits."""
    since, until = span(document, side)
    dataset = data.counted_dataset(side.dataset) if side.dataset else None
    time = side.time or (dataset.time_column if dataset else "")
    return SideExplained(
        role=role, dataset=side.dataset or "", measure=side.measure, where=side.where, since=since, until=until,
        dataset_title=dataset.title if dataset else None, time=time, value=getattr(shown, role),
        constant=side.constant, note=side.note, measure_text=measure_text(dataset, side.measure),
        time_title=dataset.column(time).title if dataset and dataset.has(time) else None,
    )  # fmt: skip


MEASURES = {
    "count": ("行数", "number of"),
    "sum": ("合计", "sum of"),
    "avg": ("平均", "mean of"),
    "distinct": ("去重计数", "distinct"),
}


def measure_text(dataset: data.Dataset | None, measure: str) -> Text:
    """What is done with the rows, in words: number of rows, sum of a column."""
    kind, _, name = measure.partition(":")
    zh, en = MEASURES[kind]
    column = dataset.column(name).title if dataset and name and dataset.has(name) else Text(zh=name, en=name)
    return Text(
        zh=f"{column.zh}{zh}" if name else zh, en=f"{en} {column.en or column.zh}" if name else f"{en} rows"
    )


def span(document: IndicatorDocument, side: Side) -> tuple[datetime | None, datetime | None]:
    """The time window a side counts in now; nothing for a snapshot."""
    if side.past:
        return None, clock.now()
    today = clock.today()
    days = window_days(document.window, today)
    if days is None and document.window == "period" and side.time:
        days = bounds_of(document.frequency, today)
    return (start_of(days[0]), start_of(days[1])) if days else (None, None)


def side_rows(
    actor: Actor, code: str, role: str, *, dimension: str = "", member: str = "", day: str = "", limit: int = 50,
    offset: int = 0, kind: str = "drill",
) -> data.Rows:  # fmt: skip
    """The rows a side counts, through the guarded door of the data room: permission, scope, masking and log apply.

    The list may be shorter than the figure: the figure counts the city, a reader sees what the post's scope allows.
    """
    row = definition(code)
    document = row.document()
    side = document.sides.get(role)
    if side is None or not side.dataset or not data.countable([side.dataset]):
        raise NotFound(f"{code} has no {role} rows", code="no_rows")
    since, until = day_span(day) if day else span(document, side)
    purpose = Text(zh=f"核对指标 {code}", en=f"Check of indicator {code}").zh
    return data.read(
        actor, side.dataset, where=narrowed(side, dimension, member), since=since, until=until, time=side.time,
        limit=limit, offset=offset, purpose=purpose, kind=kind,
    )  # fmt: skip


def day_span(day: str) -> tuple[datetime, datetime]:
    """The window of one day of a series; NotFound for what is no day."""
    try:
        first = datetime.fromisoformat(day).date()
    except ValueError:
        raise NotFound(f"{day!r} is not a day", code="no_day") from None
    return start_of(first), start_of(first + timedelta(days=1))


def narrowed(side: Side, dimension: str, member: str) -> str:
    """The side's condition, narrowed to one member. Members come from our own values, but are quoted all the same."""
    if not dimension or not member or side.dataset is None:
        return side.where
    dataset = data.dataset(side.dataset)
    quoted = '"' + member.replace("\\", "").replace('"', "") + '"'
    tests = {
        "county": f'starts_with({dataset.division_column}, "{member[:6] if member.isdigit() else "-"}")',
        "organisation": f"{dataset.organisation_column} = {quoted}",
        "matter": f"{dataset.matter_column} = {quoted}",
    }
    test = tests.get(dimension)
    if test is None:
        raise NotFound(f"no dimension {dimension!r}", code="no_dimension")
    return f"({side.where}) and {test}" if side.where else test
