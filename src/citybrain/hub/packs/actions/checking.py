"""Everything that can be found wrong with a pack, at once: files, schemas, cross checks, apply, journeys, grade."""

from __future__ import annotations

from pathlib import Path

from citybrain.hub.packs import registry
from citybrain.hub.packs.actions.install import rehearse
from citybrain.hub.packs.actions.journeys import play_all
from citybrain.hub.packs.data import Coverage, JourneyResult, Problem, Report
from citybrain.hub.packs.domain.quality import Evidenced, judge
from citybrain.hub.packs.queries.folders import Library
from citybrain.kernel.actor import Actor


def check(
    where: str | Path, *, by: Actor | None = None, library: Library | None = None, journeys: bool = False,
    grade: bool = True,
) -> Report:
    """Check a pack by applying it (and what it needs) and rolling back. Leaves no trace.

    ``journeys`` plays them too; ``grade`` verifies the grade the pack claims.
    """
    library = library or Library()
    report, played = rehearse(where, by=by, library=library, then=play_all if journeys else None)
    pack = library.pack(where)
    results: tuple[JourneyResult, ...] | None = None
    coverage: Coverage | None = None
    if played is not None:
        results, coverage = tuple(played[0]), played[1]
    problems = list(report.problems) + [r.problem for r in results or () if r.problem]
    if grade:
        problems += judge(Evidenced(pack, results, coverage), registry.qualities)
    return Report(report.pack, report.version, once(problems), report.plan, results or (), coverage)


def run_journeys(where: str | Path, *, library: Library | None = None) -> Report:
    """Play a pack's journeys (applied with its needs, then rolled back); problems of the grade are left out."""
    return check(where, library=library, journeys=True, grade=False)


def once(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by file and line."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.code)))
