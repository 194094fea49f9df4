"""Answering one SELECT: only tables the asker may read, each replaced by what of it may be seen, logged before it runs."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
from django.utils.translation import gettext as _
from sqlglot import exp

from citybrain.hub.data.actions.log_read import log_read
from citybrain.hub.data.lake import dialect, engines, reading
from citybrain.hub.data.lake.distributed.shape import checked
from citybrain.hub.data.queries.read import checked_purpose
from citybrain.hub.data.registers.queries.objections import count_under_objection
from citybrain.hub.data.workbench.queries.tables import Seen, readable_tables
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid

MOST_ROWS = 1000
SECONDS = 20.0


@dataclass(frozen=True)
class Found:
    """Rows of an answer, at most ``MOST_ROWS``; ``more`` says there are others. ``seconds`` it took."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    more: bool
    seconds: float
    tables: tuple[str, ...]
    # Table → how many of its records are under objection; what is computed from them decides nothing alone (A21).
    disputed: Mapping[str, int] = field(default_factory=dict)


def run_sql(actor: Actor, sql: str, *, purpose: str, limit: int = MOST_ROWS) -> Found:
    """The answer. Invalid (``sql``, ``purpose``) in plain words; Unavailable: too slow, too large.

    The line in the use log is written first: what cannot be logged is not answered.
    """
    checked_purpose(purpose)
    tree = checked(sql.strip().rstrip(";"))
    named = reading.named_tables(tree)
    seen = readable_tables(actor)
    refuse_unknown(named, seen)
    text, params = narrowed(tree, named, seen, limit)
    log_read(
        by=actor, dataset=", ".join(sorted(named))[:120] or "-", kind="sql", columns=[], condition=sql, purpose=purpose,
        rows=0, unmasked=False,
    )  # fmt: skip
    began = time.perf_counter()
    try:
        answer = engines.query(reading.Asked(text, params, seconds=SECONDS))
    except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException, duckdb.ConversionException,
            duckdb.InvalidInputException, duckdb.OutOfRangeException) as error:  # fmt: skip
        raise refused(_("The statement cannot be answered: %(why)s") % {"why": first_line(error)}) from error
    took = time.perf_counter() - began
    counted = {name: count_under_objection(name) for name in sorted(named)}
    disputed = {name: count for name, count in counted.items() if count}
    return Found(
        answer.columns, answer.rows[:limit], len(answer.rows) > limit, took, tuple(counted), disputed
    )


def refuse_unknown(named: dict[str, list[exp.Table]], seen: dict[str, Seen]) -> None:
    """The same sentence for a table that is not there and one that may not be read."""
    for name in sorted(set(named) - set(seen)):
        raise refused(_("There is no table %(name)s that you may read.") % {"name": name})


def narrowed(
    tree: exp.Query, named: dict[str, list[exp.Table]], seen: dict[str, Seen], limit: int
) -> tuple[str, list[Any]]:
    """The statement over what may be seen of its tables: each table becomes a name given by WITH."""
    params: list[Any] = []
    parts = []
    for number, (name, nodes) in enumerate(sorted(named.items())):
        statement = seen[name].statement()
        source, values = dialect.for_lake(statement.sql, statement.params)
        parts.append(f"seen_{number} AS ({after(source, len(params))})")
        params += values
        for node in nodes:
            node.replace(reading.aliased(node, f"seen_{number}"))
    asked = tree.sql(dialect="duckdb")
    head = f"WITH {', '.join(parts)} " if parts else ""
    return f"{head}SELECT * FROM ({asked}) AS asked LIMIT {int(limit) + 1}", params  # noqa: S608


def after(sql: str, before: int) -> str:
    """Placeholders numbered on from those of the tables before; such a statement holds no text that looks like one."""
    return re.sub(r"\$(\d+)", lambda found: f"${int(found[1]) + before}", sql)


def refused(message: str) -> Invalid:
    """A refusal at the statement."""
    return Invalid([FieldProblem("sql", "sql", message)])


def first_line(error: Exception) -> str:
    """What the engine says, without its picture of the statement."""
    return str(error).splitlines()[0][:300]
