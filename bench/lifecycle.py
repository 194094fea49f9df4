"""``./citybrain bench lifecycle``: full lives of cases through HTTP over many cases, then ten times the load.

Prints lives a second and p50/p95 of every step at ``--base`` and at ``--cases`` cases, the ratio of the two, and the ratio to
the same rows written by pgbench. Afterwards an open-loop wave: what is refused must say Retry-After, what was
acknowledged must be there, and the rate must come back.
"""

from __future__ import annotations

import argparse
import os
import time

import psycopg

from bench import _city, _life, _limit, _people, _preload, _wave
from bench._figures import say

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
        found, _ = measure(url, port, officials, citizens, options, min(options.base, options.cases))
        rates, cpu_ms = {"base": found.rate}, found.cpu_ms
        limit = 0.0
        if options.cases > options.base:
            found, rows = measure(url, port, officials, citizens, options, options.cases)
        else:
            rows = _
        rates["full"] = found.rate
        with psycopg.connect(url, autocommit=True) as link:
            script = _limit.prepare(link, rows)
            link.execute(f"grant all on schema {_limit.SCHEMA} to citybrain; "
                         f"grant all on all tables in schema {_limit.SCHEMA} to citybrain")  # fmt: skip
        limit = _limit.run(launcher.server, script, max(5, int(options.seconds / 3)), 8, say)
        with psycopg.connect(url, autocommit=True) as link:
            link.execute(f"drop schema {_limit.SCHEMA} cascade")
        verdict(rates, limit, found, rows)
        say(f"  CPU a life with many cases / with few: {found.cpu_ms / (cpu_ms or 1):.2f}")
        if options.wave:
            _wave.overload(launcher, citizens, officials, found, options.wave, url)
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
    parser.add_argument("--keep", default="", help="a folder to use and keep")
    return parser.parse_args(argv)


def measure(url: str, port: int, officials: dict, citizens: list, options: argparse.Namespace, cases: int):
    """Fill up to ``cases``, warm up, measure; returns the result and the rows that a life writes."""
    there, seconds = _preload.fill(url, cases)
    say(f"\n  {there:,} cases (preloaded in {seconds:.0f} s)")
    _life.drive(port, citizens, officials, min(8.0, options.seconds / 3))
    with psycopg.connect(url, autocommit=True) as link:
        before, cpu, began = _limit.counts(link), _city.cpu_seconds(), time.perf_counter()
        found = _life.drive(port, citizens, officials, options.seconds)
        spent = [b - a for a, b in zip(cpu, _city.cpu_seconds(), strict=True)]
        elapsed = time.perf_counter() - began
        rows = _limit.per_life(before, _limit.counts(link), len(found.ends))
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
    return found, rows


def verdict(rates: dict[str, float], limit: float, found: _life.Result, rows: dict) -> None:
    share = rates["full"] / rates["base"] if rates["base"] else 0.0
    inserted = sum(i for i, _u in rows.values())
    updated = sum(u for _i, u in rows.values())
    say(f"\n  one life writes {inserted:.0f} rows and changes {updated:.0f}, in {len(rows)} tables")
    say(f"  limit: the same rows by pgbench, 8 clients: {limit:.1f} lives/s")
    say(f"  ratio to the limit: {rates['full'] / limit:.3f}" if limit else "  no limit measured")
    say(f"  rate with many cases / with few: {share:.2f} (aim {AIM_SHARE})")
    say(f"  worst p95 of a step: {found.times.worst_p95():.0f} ms (aim {AIM_P95:.0f})")
    say(
        f"  lives a second: {rates['full']:.2f} (aim {AIM_RATE:.0f}): {'met' if rates['full'] >= AIM_RATE else 'NOT met'}"
    )
