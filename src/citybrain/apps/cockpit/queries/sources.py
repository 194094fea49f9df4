"""What boards show, asked of the rooms that know it. Totals and public words only; no rows, no personal data.

Every function answers for all cards of a kind at once where its door allows, so that a refresh costs a bounded
number of queries. Figures leave here as plain JSON values.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from citybrain.apps.cockpit.domain.board import Card, Measure
from citybrain.apps.cockpit.domain.windows import since
from citybrain.apps.cockpit.models import Happening
from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.hub.indicators import api as indicators
from citybrain.hub.places import api as places
from citybrain.kernel import clock

CASES = "cases.case"
LIGHTS = ("red", "yellow", "green")
Values = dict[str, Decimal | None]


def plain(value: Decimal | None) -> str | None:
    """A number as JSON text without exponent or needless zeros."""
    if value is None:
        return None
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def reading_json(reading: Any) -> dict[str, Any]:
    """One indicator's figure as stored in a snapshot."""
    return {
        "code": reading.code,
        "name": reading.name.as_dict(),
        "unit": reading.unit.as_dict() if reading.unit else {},
        "value": reading.text if reading.value is not None else None,
        "number": plain(reading.value),
        "target": plain(reading.target),
        "target_op": reading.target_op,
        "light": "grey" if reading.stale else reading.light,
        "status": reading.status,
        "status_name": reading.status_name.as_dict(),
        "stale": reading.stale,
        "as_of": reading.as_of.isoformat() if reading.stale and reading.as_of else None,
        "period": reading.period,
    }


def readings(codes: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Present figures of indicators, by code; unknown codes are left out."""
    wanted = sorted(set(codes))
    return {r.code: reading_json(r) for r in indicators.readings(wanted)} if wanted else {}


def family(name: str) -> list[dict[str, Any]]:
    """Present figures of all indicators of a family, in the packs' order."""
    return [reading_json(r) for r in indicators.readings(family=name)]


def series(codes: Iterable[str], points: int) -> dict[str, list[tuple[str, str | None]]]:
    """Past values, oldest first: ``(period, number)``. The running day is left out: it would look like a fall."""
    today = clock.today().isoformat()
    return {
        code: [
            (p.period, plain(p.value)) for p in indicators.series(code, days=points + 1) if p.period != today
        ]
        for code in codes
    }


def measured(measure: Measure) -> Decimal | None:
    """One total over a dataset; None while no room offers the dataset."""
    return _counted(measure, "").get("", [None])[0]


def by_town(measure: Measure) -> Values:
    """Totals of a dataset by town (12-digit codes)."""
    return {places.padded(code): values[0] for code, values in _counted(measure, "town").items() if code}


def nothing(measure: Measure | None) -> Decimal | None:
    """What no rows mean: zero for a count that can be asked, unknown for everything else."""
    counts = measure is not None and measure.measure == "count" and data.has_dataset(measure.dataset)
    return Decimal(0) if counts else None


def _counted(measure: Measure, group_by: str) -> dict[str, list[Decimal | None]]:
    if not data.has_dataset(measure.dataset):
        return {}
    question = data.question(measure.dataset, measure.measure, measure.where or None)
    start = since(measure.window)
    return data.measure_all(measure.dataset, [question], since=start, group_by=group_by, time=measure.time)


def by_jurisdiction(card: Card) -> Values:
    """A card's figure for every jurisdiction, by its key; those without data are None."""
    bodies = places.jurisdictions()
    found: Values = {body.key: nothing(card.measure) for body in bodies}
    if card.measure:
        prefixes = sorted(
            ((places.prefix(code), body.key) for body in bodies for code in body.divisions),
            key=lambda p: -len(p[0]),
        )
        for code, value in by_town(card.measure).items():
            key = next((key for prefix, key in prefixes if code.startswith(prefix)), None)
            if key and value is not None:
                found[key] = (found[key] or Decimal(0)) + value
        return found
    for member, reading in indicators.by_member(card.indicator or "", "county").items():
        if member[:6] in found and not reading.stale:
            found[member[:6]] = reading.value
    return found


def by_unit(measure: Measure) -> list[tuple[str, dict[str, str], Decimal]]:
    """Totals of a dataset by the units in one of its columns, largest first: (code, name, total)."""
    units = identity.directory().organisations
    found = [
        (code, values[0]) for code, values in _counted(measure, measure.by).items() if code and values[0]
    ]
    ranked = sorted(found, key=lambda pair: (-pair[1], pair[0]))
    return [
        (code, (units[code].short or units[code].name) if code in units else {"zh": code}, n)
        for code, n in ranked
    ]


def by_department() -> list[dict[str, Any]]:
    """Lights of open cases by department (same department of all jurisdictions together), worst first."""
    if not data.has_dataset(CASES):
        return []
    # "due_at != null" says the same again, in words that the partial index on open cases understands
    questions = [data.question(CASES, "count", f'due_at != null and light = "{light}"') for light in LIGHTS]
    found = data.measure_all(CASES, questions, group_by="organisation")
    departments = {unit.slug: unit.short or unit.name for unit in identity.organisations(level="city")}
    rows: dict[str, dict[str, Any]] = {}
    for code, counts in found.items():
        slug = code.split("-", 1)[-1]
        if not slug or not any(counts):
            continue
        name = departments.get(slug) or {"zh": slug}
        row = rows.setdefault(slug, {"key": slug, "name": name, **dict.fromkeys(LIGHTS, 0)})
        for light, count in zip(LIGHTS, counts, strict=True):
            row[light] += int(count or 0)
    return sorted(rows.values(), key=lambda r: (-r["red"], -r["yellow"], -r["green"], r["key"]))


def stream(limit: int) -> list[dict[str, Any]]:
    """The newest things that happened to cases: time, matter, place, state. Nothing about any person."""
    named = {body.key: body.name.as_dict() for body in places.jurisdictions()}
    return [
        {
            "at": row.at.isoformat(),
            "matter": row.matter,
            "place": named.get(row.place, {}),
            "state": row.state,
        }
        for row in Happening.objects.all()[:limit]
    ]
