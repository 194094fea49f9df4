"""Where the states of a machine stand on paper: a layered layout, left to right.

Layers by longest way from the start over forward arrows (arrows back are found first), order within a layer by the
middle of the neighbours. Same input, same picture. Pure; used by the diagram and by BPMN interchange.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from citybrain.hub.cases.domain.machine import Machine

WIDTH, HEIGHT = 132, 52
GAP_X, GAP_Y = 92, 34
MARGIN = 28


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
    points: tuple[tuple[float, float], ...]
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
    edges: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    back: set[tuple[str, str]] = field(default_factory=set)
    layer: dict[str, int] = field(default_factory=dict)


def place(machine: Machine) -> Layout:
    """Lay a machine out."""
    graph = _Graph(_edges(machine))
    order = list(machine.states)
    _find_back(graph, machine.start)
    _layers(graph, order, machine)
    rows = _rows(graph, order)
    boxes = _boxes(rows)
    arrows = tuple(
        _arrow(boxes, edge, tuple(actions), edge in graph.back) for edge, actions in graph.edges.items()
    )
    low = max((y for a in arrows for _x, y in a.points), default=0)
    bottom = max(max(b.y + b.height for b in boxes.values()), low)
    return Layout(boxes, arrows, max(b.x + b.width for b in boxes.values()) + MARGIN, bottom + MARGIN)


def _edges(machine: Machine) -> dict[tuple[str, str], list[str]]:
    edges: dict[tuple[str, str], list[str]] = defaultdict(list)
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


def _layers(graph: _Graph, order: list[str], machine: Machine) -> None:
    graph.layer = dict.fromkeys(order, 0)
    for _turn in order:
        changed = False
        for source, target in graph.edges:
            if (source, target) not in graph.back and graph.layer[target] < graph.layer[source] + 1:
                graph.layer[target] = graph.layer[source] + 1
                changed = True
        if not changed:
            break
    last = max(graph.layer.values())
    for key, state in machine.states.items():  # ends that are side exits stay beside where they are left from
        if state.kind == "end" and graph.layer[key] < last:
            sources = [graph.layer[s] for s, t in graph.edges if t == key]
            graph.layer[key] = max(sources, default=0) + 1


def _rows(graph: _Graph, order: list[str]) -> list[list[str]]:
    rows: list[list[str]] = [[] for _ in range(max(graph.layer.values()) + 1)]
    for key in order:
        rows[graph.layer[key]].append(key)
    for _sweep in range(4):
        position = {key: i - len(row) / 2 for row in rows for i, key in enumerate(row)}
        for row in rows[1:]:
            row.sort(key=lambda key: (_pull(graph, key, position), order.index(key)))
            position.update({key: i - len(row) / 2 for i, key in enumerate(row)})
    return [row for row in rows if row]


def _pull(graph: _Graph, key: str, position: dict[str, float]) -> float:
    near = [position[s] for s, t in graph.edges if t == key and s != key]
    return sum(near) / len(near) if near else position[key]


def _boxes(rows: list[list[str]]) -> dict[str, Box]:
    tallest = max(len(row) for row in rows)
    total = tallest * (HEIGHT + GAP_Y)
    boxes = {}
    for column, row in enumerate(rows):
        top = MARGIN + GAP_Y + (total - len(row) * (HEIGHT + GAP_Y)) / 2
        for index, key in enumerate(row):
            boxes[key] = Box(key, MARGIN + column * (WIDTH + GAP_X), top + index * (HEIGHT + GAP_Y))
    return boxes


def _arrow(boxes: dict[str, Box], edge: tuple[str, str], actions: tuple[str, ...], back: bool) -> Arrow:
    source, target = boxes[edge[0]], boxes[edge[1]]
    points: tuple[tuple[float, float], ...]
    if edge[0] == edge[1]:
        x, y = source.x + source.width, source.y
        points = ((x - 44, y), (x - 44, y - 20), (x - 14, y - 20), (x - 14, y))
    elif back or target.x <= source.x:
        low = max(source.y + source.height, target.y + target.height) + 16
        points = (
            (source.x + source.width / 2 - 12, source.y + source.height), (source.x + source.width / 2 - 12, low),
            (target.x + target.width / 2 + 12, low), (target.x + target.width / 2 + 12, target.y + target.height),
        )  # fmt: skip
    else:
        points = _forward(source, target)
    return Arrow(edge[0], edge[1], actions, points, back)


def _forward(source: Box, target: Box) -> tuple[tuple[float, float], ...]:
    start = (source.x + source.width, source.middle[1])
    end = (target.x, target.middle[1])
    if abs(start[1] - end[1]) < 1:
        return start, end
    bend = target.x - GAP_X / 2
    return start, (bend, start[1]), (bend, end[1]), end
