"""The division tree: one division, what lies below and above it, jurisdictions, decisions."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from citybrain.hub.places.data import Decision, Division, Jurisdiction, Level
from citybrain.hub.places.domain import codes
from citybrain.hub.places.models import Decision as DecisionRow
from citybrain.hub.places.models import Division as DivisionRow
from citybrain.hub.places.models import Jurisdiction as JurisdictionRow
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound
from citybrain.kernel.remember import remembered
from citybrain.kernel.text import Text


def visible() -> QuerySet[DivisionRow]:
    """Divisions of installed packs."""
    return DivisionRow.objects.filter(hidden=False)


def valid(rows: QuerySet[DivisionRow], day: date) -> QuerySet[DivisionRow]:
    """Those that exist on ``day``: from valid_from (inclusive) up to valid_to (exclusive)."""
    begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return rows.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gt=day))


def division(code: str) -> Division:
    """The division with this 12-digit (or 2-, 4-, 6-, 9-digit) code, also one no longer valid. NotFound otherwise."""
    found = find(code)
    if found is None:
        raise NotFound(_("There is no division with the code %(code)s.") % {"code": code})
    return found


def find(code: str) -> Division | None:
    """Like :func:`division`, but None when there is none."""
    try:
        code = codes.padded(code)
    except ValueError:
        return None
    return _found(code)


@remembered(seconds=20)
def _found(code: str) -> Division | None:
    row = visible().filter(pk=code).first()
    return row.record() if row else None


def divisions(wanted: Iterable[str]) -> dict[str, Division]:
    """Several divisions at once, by code; unknown codes are left out."""
    return {row.code: row.record() for row in visible().filter(pk__in=list(wanted))}


def children(code: str, *, at: date | None = None) -> list[Division]:
    """The divisions directly below that exist on ``at`` (default today), by code."""
    return list(_below(codes.padded(code), at or clock.today()))


@remembered(seconds=20)
def _below(code: str, day: date) -> tuple[Division, ...]:
    return tuple(row.record() for row in valid(visible().filter(parent_id=code), day))


def ancestors(code: str) -> list[Division]:
    """From the province down to the parent, by the recorded parents (not by cutting the code)."""
    chain: list[Division] = []
    current = find(code)
    while current and current.parent and len(chain) < len(Level):
        current = find(current.parent)
        if current:
            chain.insert(0, current)
    return chain


def path_name(code: str) -> str:
    """Where it is, from the county down, in the current language; the bare code when it is unknown."""
    current = find(code)
    if current is None:
        return code
    names = [
        d.say() for d in [*ancestors(code), current] if d.level >= Level.COUNTY or d.code == current.code
    ]
    return " ".join(names)


def current(code: str) -> Division | None:
    """The division itself, or after a change the one that took its place."""
    found, steps = find(code), 0
    while found and found.replaced_by and not found.valid_on(clock.today()) and steps < len(Level):
        found, steps = find(found.replaced_by) or found, steps + 1
    return found


def counties(*, at: date | None = None) -> list[Division]:
    """Every county of the installed city, by code."""
    return list(_counties(at or clock.today()))


@remembered(seconds=20)
def _counties(day: date) -> tuple[Division, ...]:
    return tuple(row.record() for row in valid(visible().filter(level=Level.COUNTY), day))


def counts(code: str, *, at: date | None = None) -> dict[str, int]:
    """How many divisions of each kind lie anywhere below a code on a day."""
    below = visible().filter(pk__startswith=codes.prefix(code)).exclude(pk=codes.padded(code))
    out: dict[str, int] = {}
    for kind in valid(below, at or clock.today()).values_list("kind", flat=True):
        out[kind] = out.get(kind, 0) + 1
    return out


def jurisdictions() -> list[Jurisdiction]:
    """The county-level bodies, in the pack's order."""
    return list(_jurisdictions())


@remembered(seconds=20)
def _jurisdictions() -> tuple[Jurisdiction, ...]:
    return tuple(row.record() for row in JurisdictionRow.objects.filter(hidden=False))


def jurisdiction_of(code: str) -> Jurisdiction | None:
    """Who answers for a division: the jurisdiction with the longest mapped prefix (东侨 before 蕉城)."""
    code = codes.padded(code)
    best: tuple[int, Jurisdiction] | None = None
    for body in jurisdictions():
        for mapped in map(codes.prefix, body.divisions):
            if code.startswith(mapped) and (best is None or len(mapped) > best[0]):
                best = (len(mapped), body)
    return best[1] if best else None


def decisions(code: str = "") -> list[Decision]:
    """How differences between the sources were settled, for one division or all."""
    rows = DecisionRow.objects.order_by("division", "key")
    rows = rows.filter(division=codes.padded(code)) if code else rows
    return [Decision(r.key, r.division, Text(**r.found), Text(**r.decided), tuple(r.sources)) for r in rows]
