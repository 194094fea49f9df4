"""``./citybrain bench worklist``: "my open work" and search by 16 officials at once over many cases, through HTTP.

Twice: officials who never pause (each asks for the next page as soon as the last has come: a closed loop, which finds
the server's limit), and officials who pause one second between pages, as people who read do (sixteen pages a second at
most, whatever the server could do). Prints p50/p95 of each kind; for the first also the ratio to the same server's
empty page at the same number of users.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote

import psycopg

from bench import _city, _people, _preload
from bench._figures import Times, quantile, say
from bench._wire import Wire

AIM_P95 = 100.0
PAUSE = 1.0  # seconds a reading official rests between pages
UNITS = ("scjg", "wjw", "rsj", "ybj", "gaj", "mzj")
ROLES = ("receiver", "reviewer", "decider")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="citybrain bench worklist", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--users", type=int, default=16)
    parser.add_argument("--keep", default="", help="a folder to use and keep")
    options = parser.parse_args(argv)
    say(f"worklist  ·  {_city.machine()}")
    with _city.city(options.keep) as launcher:
        there, seconds = _preload.fill(launcher.server.url("postgres"), options.cases)
        say(f"  {there:,} cases (preloaded in {seconds:.0f} s)")
        people = officials(options.users)
        words = numbers(launcher.server.url("postgres"))
        for title, pause in (("who never pause", 0.0), (f"who pause {PAUSE:g} s between pages", PAUSE)):
            say(f"\n  {len(people)} officials {title} (load {os.getloadavg()[0]:.1f})")
            measure(launcher.config.port, people, words, options.seconds, pause)
    return 0


def officials(users: int) -> list[_people.Person]:
    """Reviewers, deciders and receivers of six kinds of units in the counties, each with a session."""
    from citybrain.hub.identity import api as identity

    wanted = [(role, f"{county}-{unit}") for county in _preload.COUNTIES for unit in UNITS for role in ROLES]
    known = identity.directory().organisations
    return [_people.official(role, code) for role, code in wanted if code in known][:users]


def numbers(url: str) -> list[str]:
    """Beginnings of case numbers and words that find something."""
    with psycopg.connect(url) as link:
        rows = link.execute(
            "select case_no from cases_case where case_no is not null order by opened_at desc limit 2000"
        ).fetchall()
        titles = link.execute(
            "select split_part(title, ' ', 1) from cases_case where title <> '' limit 2000"
        ).fetchall()
    return [row[0] for row in rows[::40]] + [row[0] for row in titles[::40]]


def measure(port: int, people: list[_people.Person], words: list[str], seconds: float, pause: float) -> None:
    kinds: dict[str, Callable[[int], str]] = {
        "empty page (limit)": lambda n: "/empty",
        "my open work": lambda n: "/cases/",
        "my open work, red light": lambda n: "/cases/?light=red",
        "search open work": lambda n: f"/cases/?q={quote(words[n % len(words)])}",
        "search finished cases": lambda n: f"/cases/?done=1&q={quote(words[n % len(words)])}",
    }
    limit = 0.0
    for kind, path in kinds.items():
        drive(port, people, path, 2.0, pause / 4)
        before = _city.cpu_seconds()
        times, rate, bad = drive(port, people, path, seconds / 2 if not limit else seconds, pause)
        city, _mine, _busy = (b - a for a, b in zip(before, _city.cpu_seconds(), strict=True))
        limit = limit or rate
        p95, share = quantile(times, 0.95), "" if pause else f"   ratio to limit {rate / limit:.3f}"
        cost = (
            "" if pause else f"   CPU {1000 * city / max(1, len(times)):5.1f} ms a page"
        )  # at rest the loops count too
        say(f"    {kind:<26} p50 {quantile(times, 0.5):7.1f} ms   p95 {p95:7.1f} ms   {rate:7.1f}/s"
            f"{cost}{share}{'' if p95 <= AIM_P95 else '   p95 aim missed'}"
            f"{faults(bad)}")  # fmt: skip


def faults(bad: Counter) -> str:
    """Answers other than 200, by status (0: no answer)."""
    return "".join(f"   {many} x {status}" for status, many in sorted(bad.items()))


def drive(
    port: int, people: list[_people.Person], path: Callable[[int], str], seconds: float, pause: float = 0.0
) -> tuple[list[float], float, Counter]:
    """All users in closed loops, with a pause between pages; times in ms, requests a second, what was answered
    instead of 200. Those who pause begin one after the other within a pause."""
    merged, lock, bad = Times(), threading.Lock(), []
    began = time.perf_counter()

    def play(number: int, person: _people.Person) -> None:
        wire, mine, turn = Wire(port, person.cookie), Times(), number
        time.sleep(pause * number / len(people))
        while time.perf_counter() - began < seconds:
            with mine.step("all"):
                reply = wire.get(path(turn))
            turn += len(people)
            if reply.status != 200:
                bad.append(reply.status)
            if pause:
                time.sleep(pause)
        wire.close()
        with lock:
            merged.add(mine)

    threads = [threading.Thread(target=play, args=pair) for pair in enumerate(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = merged.steps["all"]
    return times, len(times) / (time.perf_counter() - began), Counter(bad)
