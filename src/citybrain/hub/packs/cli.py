"""``./citybrain pack …``: check, plan, install, uninstall, journeys, coverage, new, schemas, list.

Prints every problem with file, line and a sentence in both languages. Exit code 0 fine, 1 problems, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from citybrain.hub.packs.actions.checking import check_all
from citybrain.hub.packs.actions.install import install, plan, uninstall
from citybrain.hub.packs.actions.scaffold import scaffold
from citybrain.hub.packs.data import PackRefused, Problem, Report
from citybrain.hub.packs.queries.folders import Library, folders
from citybrain.hub.packs.queries.installed import installed
from citybrain.hub.packs.queries.schemas import write_schemas
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError

MARKS = {"add": "+", "change": "~", "hide": "-", "same": "=", "frozen": "!"}


def main(argv: list[str]) -> int:
    """Run one command; returns the exit code."""
    options = parser().parse_args(argv)
    try:
        return options.run(options)
    except PackRefused as refused:
        return show(
            options, [{"pack": "", "problems": [p.as_dict() for p in refused.problems]}], refused.problems
        )
    except CityError as error:
        print(str(error), file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="citybrain pack", description="Scenario packs 场景包")
    commands = top.add_subparsers(required=True, metavar="command")

    def command(name: str, run: Callable, help: str, *, packs: str = "*") -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        sub.add_argument("--json", action="store_true", help="machine-readable output")
        if packs:
            sub.add_argument("packs", nargs=packs, metavar="PACK", help="name or folder")
            sub.add_argument("--all", action="store_true", help="every pack in the packs folders")
        return sub

    sub = command("check", run_check, "find everything wrong, change nothing")
    sub.add_argument("--journeys", action="store_true", help="play the journeys too")
    command("plan", run_plan, "print what install would change")
    sub = command("install", run_install, "apply packs and what they need")
    sub.add_argument("--force", action="store_true", help="apply unchanged documents again")
    sub = command("uninstall", run_uninstall, "hide a pack and its documents")
    sub.add_argument("--yes", action="store_true", help="do not ask")
    command("journeys", run_play, "play the journeys of packs")
    command("coverage", run_coverage, "name what no journey visits")
    command("list", run_list, "installed packs", packs="")
    sub = command("new", run_new, "make a pack that passes bronze", packs="")
    sub.add_argument("name")
    sub.add_argument("--into", default="", help="folder for the new pack (default: the packs folder)")
    sub = command("schemas", run_schemas, "write JSON Schemas for editors", packs="")
    sub.add_argument("--into", default="schemas")
    return top


def chosen(options: argparse.Namespace) -> list[str]:
    """The packs of a command; CityError when none is named."""
    names = list(folders()) if options.all else options.packs
    if not names:
        raise CityError("name a pack, or --all / 请写包名，或用 --all", code="usage")
    return names


def run_check(options: argparse.Namespace) -> int:
    reports = check_all(chosen(options), journeys=options.journeys)
    problems = [p for report in reports for p in report.problems]
    return show(options, [report_dict(r) for r in reports], list(dict.fromkeys(problems)), checked=reports)


def run_plan(options: argparse.Namespace) -> int:
    plans = [plan(n) for n in chosen(options)]
    if options.json:
        out(
            [
                {
                    "pack": p.pack,
                    "from": p.installed_version,
                    "to": p.version,
                    "changes": [c.as_dict() for c in p.changes],
                }
                for p in plans
            ]
        )
    for found in () if options.json else plans:
        print(f"{found.pack} {found.installed_version or '-'} → {found.version}")
        for change in found.changes:
            if change.verb != "same":
                print(f"  {MARKS[change.verb]} {change.verb:7} {change.part}/{change.key} v{change.version}")
        print(f"  = {len(found.of('same'))} same")
    return 1 if any(p.of("frozen") for p in plans) else 0


def run_install(options: argparse.Namespace) -> int:
    by, library, reports = Actor.system("packs.cli"), Library(), []
    failed: list[Problem] = []
    for name in library.needs_first(chosen(options)):
        try:
            reports.append(install(name, by=by, force=options.force, library=library))
        except PackRefused as refused:
            failed += refused.problems
    if not options.json:
        for report in reports:
            changed = len(report.plan.of("add", "change", "hide")) if report.plan else 0
            print(f"✓ {report.pack} {report.version}  {changed} changed")
    warnings = [p for r in reports for p in r.problems]
    return show(options, [report_dict(r) for r in reports], list(dict.fromkeys(failed + warnings)))


def run_uninstall(options: argparse.Namespace) -> int:
    for name in chosen(options):
        if not options.yes and not confirmed(name):
            print("nothing was changed / 没有改动")
            return 1
        hidden = uninstall(name, by=Actor.system("packs.cli"))
        print(f"{name}: {len(hidden)} documents hidden / 已停用{len(hidden)}项")
    return 0


def confirmed(name: str) -> bool:
    """Ask before hiding; no terminal, no consent."""
    if not sys.stdin.isatty():
        return False
    answer = input(f"Hide pack {name} and everything it brought? 停用“{name}”？ [y/N] ")
    return answer.strip().lower() in ("y", "yes", "是")


def run_play(options: argparse.Namespace) -> int:
    reports = check_all(chosen(options), journeys=True, grade=False)
    problems = [p for report in reports for p in report.problems]
    return show(options, [report_dict(r) for r in reports], list(dict.fromkeys(problems)), checked=reports)


def run_coverage(options: argparse.Namespace) -> int:
    reports = check_all(chosen(options), journeys=True, grade=False)
    if options.json:
        out([report_dict(r) for r in reports])
    for report in () if options.json else reports:
        if report.coverage is not None:
            print(f"{report.pack}: {report.coverage.share:.0%} of {len(report.coverage.items)}")
            for item in report.coverage.missing:
                print(f"  not visited 未走到  {item}")
    return 0 if all(r.ok for r in reports) else 1


def run_list(options: argparse.Namespace) -> int:
    rows = installed()
    if options.json:
        out(
            [
                {
                    "pack": r.pack,
                    "version": r.version,
                    "kind": r.kind,
                    "grade": r.grade,
                    "parts": dict(r.parts),
                }
                for r in rows
            ]
        )
    for row in () if options.json else rows:
        parts = " ".join(f"{part}:{number}" for part, number in row.parts.items())
        print(f"{row.pack:34} {row.version:9} {row.grade:7} {parts}")
    return 0


def run_new(options: argparse.Namespace) -> int:
    made = scaffold(options.name, Path(options.into) if options.into else None)
    print(f"{made}\nnext / 下一步: ./citybrain pack check {made.name} --journeys")
    return 0


def run_schemas(options: argparse.Namespace) -> int:
    for path in write_schemas(Path(options.into)):
        print(path)
    return 0


def report_dict(report: Report) -> dict[str, Any]:
    return {
        "pack": report.pack,
        "version": report.version,
        "ok": report.ok,
        "problems": [p.as_dict() for p in report.problems],
        "journeys": [{"key": j.key, "passed": j.passed, "kinds": sorted(j.kinds)} for j in report.journeys],
        "coverage": None
        if report.coverage is None
        else {
            "share": round(report.coverage.share, 4),
            "missing": report.coverage.missing,
        },
    }


def out(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def show(
    options: argparse.Namespace,
    data: list[dict],
    problems: list[Problem],
    *,
    checked: list[Report] | None = None,
) -> int:
    """Print problems (or JSON) and give the exit code."""
    errors = [p for p in problems if p.level == "error"]
    if options.json:
        out(data)
        return 1 if errors else 0
    for problem in problems:
        mark = "✗" if problem.level == "error" else "!"
        print(f"{mark} {problem.where}  [{problem.code}]\n    {problem.zh}\n    {problem.en}")
    for report in checked or ():
        played = (
            f", {sum(j.passed for j in report.journeys)}/{len(report.journeys)} journeys"
            if report.journeys
            else ""
        )
        covered = f", coverage {report.coverage.share:.0%}" if report.coverage else ""
        print(f"{'✓' if report.ok else '✗'} {report.pack} {report.version}{played}{covered}")
    if errors:
        print(f"{len(errors)} problem(s) / {len(errors)} 个问题")
    return 1 if errors else 0
