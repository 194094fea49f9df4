"""Everything that can be found wrong with a pack, at once: files, schemas, cross checks, apply, journeys, grade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from citybrain.hub.packs import registry
from citybrain.hub.packs.actions.install import rehearsal, rehearse
from citybrain.hub.packs.actions.journeys import play_all
from citybrain.hub.packs.data import Coverage, JourneyResult, Problem, Report
from citybrain.hub.packs.domain.quality import Evidenced, judge
from citybrain.hub.packs.domain.reading import Pack
from citybrain.hub.packs.queries.folders import Library
from citybrain.kernel.actor import Actor


def check(
    where: str | Path, *, by: Actor | None = None, library: Library | None = None, journeys: bool = False,
    grade: bool = True, keep: bool = False,
) -> Report:  # fmt: skip
    """Check a pack by applying it (and what it needs) and rolling back. Leaves no trace.

    ``journeys`` plays them too; ``grade`` verifies the grade the pack claims.
    """
    library = library or Library()
    report, played = rehearse(where, by=by, library=library, then=play_all if journeys else None, keep=keep)
    pack = library.pack(where)
    results: tuple[JourneyResult, ...] | None = None
    coverage: Coverage | None = None
    if played is not None:
        results, coverage = tuple(played[0]), played[1]
    problems = list(report.problems) + [r.problem for r in results or () if r.problem]
    if grade:
        needed = tuple(library.needed(pack)[0])
        problems += judge(Evidenced(pack, results, coverage, needed=needed), registry.qualities)
    return Report(report.pack, report.version, once(problems), report.plan, results or (), coverage)


def check_all(
    names: Iterable[str | Path], *, library: Library | None = None, journeys: bool = False, grade: bool = True
) -> list[Report]:
    """Check several packs, those that others need first, each applied once. Leaves no trace."""
    library = library or Library()
    order = library.needs_first(names)
    with rehearsal():
        found = [check(root, library=library, journeys=journeys, grade=False, keep=True) for root in order]
    visited = frozenset[str]().union(*(r.coverage.visited for r in found if r.coverage))
    reports = [
        _with_grade(library, library.pack(root), report, visited, grade)
        for root, report in zip(order, found, strict=True)
    ]
    return sorted(reports, key=lambda report: report.pack)


def _with_grade(library: Library, pack: Pack, report: Report, visited: frozenset[str], grade: bool) -> Report:
    """The report with what all packs' journeys visited, judged against the grade the pack claims."""
    coverage = Coverage(report.coverage.items, visited) if report.coverage else None
    results = report.journeys if report.coverage else None
    problems = list(report.problems)
    if grade:
        seen = Evidenced(pack, results, coverage, whole=True, needed=tuple(library.needed(pack)[0]))
        problems += judge(seen, registry.qualities)
    return replace(report, problems=once(problems), coverage=coverage)


def run_journeys(where: str | Path, *, library: Library | None = None) -> Report:
    """Play a pack's journeys (applied with its needs, then rolled back); problems of the grade are left out."""
    return check(where, library=library, journeys=True, grade=False)


def once(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by file and line."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line, p.code)))
