"""``./citybrain bench pages``: guide page, portal home, a form page, the cockpit's board.

Each is asked by eight people at once; the limit is the same server's ``/empty`` page, which goes through the whole
middleware chain, for the same people in the same run.
"""

from __future__ import annotations

import argparse
from uuid import uuid4

from bench import _city, _life, _people
from bench._figures import quantile, say
from bench._wire import Wire
from bench.worklist import drive, faults

BOARDS = "/cockpit/"


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="citybrain bench pages", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--users", type=int, default=8)
    parser.add_argument("--keep", default="", help="a folder to use and keep")
    options = parser.parse_args(argv)
    say(f"pages  ·  {_city.machine()}")
    with _city.city(options.keep) as launcher:
        port = launcher.config.port
        visitors = [_people.Person("", None, "visitor")] * options.users  # type: ignore[arg-type]
        citizens = _people.citizens(options.users)
        leaders = [_people.official("city_leader", "350900-zf")] * options.users
        citizen = citizens[:1] * options.users
        for title, people, pages in (
            ("visitors without a session", visitors, {"portal home": "/", "guide page": f"/guide/{_life.MATTER}/"}),
            ("a signed-in citizen", citizen, {"guide page": f"/guide/{_life.MATTER}/", "form page": form(port, citizen[0]), "my space": "/my/"}),
            ("a city leader", leaders, {"cockpit board": board(port, leaders[0])}),
        ):  # fmt: skip
            compare(port, title, people, pages, options.seconds)
    return 0


def form(port: int, citizen: _people.Person) -> str:
    """The address of the first question page of a fresh draft."""
    wire = Wire(port, citizen.cookie)
    reply = wire.post(f"/start/{_life.MATTER}/", [*_life.SITUATION, ("key", str(uuid4()))])
    return wire.get(reply.location).location


def board(port: int, leader: _people.Person) -> str:
    """The board a leader is led to."""
    reply = Wire(port, leader.cookie).get(BOARDS)
    return reply.location or BOARDS


def compare(
    port: int, title: str, people: list[_people.Person], pages: dict[str, str], seconds: float
) -> None:
    say(f"\n  {title}")
    limit = 0.0
    for name, path in {"empty page (limit)": "/empty", **pages}.items():
        drive(port, people, lambda n, p=path: p, 1.5)
        times, rate, bad = drive(port, people, lambda n, p=path: p, seconds)
        limit = limit or rate
        say(f"    {name:<22} p50 {quantile(times, 0.5):7.1f} ms   p95 {quantile(times, 0.95):7.1f} ms   {rate:7.1f}/s   "
            f"ratio to limit {rate / limit:.3f}{faults(bad)}")  # fmt: skip
