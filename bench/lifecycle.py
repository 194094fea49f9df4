"""``./citybrain bench lifecycle``: full lives of cases through HTTP over many cases, then ten times the load.

Prints lives a second and p50/p95 of every step at ``--base`` and at ``--cases`` cases, the ratio of the two, and the ratio to
the same rows written by pgbench. Afterwards an open-loop wave: what is refused must say Retry-After, what was
acknowledged must be there, and the rate must come back.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass
from typing import Any

import psycopg

from bench import _brief_life, _city, _life, _limit, _people, _preload, _wave
from bench._figures import say
from citybrain.project.up import Launcher

STORIES = {"pages": _life.life, "rest": _brief_life.life}
AIM_RATE, AIM_P95, AIM_SHARE = 40.0, 500.0, 0.9


def main(argv: list[str]) -> int:
    options = parse(argv)
    say(f"lifecycle  ·  {_city.machine()}")
    with _city.city(options.keep) as launcher:
        port, url = launcher.config.port, launcher.server.url("postgres")
        officials = {
            r: _people.official(r, _life.UNIT) for r in ("receiver", "reviewer", "decider", "issuer")
        }
        citizens = _people.citizens(options.users)
        ways = {name: STORIES[name] for name in options.way.split(",")}
        sizes = sorted({min(options.base, options.cases), options.cases})
        found: dict[tuple[str, int], Measured] = {}
        for cases in sizes:
            there, seconds = _preload.fill(url, cases)
            say(f"\n  {there:,} cases (preloaded in {seconds:.0f} s)")
            for name, story in ways.items():
                found[name, cases] = measure(url, port, officials, citizens, options, name, story)
        for name in ways:
            few, many = found[name, sizes[0]], found[name, sizes[-1]]
            verdict(name, few, many, limit_of(launcher, url, many.rows, options.seconds))
        if options.wave:
            last = found[next(iter(ways)), sizes[-1]].result
            _wave.overload(launcher, citizens, officials, last, options.wave, url)
        for name in _city.dead(launcher):
            say(f"  ! {name} ended during the measurement")
    return 0


def parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="citybrain bench lifecycle", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--base", type=int, default=10_000, help="the number of cases to compare with")
    parser.add_argument("--seconds", type=float, default=30.0, help="of each measurement")
    parser.add_argument("--users", type=int, default=8, help="citizens at once, each in a closed loop")
    parser.add_argument("--wave", type=float, default=60.0, help="seconds of overload; 0 leaves it out")
    parser.add_argument(
        "--way", default="pages,rest", help="pages: 26 requests of browsers; rest: 9 of another client"
    )
    parser.add_argument("--keep", default="", help="a folder to use and keep")
    return parser.parse_args(argv)


@dataclass
class Measured:
    """What one closed loop found, and the rows its lives wrote."""

    result: _life.Result
    rows: dict[str, tuple[float, float]]


def measure(
    url: str, port: int, officials: dict, citizens: list, options: argparse.Namespace, name: str, story: Any
) -> Measured:
    """Warm up, then drive one way of life for the time asked."""
    _life.drive(port, citizens, officials, min(8.0, options.seconds / 3), story)
    with psycopg.connect(url, autocommit=True) as link:
        before, cpu, began = _limit.counts(link), _city.cpu_seconds(), time.perf_counter()
        found = _life.drive(port, citizens, officials, options.seconds, story)
        spent = [b - a for a, b in zip(cpu, _city.cpu_seconds(), strict=True)]
        elapsed = time.perf_counter() - began
        rows = _limit.per_life(before, _limit.counts(link), len(found.ends))
    say(f"\n  by {name}:")
    say(found.times.table())
    say(f"    {found.lives} lives in {found.seconds:.0f} s = {found.rate:.2f} lives/s, "
        f"{found.requests / found.seconds:.0f} requests/s, {len(found.failures)} steps refused")  # fmt: skip
    lives, cores = max(1, len(found.ends)), len(os.sched_getaffinity(0))
    found.cpu_ms = 1000 * spent[0] / lives
    others = max(0.0, spent[2] - spent[0] - spent[1])
    say(
        f"    CPU: {found.cpu_ms:.0f} ms a life for the city (all processes), {1000 * spent[1] / lives:.0f} ms "
        f"for the measuring client; other work on the machine took {others / elapsed:.2f} of {cores} cores"
    )
    for failure in found.failures[:3]:
        say(f"    ! {failure}")
    return Measured(found, rows)


def limit_of(launcher: Launcher, url: str, rows: dict, seconds: float) -> float:
    """Lives a second that pgbench writes of these rows, in the same server."""
    with psycopg.connect(url, autocommit=True) as link:
        script = _limit.prepare(link, rows)
        link.execute(f"grant all on schema {_limit.SCHEMA} to citybrain; "
                     f"grant all on all tables in schema {_limit.SCHEMA} to citybrain")  # fmt: skip
    limit = _limit.run(launcher.server, script, max(5, int(seconds / 3)), 8, say)
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(f"drop schema {_limit.SCHEMA} cascade")
    return limit


def verdict(name: str, few: Measured, many: Measured, limit: float) -> None:
    rate = many.result.rate
    share = rate / few.result.rate if few.result.rate else 0.0
    inserted = sum(i for i, _u in many.rows.values())
    updated = sum(u for _i, u in many.rows.values())
    say(
        f"\n  verdict by {name}: one life writes {inserted:.0f} rows and changes {updated:.0f}, in {len(many.rows)} tables"
    )
    say(
        f"    limit: the same rows by pgbench, 8 clients: {limit:.1f} lives/s; ratio {rate / limit if limit else 0:.3f}"
    )
    say(f"    rate with many cases / with few: {share:.2f} (aim {AIM_SHARE}); "
        f"CPU a life: {many.result.cpu_ms / (few.result.cpu_ms or 1):.2f}")  # fmt: skip
    say(f"    worst p95 of a step: {many.result.times.worst_p95():.0f} ms (aim {AIM_P95:.0f})")
    say(f"    lives a second: {rate:.2f} (aim {AIM_RATE:.0f}): {'met' if rate >= AIM_RATE else 'NOT met'}")
