"""The content of a board now: one dict per card, JSON only. Order of cards and words of titles stay in the board."""

from collections.abc import Callable
from typing import Any

from citybrain.apps.cockpit.domain.board import BoardDocument, Card
from citybrain.apps.cockpit.domain.shades import limits, shade
from citybrain.apps.cockpit.queries import sources

Figures = dict[str, dict[str, Any]]


def content(board: BoardDocument) -> dict[str, Any]:
    """What every card of the board shows at this moment, by card key."""
    figures = sources.readings(code for card in board.cards for code in card.codes())
    return {card.key: COMPUTED[card.kind](card, figures) for card in board.cards}


def figure(card: Card, figures: Figures) -> dict[str, Any]:
    if card.measure:
        value = sources.plain(sources.measured(card.measure))
        return {"value": value, "number": value, "unit": _unit(card), "light": "", "stale": False}
    return figures.get(card.indicator or "", {"value": None, "light": "grey"})


def trend(card: Card, figures: Figures) -> dict[str, Any]:
    known = [code for code in card.indicators if code in figures]
    past = sources.series(known, card.points)
    names = dict(zip(card.indicators, (name.as_dict() for name in card.names), strict=False))
    lines = [
        {"code": code, "name": names.get(code) or figures[code]["name"], "points": past[code]}
        for code in known
    ]
    return {"lines": lines}


def lights(card: Card, _figures: Figures) -> dict[str, Any]:
    rows = sources.by_department()
    total = {light: sum(row[light] for row in rows) for light in sources.LIGHTS}
    return {"rows": rows[: card.limit], "total": total}


def county_map(card: Card, figures: Figures) -> dict[str, Any]:
    values = _values(card, figures)
    bounds = limits(values)
    areas = {key: {"value": sources.plain(v), "shade": shade(v, bounds)} for key, v in values.items()}
    known = [v for v in values.values() if v is not None]
    ends = [sources.plain(min(known)), sources.plain(max(known))] if known else []
    return {"areas": areas, "ends": ends, "unit": _unit(card, figures), "code": card.indicator or ""}


def stream(card: Card, _figures: Figures) -> dict[str, Any]:
    return {"rows": sources.stream(card.limit)}


def ranking(card: Card, figures: Figures) -> dict[str, Any]:
    if card.measure and card.measure.by:
        units = sources.by_unit(card.measure)[: card.limit]
        rows = [{"key": "", "name": name, "value": sources.plain(total)} for _code, name, total in units]
        return {"rows": rows, "unit": _unit(card, figures)}
    values = _values(card, figures)
    ranked = sorted(((v, key) for key, v in values.items() if v is not None), key=lambda p: (-p[0], p[1]))
    rows = [{"key": key, "value": sources.plain(v)} for v, key in ranked[: card.limit]]
    return {"rows": rows, "unit": _unit(card, figures)}


def plan(card: Card, _figures: Figures) -> dict[str, Any]:
    return {"rows": sources.family(card.family)}


def _values(card: Card, figures: Figures) -> sources.Values:
    """Figures by jurisdiction; none for an indicator that is not installed."""
    return sources.by_jurisdiction(card) if card.measure or card.indicator in figures else {}


def _unit(card: Card, figures: Figures | None = None) -> dict[str, str]:
    if card.measure:
        return card.measure.unit.as_dict() if card.measure.unit else {}
    return (figures or {}).get(card.indicator or "", {}).get("unit", {})


COMPUTED: dict[str, Callable[[Card, Figures], dict[str, Any]]] = {
    "figure": figure,
    "trend": trend,
    "lights": lights,
    "map": county_map,
    "stream": stream,
    "ranking": ranking,
    "plan": plan,
}
