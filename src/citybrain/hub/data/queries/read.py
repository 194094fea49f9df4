"""The guarded door to rows: permission, scope by organisation and matter, masking, purpose, a log line, bounds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from citybrain.hub.data.actions.log_read import log_read
from citybrain.hub.data.catalogue.queries.resources import dataset_of
from citybrain.hub.data.data import Column, Dataset, Rows
from citybrain.hub.data.domain.statement import (
    Statement,
    condition,
    reading,
    sql_columns,
    window,
)
from citybrain.hub.data.models import Resource
from citybrain.hub.data.queries.contracts import refuse_outside
from citybrain.hub.data.queries.running import run_on
from citybrain.hub.data.registers.queries.objections import (
    count_under_objection,
    marks_under_objection,
    record_mark,
)
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed
from citybrain.kernel.expressions import Expression
from citybrain.kernel.masking import mask

MOST_ROWS = 1000
MOST_OFFSET = 100_000
MOST_EXPORTED = 20_000
SHORTEST_PURPOSE = 4


def read(
    actor: Actor,
    key: str,
    *,
    columns: Sequence[str] = (),
    where: Expression | str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    time: str = "",
    limit: int = 100,
    offset: int = 0,
    purpose: str,
    unmask: bool = False,
    kind: str = "read",
) -> Rows:
    """Rows of a dataset that ``actor`` may see, newest first; one log line for every call.

    Needs the dataset's permission; rows outside the actor's organisation subtree or matters are not returned.
    Personal columns are masked unless ``unmask`` and the actor holds ``data.unmask``. ``purpose`` is required (PIPL
    Art. 6: a clear and reasonable purpose). At most 1,000 rows a call (20,000 for ``kind="export"``).
    NotAllowed, NotFound, Invalid (``purpose``, ``columns``), ExpressionError, Unavailable (too slow).
    """
    dataset = dataset_of(key)
    chosen = chosen_columns(dataset, columns)
    checked_purpose(purpose)
    refuse_bought(actor, key)
    tests = [*scope_tests(actor, dataset), *asked(dataset, where, time, since, until)]
    most = MOST_EXPORTED if kind == "export" else MOST_ROWS
    limit, offset = max(1, min(limit, most)), max(0, min(offset, MOST_OFFSET))
    key_item = key_of_disputed(dataset)
    asked_for = (*chosen, dataset.column(key_item)) if key_item else chosen
    statement = reading(dataset, asked_for, tests, limit=limit + 1, offset=offset, newest=True)
    found = run_on(dataset, statement)
    found, disputed = flagged(dataset, found, key_item)
    hidden = frozenset() if allowed_unmasked(actor, dataset, unmask) else personal(chosen)
    rows = tuple(shown(row, chosen, hidden) for row in found[:limit])
    log_read(
        by=actor, dataset=key, kind=kind, columns=[c.name for c in chosen], purpose=purpose, rows=len(rows),
        condition=where.text if isinstance(where, Expression) else where or "", unmasked=unmask and not hidden,
    )  # fmt: skip
    names = [column.name for column in chosen]
    at = names.index(dataset.link_column) if dataset.link and dataset.link_column in names else -1
    return Rows(
        key,
        chosen,
        rows,
        more=len(found) > limit,
        masked=hidden,
        link=dataset.link if at >= 0 else "",
        link_at=at,
        disputed=disputed[:limit],
    )


def key_of_disputed(dataset: Dataset) -> str:
    """The key item when any record of the table is under objection now; else empty."""
    if dataset.store != "lake" or not count_under_objection(dataset.key):
        return ""
    return Resource.objects.filter(pk=dataset.key).values_list("key_item", flat=True).first() or ""


def flagged(dataset: Dataset, found: Sequence[Sequence[Any]], key_item: str) -> tuple[list, tuple[bool, ...]]:
    """The rows without the key read beside them, and which of them are under objection."""
    if not key_item:
        return list(found), ()
    marks = [record_mark(dataset.key, str(row[-1] or "")) for row in found]
    under = marks_under_objection(dataset.key, set(marks))
    return [row[:-1] for row in found], tuple(mark in under for mark in marks)


def chosen_columns(dataset: Dataset, names: Sequence[str]) -> tuple[Column, ...]:
    """The columns asked for, all when none; Invalid for unknown ones."""
    unknown = [name for name in names if not dataset.has(name)]
    if unknown:
        raise Invalid(
            [FieldProblem("columns", "unknown", _("There is no column %(name)s.") % {"name": unknown[0]})]
        )
    return tuple(dataset.column(name) for name in names) if names else dataset.columns


def checked_purpose(purpose: str) -> None:
    """A purpose that says something."""
    if len((purpose or "").strip()) < SHORTEST_PURPOSE:
        message = _("Say in a few words what you need these rows for.")
        raise Invalid([FieldProblem("purpose", "required", message)])


def refuse_bought(actor: Actor, key: str) -> None:
    """NotAllowed when the dataset was bought and the contract does not let the actor's unit use it."""
    if actor.kind != "system":
        refuse_outside(key, actor.organisation)


def scope_tests(actor: Actor, dataset: Dataset) -> list[Statement]:
    """Conditions that keep the actor inside the scope of the dataset's permission. NotAllowed outside of any."""
    identity.require(actor, dataset.permission, obj=f"dataset:{dataset.key}")
    if actor.kind == "system":
        return []
    scope = identity.scope(actor, dataset.permission)
    if not dataset.organisation_column:
        whole = any(part.organisations is identity.ALL for part in scope.parts)
        if personal(dataset.columns) and not whole:
            raise NotAllowed(_("These rows belong to no organisation; only a city-wide post may read them."))
        return []
    matter = dataset.column(dataset.matter_column).expression if dataset.matter_column else ""
    sql, params = scope.sql(dataset.column(dataset.organisation_column).expression, matter)
    return [Statement(sql, list(params))]


def asked(
    dataset: Dataset,
    where: Expression | str | None,
    time: str,
    since: datetime | None,
    until: datetime | None,
) -> list[Statement]:
    """The caller's own condition and window."""
    tests = [window(dataset, time, since, until)]
    compiled = condition(dataset, where)
    if compiled is not None:
        sql, params = compiled.to_sql(sql_columns(dataset))
        tests.append(Statement(sql, params))
    return tests


def allowed_unmasked(actor: Actor, dataset: Dataset, unmask: bool) -> bool:
    """Whether personal columns may be shown whole: asked for, and permitted (audited when refused)."""
    if not unmask:
        return False
    identity.require(actor, "data.unmask", obj=f"dataset:{dataset.key}")
    return True


def personal(columns: Sequence[Column]) -> frozenset[str]:
    """Names of the personal columns among them."""
    return frozenset(column.name for column in columns if column.personal)


def shown(row: Sequence[Any], columns: Sequence[Column], hidden: frozenset[str]) -> tuple[Any, ...]:
    """A row with its hidden columns masked."""
    return tuple(
        mask(column.personal if isinstance(column.personal, str) else "", value)
        if column.name in hidden
        else value
        for value, column in zip(row, columns, strict=True)
    )
