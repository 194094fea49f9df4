"""Asking lineage: what a thing was made from, what is made from it; as a graph of things, as a list of items."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import connection

from citybrain.hub.data.catalogue.domain.choices import LAYERS
from citybrain.hub.data.catalogue.domain.lineage import Node
from citybrain.hub.data.catalogue.queries.access import resources_for
from citybrain.hub.data.models import Collection, Lineage, Resource
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text

MOST_NODES, MOST_STEPS = 120, 12
OTHER_KINDS = {
    "indicator": Text(zh="指标", en="indicator"), "board": Text(zh="看板", en="board"),
    "product": Text(zh="数据产品", en="data product"), "source": Text(zh="来源系统", en="source system"),
    "model": Text(zh="模型", en="model"), "grant": Text(zh="共享接口", en="sharing"),
}  # fmt: skip
HIDDEN = Text(zh="未公开的资源", en="a resource not published")
# UNION keeps each (key, depth) once and the depth is bounded, so a circle ends.
_WALK = """
WITH RECURSIVE walk(key, depth) AS (
  SELECT %(start)s::varchar, 0
  UNION
  SELECT e.{far}, w.depth + 1 FROM walk w JOIN data_lineage e ON e.{near} = w.key WHERE w.depth < %(steps)s
)
SELECT key, min(depth) FROM walk GROUP BY key ORDER BY 2, 1 LIMIT %(most)s
"""
_ITEM_WALK = """
WITH RECURSIVE walk(key, item, depth) AS (
  SELECT %(start)s::varchar, %(item)s::varchar, 0
  UNION
  SELECT e.{far}, e.{far}_item, w.depth + 1
    FROM walk w JOIN data_lineage e ON e.{near} = w.key AND (e.{near}_item = w.item OR e.{near}_item = '' OR w.item = '')
   WHERE w.depth < %(steps)s
)
SELECT key, item, min(depth) FROM walk GROUP BY key, item ORDER BY 3, 1, 2 LIMIT %(most)s
"""
WAYS = {"up": {"near": "downstream", "far": "upstream"}, "down": {"near": "upstream", "far": "downstream"}}


@dataclass(frozen=True)
class Step:
    """A point reached from the start: how many steps away."""

    key: str
    item: str
    depth: int


@dataclass(frozen=True)
class Graph:
    """Things around one thing, and the edges between them; ``more`` says that some were left out."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]
    more: bool


def lineage(key: str, item: str = "", *, way: str, steps: int = MOST_STEPS) -> list[Step]:
    """Points ``up`` or ``down`` the stream of an item (or of the whole when ``item`` is empty), nearest first."""
    sql = _ITEM_WALK.format(**WAYS[way])
    with connection.cursor() as cursor:
        cursor.execute(sql, {"start": key, "item": item, "steps": min(steps, MOST_STEPS), "most": 2000})
        return [Step(*row) for row in cursor.fetchall() if row[2] > 0]


def reached(key: str, way: str) -> list[str]:
    """Keys up or down the stream, nearest first."""
    with connection.cursor() as cursor:
        sql = _WALK.format(**WAYS[way])
        cursor.execute(sql, {"start": key, "steps": MOST_STEPS, "most": MOST_NODES + 1})
        return [row[0] for row in cursor.fetchall()]


def graph(actor: Actor, key: str, *, ways: Iterable[str] = ("up", "down"), href=None) -> Graph:
    """The things around ``key``; another unit's unpublished resource has no name in it."""
    keys = list(dict.fromkeys([key, *(found for way in ways for found in reached(key, way))]))
    more, keys = len(keys) > MOST_NODES, keys[:MOST_NODES]
    pairs = Lineage.objects.filter(upstream__in=keys, downstream__in=keys).values_list(
        "upstream", "downstream"
    )
    edges = tuple(sorted({(up, down) for up, down in pairs if up != down}))
    named = {row.pk: row for row in resources_for(actor).filter(pk__in=keys)}
    known = set(Resource.objects.filter(pk__in=keys).values_list("pk", flat=True))
    nodes = tuple(node(found, named.get(found), found in known, href) for found in keys)
    nodes = with_collections(nodes, set(named))
    return Graph(nodes, edges, more)


def node(key: str, row: Resource | None, known: bool, href) -> Node:
    """One box; without a name where the actor may not know of it."""
    if row is not None:
        note = f"{LAYERS[row.layer].say()} · {key}" if row.layer in LAYERS else key
        return Node(key, Text(**row.title).say(), row.layer, note, href(key) if href else "")
    if known:
        return Node(key, HIDDEN.say(), "hidden", key.partition(".")[0])
    kind, _, name = key.partition(":")
    if not name:
        return Node(key, key, "other")
    said = OTHER_KINDS[kind].say() if kind in OTHER_KINDS else kind
    return Node(key, name, kind if kind in OTHER_KINDS else "other", said)


def with_collections(nodes: tuple[Node, ...], open_keys: set[str]) -> tuple[Node, ...]:
    """Sources that are collections, by their title where the actor may know of the table they fill."""
    numbers = [n.key.partition(":")[2] for n in nodes if n.key.startswith("source:")]
    if not numbers:
        return nodes
    found = Collection.objects.filter(pk__in=[n for n in numbers if is_number(n)]).select_related("source")
    titles = {f"source:{row.pk}": row.title if row.resource in open_keys else HIDDEN.say() for row in found}
    return tuple(replace(n, title=titles[n.key]) if n.key in titles else n for n in nodes)


def is_number(text: str) -> bool:
    """Whether a text is the id of a row."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def edges_of(actor: Actor, key: str) -> tuple[list[Lineage], list[Lineage]]:
    """The direct edges into and out of a thing, item by item; those to what the actor may not know of are left out."""
    into = list(
        Lineage.objects.filter(downstream=key).order_by("downstream_item", "upstream", "upstream_item")[:500]
    )
    out = list(
        Lineage.objects.filter(upstream=key).order_by("upstream_item", "downstream", "downstream_item")[:500]
    )
    others = {edge.upstream for edge in into} | {edge.downstream for edge in out}
    known = set(Resource.objects.filter(pk__in=others).values_list("pk", flat=True))
    hidden = known - set(resources_for(actor).filter(pk__in=others).values_list("pk", flat=True))
    return [e for e in into if e.upstream not in hidden], [e for e in out if e.downstream not in hidden]
