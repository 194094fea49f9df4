"""The board as pages show it: cards in order, with words in the reader's language, curves and shapes drawn.

Reads the snapshot only; a board nobody has computed yet is computed once. Figures are stale (grey) when their
source is, and all of them when the refreshing worker has been silent for too long.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from citybrain.apps.cockpit.actions.refresh_board import refresh_board
from citybrain.apps.cockpit.domain.board import BoardDocument, Card
from citybrain.apps.cockpit.domain.curve import bounds, curve
from citybrain.apps.cockpit.domain.shades import share
from citybrain.apps.cockpit.models import Board, Snapshot
from citybrain.apps.cockpit.queries import shapes
from citybrain.apps.cockpit.queries.boards import document
from citybrain.hub.places import api as places
from citybrain.kernel import clock
from citybrain.kernel.text import Text

SILENCE = timedelta(seconds=60)
CURVE_WIDTH, CURVE_HEIGHT = 400, 120


@dataclass(frozen=True)
class Picture:
    """A board's state, cheap to read: what a screen needs to know whether it has to look again."""

    key: str
    title: dict[str, str]
    subtitle: dict[str, str] | None
    version: int
    hash: str
    checked_at: datetime
    stopped: bool
    definition: BoardDocument = field(repr=False)
    content: dict[str, Any] = field(repr=False)

    @property
    def cards(self) -> list[dict[str, Any]]:
        """Every card with its content, drawn."""
        drawn = cards(self.definition, self.content)
        since = {"stale": True, "as_of": self.checked_at.isoformat()} if self.stopped else {}
        return [{**card, **since} for card in drawn]


def picture(board: Board) -> Picture:
    """The board as of its last snapshot."""
    snapshot = getattr(board, "snapshot", None)
    if snapshot is None:
        refresh_board(board)
        snapshot = Snapshot.objects.get(board=board)
    definition = document(board)
    silence = max(SILENCE, timedelta(seconds=definition.refresh * 6))
    return Picture(
        key=board.key,
        title=board.title,
        subtitle=definition.subtitle.as_dict() if definition.subtitle else None,
        version=snapshot.version,
        hash=snapshot.hash,
        checked_at=snapshot.checked_at,
        stopped=clock.now() - snapshot.checked_at > silence,
        definition=definition,
        content=snapshot.content,
    )


def cards(definition: BoardDocument, content: dict[str, Any]) -> list[dict[str, Any]]:
    """Every card with its content, drawn."""
    bodies = {body.key: body for body in places.jurisdictions()}
    return [card_view(card, content.get(card.key) or {}, bodies) for card in definition.cards]


def card_view(card: Card, held: dict[str, Any], bodies: dict[str, Any]) -> dict[str, Any]:
    """One card: its frame and what is in it."""
    view = {
        "key": card.key,
        "kind": card.kind,
        "title": card.title,
        "note": card.note,
        "phone": card.phone,
        "classes": " ".join([*place_classes("w", card.wall), *place_classes("d", card.desk)]),
        "on_wall": card.wall is not None,
        "on_desk": card.desk is not None,
        "stale": bool(held.get("stale")),
        "indicator": card.indicator or "",
        **held,
    }
    if card.kind == "trend":
        view.update(drawn_trend(held.get("lines", [])))
    if card.kind == "map":
        view.update(drawn_map(held, bodies))
    if card.kind == "ranking":
        view["rows"] = drawn_bars(held.get("rows", []), bodies)
    return view


def place_classes(end: str, place: Any) -> list[str]:
    """Grid classes of a card on one end (``w`` wall, ``d`` desk)."""
    if place is None:
        return [f"{end}-off"]
    return [
        f"{end}-c{place.column}",
        f"{end}-r{place.row}",
        f"{end}-w{place.width}",
        f"{end}-h{place.height}",
    ]


def drawn_trend(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Curves of up to four lines on one scale; percent and counts are never mixed on one axis."""
    series = [[(p, Decimal(v) if v is not None else None) for p, v in line["points"]] for line in lines]
    scale = bounds(series)
    drawn = [
        {
            **line,
            "curve": curve(points, scale, CURVE_WIDTH, CURVE_HEIGHT),
        }
        for line, points in zip(lines, series, strict=True)
    ]
    labels = [p for p, _v in series[0]] if series else []
    days = {p for s in series for p, v in s if v}
    return {
        "lines": drawn, "low": scale[0], "high": scale[1], "labels": labels, "empty": not days, "first_day": len(days) == 1,
        "chart": {"labels": labels, "low": scale[0], "high": scale[1], "lines": [{"name": line["name"], "values": [v for _p, v in line["points"]]} for line in lines]},
    }  # fmt: skip


def drawn_map(held: dict[str, Any], bodies: dict[str, Any]) -> dict[str, Any]:
    """County shapes with shade and value; jurisdictions without a polygon of their own stand beside the map."""
    drawing = shapes.drawing()
    areas = held.get("areas", {})
    counties, drawn = [], set()
    for shape in drawing.counties if drawing else ():
        key = shape.code[:6]
        area = areas.get(key, {})
        drawn.add(key)
        counties.append({
            "key": key, "x": shape.x, "y": shape.y,
            "name": bodies[key].name if key in bodies else shape.name,
            "label": label(bodies[key].name if key in bodies else shape.name),
            "shade": area.get("shade", "none"), "value": area.get("value"),
        })  # fmt: skip
    beside = [
        {"key": key, "name": body.name, **areas.get(key, {"value": None, "shade": "none"})}
        for key, body in bodies.items() if key not in drawn
    ]  # fmt: skip
    rows = [
        {"key": key, "name": body.name, "value": areas.get(key, {}).get("value")}
        for key, body in bodies.items()
    ]
    frame = (drawing.width, drawing.height, shapes.edition(drawing)) if drawing else None
    return {"frame": frame, "shapes": counties, "beside": beside, "rows": rows}


def label(name: Any) -> dict[str, str]:
    """A county's name short enough for its place on the map: English without County, City or District."""
    zh, en = (name.zh, name.en) if isinstance(name, Text) else (str(name), "")
    return {"zh": zh, "en": re.sub(r" (County|City|District)$", "", en)}


def drawn_bars(rows: list[dict[str, Any]], bodies: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of a ranking with the length of their bars."""
    numbers = [Decimal(row["value"]) for row in rows]
    most = max(numbers, default=None)
    return [
        {
            **row,
            "name": row.get("name") or (bodies[row["key"]].name if row["key"] in bodies else row["key"]),
            "share": share(number, most),
        }
        for row, number in zip(rows, numbers, strict=True)
    ]
