"""A lineage graph laid out in layers, and drawn as SVG: styled by classes only, every text escaped, with words for readers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 184, 56, 48, 18, 8
LINE = 13  # Chinese characters of a line; Latin letters count half


@dataclass(frozen=True)
class Node:
    """A box: its key, what it is called, its kind (a class of the style sheet), where it leads, how it is said aloud."""

    key: str
    title: str
    kind: str
    note: str = ""
    href: str = ""


@dataclass(frozen=True)
class Drawing:
    """The picture and its size."""

    svg: str
    width: int
    height: int


def layers_of(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Layer of every node: one after its furthest upstream; a circle is cut where it is entered first."""
    before: dict[str, set[str]] = defaultdict(set)
    for up, down in edges:
        before[down].add(up)
    found: dict[str, int] = {}
    for start in nodes:
        walk(start, before, found)
    return found


def walk(start: str, before: Mapping[str, set[str]], found: dict[str, int]) -> None:
    """Depth first without recursion, so that a long chain is no matter."""
    stack, on_the_way = [(start, False)], set()
    while stack:
        node, leaving = stack.pop()
        if node in found:
            continue
        if leaving:
            found[node] = 1 + max((found[up] for up in before[node] if up in found), default=-1)
            on_the_way.discard(node)
            continue
        if node in on_the_way:
            continue
        on_the_way.add(node)
        stack.append((node, True))
        stack += [(up, False) for up in sorted(before[node]) if up not in found and up not in on_the_way]


def places(
    nodes: Sequence[str], edges: Sequence[tuple[str, str]]
) -> tuple[dict[str, tuple[int, int]], int, int]:
    """Left upper corner of every box, and the size of the picture; boxes stand near their upstream."""
    layer = layers_of(nodes, edges)
    columns: dict[int, list[str]] = defaultdict(list)
    for node in nodes:
        columns[layer[node]].append(node)
    row: dict[str, float] = {}
    for number in sorted(columns):
        ups = {
            node: [row[up] for up, down in edges if down == node and up in row] for node in columns[number]
        }
        columns[number].sort(key=lambda n: (sum(ups[n]) / len(ups[n]) if ups[n] else 0, n))
        row.update({node: at for at, node in enumerate(columns[number])})
    tallest = max((len(column) for column in columns.values()), default=1)
    height = MARGIN * 2 + tallest * HEIGHT + (tallest - 1) * GAP_Y
    corner = {}
    for number, column in columns.items():
        used = len(column) * HEIGHT + (len(column) - 1) * GAP_Y
        top = (height - used) // 2
        for at, node in enumerate(column):
            corner[node] = (MARGIN + number * (WIDTH + GAP_X), top + at * (HEIGHT + GAP_Y))
    width = MARGIN * 2 + len(columns) * WIDTH + (max(len(columns), 1) - 1) * GAP_X
    return corner, width, height


def draw(
    nodes: Sequence[Node], edges: Sequence[tuple[str, str]], *, current: str, title: str, description: str
) -> Drawing:
    """The SVG text; ``current`` is lit. Links in it are ordinary links, reached by the keyboard."""
    corner, width, height = places([node.key for node in nodes], edges)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="lineage" role="group" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" aria-labelledby="lineage-title lineage-desc">'
        f'<title id="lineage-title">{escape(title)}</title><desc id="lineage-desc">{escape(description)}</desc>'
        '<defs><marker id="lineage-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
        'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 L8 4 L0 8 z" class="lineage-tip"/></marker></defs>'
    ]
    parts += [line(corner[up], corner[down]) for up, down in edges if up in corner and down in corner]
    parts += [box(node, corner[node.key], node.key == current) for node in nodes]
    return Drawing("".join([*parts, "</svg>"]), width, height)


def line(start: tuple[int, int], end: tuple[int, int]) -> str:
    """A curve from the right side of one box to the left side of another."""
    x1, y1, x2, y2 = start[0] + WIDTH, start[1] + HEIGHT // 2, end[0], end[1] + HEIGHT // 2
    bend = max(GAP_X // 2, abs(x2 - x1) // 2)
    return (
        f'<path class="lineage-line" aria-hidden="true" d="M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}" '
        'marker-end="url(#lineage-tip)"/>'
    )


def box(node: Node, corner: tuple[int, int], lit: bool) -> str:
    """One box with up to two lines of name and a line of what it is."""
    x, y = corner
    lines = wrapped(node.title)
    first = y + (22 if len(lines) == 1 else 18)
    texts = "".join(
        f'<tspan x="{x + 12}" y="{first + number * 16}">{escape(text)}</tspan>'
        for number, text in enumerate(lines)
    )
    note = f'<text class="lineage-note" x="{x + 12}" y="{y + HEIGHT - 7}">{escape(node.note)}</text>'
    inner = (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<path class="lineage-edge" d="M{x + 2} {y + 6} V{y + HEIGHT - 6}"/><text>{texts}</text>{note}'
    )
    marks = f'class="lineage-node is-{node.kind}{" is-current" if lit else ""}"'
    if node.href:
        label = quoteattr(f"{node.title} {node.note}".strip())
        return f"<a href={quoteattr(node.href)} aria-label={label}><g {marks}>{inner}</g></a>"
    return f"<g {marks}>{inner}</g>"


def wrapped(text: str) -> list[str]:
    """At most two lines; what does not fit ends in …"""
    lines, line, used = [], "", 0.0
    for sign in text:
        size = 0.55 if sign.isascii() else 1.0
        if used + size > LINE:
            lines.append(line)
            line, used = "", 0.0
        line, used = line + sign, used + size
    lines.append(line)
    return lines if len(lines) <= 2 else [lines[0], lines[1][:-1] + "…"]
