"""Where the states of a machine stand on paper: a layered layout, left to right, arrows at right angles.

Layers by longest way from the start over forward arrows (arrows back are found first); a long arrow keeps a row of its
own in every layer it passes, so it never runs through a box. Between two layers every arrow that turns has a track of
its own; arrows back run below everything, each on its own lane. Same input, same picture. Pure; used by the diagram
and by BPMN interchange.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from citybrain.hub.cases.domain.machine import Machine

WIDTH, HEIGHT = 132, 56
GAP_Y = 22
ROW = 12  # height a passing arrow takes in a layer
TRACK, LANE = 9, 11  # between two verticals of a channel, between two arrows back
SIDE = 20  # between a box and the first track
MARGIN = 20
SWEEPS = 12
SELF = 18  # height of a loop on one state

Edge = tuple[str, str]
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """One state with its place."""

    key: str
    x: float
    y: float
    width: float = WIDTH
    height: float = HEIGHT

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True)
class Arrow:
    """One arrow between two states; ``labels`` are the actions that take it."""

    source: str
    target: str
    actions: tuple[str, ...]
    points: tuple[Point, ...]
    back: bool = False


@dataclass(frozen=True)
class Layout:
    """A placed machine."""

    boxes: dict[str, Box]
    arrows: tuple[Arrow, ...]
    width: float
    height: float


@dataclass
class _Graph:
    edges: dict[Edge, list[str]] = field(default_factory=dict)
    back: set[Edge] = field(default_factory=set)
    layer: dict[str, int] = field(default_factory=dict)


@dataclass
class _Turn:
    """The part of an arrow between two layers: in at ``start``, out at ``end``, turning on its track."""

    edge: Edge
    start: float
    end: float
    at: float = 0

    @property
    def low(self) -> float:
        return min(self.start, self.end)

    @property
    def high(self) -> float:
        return max(self.start, self.end)


def place(machine: Machine) -> Layout:
    """Lay a machine out."""
    edges = tuple((edge, tuple(actions)) for edge, actions in _edges(machine).items())
    return _place(
        tuple((key, state.kind == "end") for key, state in machine.states.items()), machine.start, edges
    )


@lru_cache(maxsize=64)
def _place(
    states: tuple[tuple[str, bool], ...], start: str, edges: tuple[tuple[Edge, tuple[str, ...]], ...]
) -> Layout:
    """The same for plain values, kept: every page of a case shows the picture."""
    graph = _Graph({edge: list(actions) for edge, actions in edges})
    _find_back(graph, start)
    _layers(graph, dict(states))
    ways = {e: _way(graph, e) for e in graph.edges if e not in graph.back}
    rows = _rows(graph, [key for key, _end in states], ways)
    middle = _heights(rows, ways)
    return _draw(graph, rows, ways, middle)


def _edges(machine: Machine) -> dict[Edge, list[str]]:
    edges: dict[Edge, list[str]] = defaultdict(list)
    for transition in machine.transitions:
        for source in transition.from_:
            if transition.action not in edges[source, transition.to]:
                edges[source, transition.to].append(transition.action)
    return dict(edges)


def _find_back(graph: _Graph, start: str) -> None:
    """Arrows that close a circle, by depth-first search from the start. Loops on one state count as back."""
    following: dict[str, list[str]] = defaultdict(list)
    for source, target in graph.edges:
        following[source].append(target)
    state: dict[str, int] = {}
    stack: list[tuple[str, int]] = [(start, 0)]
    state[start] = 1
    while stack:
        node, index = stack.pop()
        if index < len(following[node]):
            stack.append((node, index + 1))
            target = following[node][index]
            if state.get(target) == 1:
                graph.back.add((node, target))
            elif target not in state:
                state[target] = 1
                stack.append((target, 0))
        else:
            state[node] = 2


def _layers(graph: _Graph, ends: dict[str, bool]) -> None:
    graph.layer = dict.fromkeys(ends, 0)
    for _turn in ends:
        changed = False
        for source, target in graph.edges:
            if (source, target) not in graph.back and graph.layer[target] < graph.layer[source] + 1:
                graph.layer[target] = graph.layer[source] + 1
                changed = True
        if not changed:
            break
    last = max(graph.layer.values())
    for key, end in ends.items():  # ends that are side exits stay beside where they are left from
        if end and graph.layer[key] < last:
            sources = [graph.layer[s] for s, t in graph.edges if t == key]
            graph.layer[key] = max(sources, default=0) + 1
    for source, target in graph.edges:  # whatever does not lead to the right is drawn as an arrow back
        if graph.layer[target] <= graph.layer[source]:
            graph.back.add((source, target))


def _way(graph: _Graph, edge: Edge) -> tuple[str, ...]:
    """The nodes an arrow touches, one a layer: its states and, between them, the rows it passes."""
    source, target = edge
    between = range(graph.layer[source] + 1, graph.layer[target])
    return (source, *(f"{source}>{target}@{layer}" for layer in between), target)


def _rows(graph: _Graph, order: list[str], ways: dict[Edge, tuple[str, ...]]) -> list[list[str]]:
    """Order within the layers: swept to and fro towards the middle of the neighbours, the fewest crossings win."""
    rows: list[list[str]] = [[] for _ in range(max(graph.layer.values()) + 1)]
    for key in order:
        rows[graph.layer[key]].append(key)
    for (source, _target), way in ways.items():
        for step, node in enumerate(way[1:-1], 1):
            rows[graph.layer[source] + step].append(node)
    pairs = [(a, b) for way in ways.values() for a, b in pairwise(way)]
    before, after = defaultdict(list), defaultdict(list)
    for a, b in pairs:
        before[b].append(a)
        after[a].append(b)
    best, fewest = [list(row) for row in rows], _crossings(rows, pairs)
    for sweep in range(SWEEPS):
        near = before if sweep % 2 == 0 else after
        for row in rows if sweep % 2 == 0 else reversed(rows):
            place_of = {key: i / max(1, len(r)) for r in rows for i, key in enumerate(r)}
            pull = {
                k: sum(place_of[n] for n in near[k]) / len(near[k]) if near[k] else place_of[k] for k in row
            }
            row.sort(key=lambda key: pull[key])
        crossed = _crossings(rows, pairs)
        if crossed < fewest:
            best, fewest = [list(row) for row in rows], crossed
    return best


def _crossings(rows: list[list[str]], pairs: list[Edge]) -> int:
    index = {key: (layer, i) for layer, row in enumerate(rows) for i, key in enumerate(row)}
    by_layer: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for a, b in pairs:
        by_layer[index[a][0]].append((index[a][1], index[b][1]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for found in by_layer.values()
        for i, a in enumerate(found)
        for b in found[i + 1 :]
    )


def _size(key: str) -> float:
    return ROW if "@" in key else HEIGHT + GAP_Y


def _heights(rows: list[list[str]], ways: dict[Edge, tuple[str, ...]]) -> dict[str, float]:
    """The middle of every node: as near to its neighbours as its order and its size allow."""
    near = defaultdict(list)
    for way in ways.values():
        for a, b in pairwise(way):
            weight = 4 if "@" in a and "@" in b else 1  # a passing arrow would like to stay straight
            near[a].extend([b] * weight)
            near[b].extend([a] * weight)
    middle: dict[str, float] = {}
    for row in rows:
        top = -sum(map(_size, row)) / 2
        for key in row:
            middle[key] = top + _size(key) / 2
            top += _size(key)
    for sweep in range(SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wish = [sum(middle[n] for n in near[k]) / len(near[k]) if near[k] else middle[k] for k in row]
            middle.update(zip(row, _spread(wish, [_size(k) for k in row]), strict=True))
    top = min(middle[k] - _size(k) / 2 for row in rows for k in row)
    return {key: y - top + MARGIN + SELF for key, y in middle.items()}


def _spread(wish: list[float], sizes: list[float]) -> list[float]:
    """Nearest places to the wishes that keep the order and the sizes (pool adjacent violators)."""
    offset, total = [], 0.0
    for i, size in enumerate(sizes):
        total += (sizes[i - 1] + size) / 2 if i else 0
        offset.append(total)
    pools: list[list[float]] = []  # [sum, count]
    for w, o in zip(wish, offset, strict=True):
        pools.append([w - o, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] >= pools[-1][0] / pools[-1][1]:
            value, count = pools.pop()
            pools[-1] = [pools[-1][0] + value, pools[-1][1] + count]
    flat = [value / count for value, count in pools for _ in range(int(count))]
    return [f + o for f, o in zip(flat, offset, strict=True)]


def _draw(
    graph: _Graph, rows: list[list[str]], ways: dict[Edge, tuple[str, ...]], middle: dict[str, float]
) -> Layout:
    bottom = max(middle[k] + HEIGHT / 2 for row in rows for k in row)
    backs = sorted((e for e in graph.back if e[0] != e[1]), key=lambda e: (_span(graph, e), e))
    lane = {edge: bottom + LANE * 2 + LANE * i for i, edge in enumerate(backs)}
    out, into = _ports(graph, ways, backs, middle)
    turns = _turns(graph, ways, lane, (out, into), middle)
    left, x = [], float(MARGIN)
    for layer in range(-1, len(rows)):  # a channel, then its layer
        channel = _tracked(turns.get(layer, []))
        for i, turn in enumerate(channel):
            turn.at = x + (SIDE if layer >= 0 else 0) + TRACK * i
        wide = TRACK * max(0, len(channel) - 1)
        x += wide + (2 * SIDE if 0 <= layer < len(rows) - 1 else SIDE if channel else 0)
        if layer < len(rows) - 1:
            left.append(x)
            x += WIDTH
    boxes = {
        key: Box(key, left[layer], middle[key] - HEIGHT / 2)
        for layer, row in enumerate(rows) for key in row if "@" not in key
    }  # fmt: skip
    found = {(turn.edge, layer): turn for layer, some in turns.items() for turn in some}
    arrows = []
    for edge, actions in graph.edges.items():
        if edge[0] == edge[1]:
            points = _loop(boxes[edge[0]])
        elif edge in graph.back:
            points = _back(graph, boxes, edge, found, lane[edge])
        else:
            points = _forward(graph, boxes, edge, found, ways[edge], (out, into))
        arrows.append(Arrow(edge[0], edge[1], tuple(actions), points, edge in graph.back))
    low = max([bottom, *lane.values()])
    return Layout(boxes, tuple(arrows), x + MARGIN, low + MARGIN)


def _span(graph: _Graph, edge: Edge) -> int:
    return graph.layer[edge[0]] - graph.layer[edge[1]]


def _ports(
    graph: _Graph, ways: dict[Edge, tuple[str, ...]], backs: list[Edge], middle: dict[str, float]
) -> tuple[dict[Edge, float], dict[Edge, float]]:
    """Where every arrow leaves its box on the right and enters its box on the left; arrows back at the bottom."""
    leaving: dict[str, list[tuple[float, Edge]]] = defaultdict(list)
    arriving: dict[str, list[tuple[float, Edge]]] = defaultdict(list)
    for edge, way in ways.items():
        leaving[edge[0]].append((middle[way[1]], edge))
        arriving[edge[1]].append((middle[way[-2]], edge))
    for i, edge in enumerate(backs):
        leaving[edge[0]].append((1e6 + i, edge))
        arriving[edge[1]].append((1e6 + i, edge))
    both: list[dict[Edge, float]] = []
    for sides in (leaving, arriving):
        port = {}
        for key, some in sides.items():
            for i, (_y, edge) in enumerate(sorted(some), 1):
                port[edge] = middle[key] - HEIGHT / 2 + HEIGHT * i / (len(some) + 1)
        both.append(port)
    return both[0], both[1]


def _turns(
    graph: _Graph, ways: dict[Edge, tuple[str, ...]], lane: dict[Edge, float],
    ports: tuple[dict[Edge, float], dict[Edge, float]], middle: dict[str, float],
) -> dict[int, list[_Turn]]:  # fmt: skip
    """Every turn by the layer left of it; -1 is left of the first."""
    out, into = ports
    turns: dict[int, list[_Turn]] = defaultdict(list)
    for edge, way in ways.items():
        heights = [out[edge], *(middle[node] for node in way[1:-1]), into[edge]]
        for step, (y, then) in enumerate(pairwise(heights)):
            if abs(y - then) > 0.5:
                turns[graph.layer[edge[0]] + step].append(_Turn(edge, y, then))
    for edge, y in lane.items():
        turns[graph.layer[edge[0]]].append(_Turn(edge, out[edge], y))
        turns[graph.layer[edge[1]] - 1].append(_Turn(edge, y, into[edge]))
    return turns


def _tracked(turns: list[_Turn]) -> list[_Turn]:
    """Turns of one channel from left to right, swapped until no two neighbours cross less the other way round."""
    turns.sort(key=lambda t: (t.end > t.start, -t.start if t.end > t.start else t.start, t.edge))
    for _ in turns:
        swapped = False
        for i in range(len(turns) - 1):
            a, b = turns[i], turns[i + 1]
            if _price(b, a) < _price(a, b):
                turns[i], turns[i + 1], swapped = b, a, True
        if not swapped:
            break
    return turns


def _price(left: _Turn, right: _Turn) -> int:
    """Crossings of two turns in this order; lying on one another costs most."""
    price = int(left.low < right.start < left.high) + int(right.low < left.end < right.high)
    return price + (10 if abs(right.start - left.end) < 3 else 0)


def _loop(box: Box) -> tuple[Point, ...]:
    x, y = box.x + box.width, box.y
    return ((x - 44, y), (x - 44, y - SELF), (x - 14, y - SELF), (x - 14, y))


def _back(
    graph: _Graph, boxes: dict[str, Box], edge: Edge, found: dict[tuple[Edge, int], _Turn], lane: float
) -> tuple[Point, ...]:
    source, target = boxes[edge[0]], boxes[edge[1]]
    away = found[edge, graph.layer[edge[0]]]
    home = found[edge, graph.layer[edge[1]] - 1]
    return (
        (source.x + source.width, away.start), (away.at, away.start), (away.at, lane),
        (home.at, lane), (home.at, home.end), (target.x, home.end),
    )  # fmt: skip


def _forward(
    graph: _Graph, boxes: dict[str, Box], edge: Edge, found: dict[tuple[Edge, int], _Turn], way: tuple[str, ...],
    ports: tuple[dict[Edge, float], dict[Edge, float]],
) -> tuple[Point, ...]:  # fmt: skip
    source, target = boxes[edge[0]], boxes[edge[1]]
    points: list[Point] = [(source.x + source.width, ports[0][edge])]
    for step in range(len(way) - 1):
        turn = found.get((edge, graph.layer[edge[0]] + step))
        if turn is not None:
            points += [(turn.at, turn.start), (turn.at, turn.end)]
    return (*points, (target.x, ports[1][edge]))
