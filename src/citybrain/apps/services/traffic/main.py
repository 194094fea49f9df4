"""The command: ``./citybrain demo traffic [--rate 30] [--minutes 5]``."""

from __future__ import annotations

import argparse
import random
import signal
import sys
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from citybrain.apps.services.traffic import people
from citybrain.apps.services.traffic.answers import Story, stories
from citybrain.apps.services.traffic.browser import LOOPBACK, Browser, Lost
from citybrain.apps.services.traffic.plans import BUNDLE, ROTATION
from citybrain.hub.identity import api as identity

MOST_RATE, MOST_MINUTES = 600, 120
MOTHER = "lin-xiaomei"
CITIZENS = (MOTHER, "chen-daming", "wu-jianguo", "zheng-meili", "ruan-jing")
DESKS = 6
"""Officials take turns at so many desks, so that the traffic itself never crowds out a visitor."""
BUSY = (429, 503)
STOPS_WITHIN = 20.0
"""Seconds it waits for the pages that are being loaded when it is told to stop."""
REST, LONGEST_REST = 2.0, 10.0
"""Seconds an official waits before looking at an empty list again, longer every time it stays empty."""


@dataclass
class Seat:
    """One official and the browser in front of them."""

    username: str
    browser: Browser
    posts: list[str] | None = None

    def work(self, password: str, tally: people.Tally) -> int:
        """Sign in once, then look at the list of every post; how many steps were done."""
        if self.posts is None:
            people.sign_in_official(self.browser, self.username, password)
            self.posts = people.posts_of(self.browser)
        done = 0
        for post in self.posts or [""]:
            if len(self.posts) > 1:
                people.sit_at(self.browser, post)
            done += people.handle_list(self.browser, tally)
        return done


