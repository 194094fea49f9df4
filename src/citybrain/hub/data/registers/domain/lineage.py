"""Which items an item of a model is made from, read from the statement itself."""

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node, lineage

from citybrain.hub.data.registers.domain.model_sql import DIALECT, parsed

Edge = tuple[str, str, str]


def edges(sql: str, shapes: Mapping[str, list[str]]) -> set[Edge]:
    """(item, upstream key, upstream item) of a checked statement; ``shapes`` names the items of each upstream."""
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for key, items in shapes.items():
        namespace, _, noun = key.partition(".")
        schema.setdefault(namespace, {})[noun] = dict.fromkeys(items, "VARCHAR")
    found: set[Edge] = set()
    for item in parsed(sql).named_selects:
        try:
            node = lineage(item, sql, schema=schema, dialect=DIALECT)
        except (SqlglotError, KeyError):
            continue  # an item made from nothing (a constant) or in words the tracer does not follow
        found |= {(item, key, source) for key, source in leaves(node)}
    return found


def leaves(node: Node) -> set[tuple[str, str]]:
    """The tables and items at the ends of a trace."""
    found: set[tuple[str, str]] = set()
    for step in node.walk():
        if isinstance(step.source, exp.Table) and step.source.db and not step.downstream:
            name = step.name.rsplit(".", 1)[-1].strip('"')
            if name and name != "*":
                found.add((f"{step.source.db}.{step.source.name}", name))
    return found
