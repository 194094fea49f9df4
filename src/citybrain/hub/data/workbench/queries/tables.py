"""Which tables of the lake somebody may ask by SQL, and as which rows and values each is seen."""

from collections.abc import Sequence
from dataclasses import dataclass

from citybrain.hub.data.data import Column, Dataset
from citybrain.hub.data.domain.statement import Statement
from citybrain.hub.data.grants.domain.masks import masked
from citybrain.hub.data.grants.domain.selecting import row_filter_test
from citybrain.hub.data.grants.queries.grants import grants_of
from citybrain.hub.data.models import Resource
from citybrain.hub.data.queries.contracts import closed_to
from citybrain.hub.data.queries.read import scope_tests
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed

MOST_TABLES = 500
WAY = "table"


@dataclass(frozen=True)
class Seen:
    """A table as one asker sees it: columns, those shown masked, tests on the rows, by which right."""

    dataset: Dataset
    columns: tuple[Column, ...]
    hidden: frozenset[str]
    tests: tuple[Statement, ...]
    right: str

    def statement(self) -> Statement:
        """SELECT of what may be seen, for PostgreSQL's dialect like every statement of the doors."""
        shown = ", ".join(
            f'{masked(c.personal, c.expression) if c.name in self.hidden else c.expression} AS "{c.name}"'
            for c in self.columns
        )
        where = " AND ".join(f"({test.sql})" for test in self.tests) or "TRUE"
        params = [value for test in self.tests for value in test.params]
        return Statement(f"SELECT {shown} FROM {self.dataset.source} WHERE {where}", params)  # noqa: S608


def readable_tables(actor: Actor) -> dict[str, Seen]:
    """Key → how the actor sees it: tables in the scope of their post, and tables granted to their unit for exchange."""
    found: dict[str, Seen] = {}
    rows = Resource.objects.filter(kind="lake", state="published", alive=True).prefetch_related("items")[
        :MOST_TABLES
    ]
    closed = closed_to(actor.organisation) if actor.kind != "system" else frozenset()
    granted = {g.resource: g for g in grants_of(actor.organisation) if g.state == "active" and WAY in g.ways}
    for row in rows:
        if row.key in closed:  # bought, and not for this unit
            continue
        dataset = row.dataset()
        seen = by_scope(actor, dataset) or by_grant(dataset, granted.get(row.key))
        if seen is not None:
            found[row.key] = seen
    return found


def by_scope(actor: Actor, dataset: Dataset) -> Seen | None:
    """Rows of the actor's units; personal columns masked. None when the post does not reach the table."""
    if actor.kind != "system" and not identity.may(actor, dataset.permission):
        return None
    try:
        tests = tuple(scope_tests(actor, dataset))
    except NotAllowed:
        return None
    hidden = frozenset(c.name for c in dataset.columns if c.personal)
    return Seen(dataset, dataset.columns, hidden, tests, "scope")


def by_grant(dataset: Dataset, grant) -> Seen | None:
    """Granted items and rows, masked as the grant says."""
    if grant is None:
        return None
    columns: Sequence[Column] = [dataset.column(name) for name in grant.items if dataset.has(name)]
    tests = tuple(row_filter_test(dataset, grant.row_filter))
    return Seen(dataset, tuple(columns), frozenset(grant.masked), tests, f"grant:{grant.id}")