class Crowd:
    """Citizens at ``rate`` applications a minute and officials who work through their lists, until the time is up."""

    def __init__(self, address: str, rate: float, minutes: float, seed: int) -> None:
        self.address, self.rate = address, rate
        self.ends = time.monotonic() + minutes * 60
        self.rng = random.Random(seed)  # noqa: S311 - who does what next, nothing secret
        self.tally = people.Tally()
        self.stop = threading.Event()

    def running(self) -> bool:
        return not self.stop.is_set() and time.monotonic() < self.ends

    def citizen(self, name: str, seat: int, todo: list[Story]) -> None:
        """One citizen applies in turn with the others, corrects what was asked for, and rates what is finished."""
        browser, signed_in, turn = Browser(self.address), False, seat
        while self.running():
            began = time.monotonic()
            try:
                if not signed_in:
                    people.sign_in_citizen(browser, name)
                    signed_in = True
                kind = ROTATION[turn % len(ROTATION)]
                turn += 1
                people.apply_for(browser, self.story(name, kind, turn, todo), self.tally, kind)
            except Lost as error:
                self._note(error)
            try:
                if signed_in:
                    people.mend(browser, self.tally)
                    people.rate_finished(browser, self.tally, self.rng)
            except Lost as error:
                self._note(error)
            self._rest(60 * len(CITIZENS) / self.rate - (time.monotonic() - began))
        browser.close()

    def story(self, name: str, kind: str, turn: int, todo: list[Story]) -> Story:
        """What this citizen applies for: a bundle in its turn (births are the mother's), else any single matter."""
        if kind == BUNDLE:
            found = [s for s in todo if s.bundle and (s.key != "newborn" or name == MOTHER)]
            if name == MOTHER:  # each of them in turn
                return (
                    sorted(found, key=lambda s: s.key)[turn // len(ROTATION) % len(found)]
                    if found
                    else todo[0]
                )
        else:
            found = [s for s in todo if not s.bundle]
        return self.rng.choice(found or todo)

    def officials(self, usernames: list[str], password: str) -> None:
        """Some officials, one after the other at one desk: each works through the lists of all own posts."""
        seats = [Seat(name, Browser(self.address)) for name in usernames]
        idle = REST
        while self.running():
            done = 0
            for seat in seats:
                if not self.running():
                    break
                try:
                    done += seat.work(password, self.tally)
                except Lost as error:
                    self._note(error)
                    self._rest(REST if error.status in BUSY else 0.1)
            idle = REST if done else min(idle * 1.5, LONGEST_REST)
            self._rest(0.2 if done else idle)
        for seat in seats:
            seat.browser.close()

    def _note(self, error: Lost) -> None:
        self.tally.refused[str(error)[:80]] += 1

    def _rest(self, seconds: float) -> None:
        self.stop.wait(max(0.05, min(seconds, max(0.05, self.ends - time.monotonic()))))


def main(argv: list[str]) -> int:
    """Run the crowd; prints a line every five seconds. Exit 2 when it must not or cannot run."""
    args = _arguments(argv)
    problem = _must_not(args.address)
    todo = [] if problem else stories()
    if not problem and not todo:
        problem = (
            "no pack has a happy journey, so demo citizens would not know what to answer / 没有可用的情景"
        )
    if problem:
        print(problem, file=sys.stderr)
        return 2
    crowd = Crowd(args.address, min(args.rate, MOST_RATE), min(args.minutes, MOST_MINUTES), args.seed)
    rows = [row for row in identity.demo_accounts(every=True) if row.get("kind", "official") == "official"]
    threads = [
        threading.Thread(target=crowd.citizen, args=(name, 2 * seat, todo), daemon=True)
        for seat, name in enumerate(CITIZENS, start=1)
    ]
    names = _workers([str(row["username"]) for row in rows])
    threads += [
        threading.Thread(target=crowd.officials, args=(names[desk::DESKS], args.password), daemon=True)
        for desk in range(min(DESKS, len(names)))
    ]
    print(
        f"demo traffic at {args.rate:g} applications a minute for {args.minutes:g} minutes; Ctrl-C stops it"
    )
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: crowd.stop.set())
    for thread in threads:
        thread.start()
    while crowd.running():
        crowd.stop.wait(min(5.0, max(0.1, crowd.ends - time.monotonic())))
        print("  " + ", ".join(f"{k} {v}" for k, v in sorted(crowd.tally.done.items())) or "  …", flush=True)
    crowd.stop.set()
    latest = time.monotonic() + STOPS_WITHIN
    for thread in threads:
        thread.join(timeout=max(0.0, latest - time.monotonic()))
    tell(crowd.tally)
    for what, count in crowd.tally.refused.most_common(8):
        print(f"  not done {count}×: {what}")
    print("stopped")
    return 0


def tell(tally: people.Tally) -> None:
    """How each kind of case ended."""
    for kind in dict.fromkeys(ROTATION):
        planned = sum(1 for k in tally.plans.kinds.values() if k == kind)
        print(f"  {kind}: {planned} submitted, {tally.done[f'finished {kind}']} seen finished")
    print(f"  rectified after a bad rating: {tally.done['visit_back']}")


WORKERS = ("window", "reviewer", "decider", "issuer", "hall")


def _workers(names: list[str]) -> list[str]:
    """Demo officials who handle cases: the window, and everyone whose name says so (``reviewer.gaj``)."""
    found = [n for n in names if n.split(".")[0] in WORKERS]
    return found or list(WORKERS)


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="citybrain demo traffic", description="demo citizens and clerks at work"
    )
    parser.add_argument("--rate", type=float, default=30, help="applications a minute (at most 600)")
    parser.add_argument("--minutes", type=float, default=5, help="how long (at most 120)")
    parser.add_argument("--address", default=f"http://127.0.0.1:{settings.PORT}")
    parser.add_argument("--password", default="Ningde-demo-2026")
    parser.add_argument("--seed", type=int, default=20261123)
    args = parser.parse_args(argv)
    if args.rate <= 0 or args.minutes <= 0:
        parser.error("rate and minutes must be greater than 0")
    return args


def _must_not(address: str) -> str:
    if settings.MODE != "demo":
        return "demo traffic runs in demo mode only / 只能在演示模式运行"
    if urlsplit(address).hostname not in LOOPBACK:
        return "demo traffic only visits this machine / 只访问本机"
    return ""
