"""One whole life of a case over HTTP: a citizen applies, four officials act, the citizen rates.

The matter is a newborn's medical insurance on the standard machine: a form of four pages, one scan uploaded, five
acts of four officials, a certificate, electronic delivery. Every number, key and revision is read from the page that was served, as a browser would send it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from uuid import uuid4

from bench._figures import Times
from bench._people import Person
from bench._wire import Reply, Wire

MATTER, UNIT = "resident-medical-insurance", "350902-ybj"
SITUATION = [("s.insurance_kind", "newborn")]
ACTS: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("receive", "receiver", []),
    ("accept", "reviewer", []),
    ("review", "reviewer", [("field.verdict", "pass"), ("field.opinion", "材料与条件相符")]),
    ("approve", "decider", [("field.reason", "材料齐全，符合法定条件")]),
    ("certify", "issuer", []),
]
ANSWERS = {
    "child_name": "林小满（演示）", "child_sex": "2", "child_birth_date": "2026-02-20",
    "child_birth_date.year": "2026", "child_birth_date.month": "2", "child_birth_date.day": "20",
    "birth_hospital": "宁德市妇幼保健院（演示）", "insurance_year": "2026", "guardian_name": "测试演示人",
    "guardian_relation": "mother", "phone": "13800000001", "home_division": "350902001001",
    "home_division.county": "350902000000", "home_division.town": "350902001000",
    "home_division.village": "350902001001", "home_address": "蕉城区演示路1号", "delivery_way": "electronic",
}  # fmt: skip
SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
SCANS = [("material.household_book", "household-book.pdf", SCAN)]
_HIDDEN = re.compile(rb'<input type="hidden" name="(key|revision)" value="([^"]*)"')
_NAMES = re.compile(rb'<(?:input|select|textarea)\b[^>]*?\bname="([^"]+)"')


class Off(Exception):
    """The story could not go on; ``reply`` is what came instead."""

    def __init__(self, what: str, reply: Reply) -> None:
        super().__init__(f"{what}: {reply.status} {reply.location}")
        self.reply = reply


@dataclass
class Cast:
    """Who plays: one citizen and the officials, each with a connection of their own."""

    citizen: Wire
    officials: dict[str, Wire]

    @classmethod
    def of(cls, port: int, citizen: Person, officials: dict[str, Person]) -> Cast:
        return cls(Wire(port, citizen.cookie), {role: Wire(port, p.cookie) for role, p in officials.items()})

    def close(self) -> None:
        for wire in (self.citizen, *self.officials.values()):
            wire.close()


@dataclass
class Ledger:
    """What the city acknowledged: drafts opened, applications submitted, acts done, ratings given."""

    drafts: list[str] = field(default_factory=list)
    submitted: list[str] = field(default_factory=list)
    acts: list[tuple[str, str]] = field(default_factory=list)
    rated: list[str] = field(default_factory=list)
    requests: count = field(default_factory=count)


def hidden(body: bytes) -> list[tuple[str, str]]:
    return [(m[0].decode(), m[1].decode()) for m in _HIDDEN.findall(body)]


def expect(reply: Reply, status: int, what: str) -> Reply:
    if reply.status != status:
        raise Off(what, reply)
    return reply


def apply(cast: Cast, times: Times, ledger: Ledger) -> str:
    """From the first question to the page that says the number; returns the case's id."""
    citizen = cast.citizen
    with times.step("open form: questions"):
        page = expect(citizen.get(f"/start/{MATTER}/"), 200, "start")
    with times.step("open form: draft"):
        reply = expect(citizen.post(f"/start/{MATTER}/", [*SITUATION, ("key", str(uuid4()))]), 302, "draft")
    case_id = reply.location.strip("/").split("/")[-1]
    ledger.drafts.append(case_id)
    with times.step("open form: first page"):
        reply = expect(citizen.get(reply.location), 302, "resume")
        page = expect(citizen.get(reply.location), 200, "page")
    where = reply.location
    while not where.endswith("/review/"):
        if where.endswith("/materials/"):
            with times.step("upload a material"):
                reply = expect(citizen.upload(where, [("_action", "continue")], SCANS), 302, "upload")
        else:
            with times.step("fill in: save a page"):
                reply = expect(citizen.post(where, answers(page.body)), 302, f"save {where}")
        with times.step("fill in: next page"):
            page = expect(citizen.get(reply.location), 200, f"show {reply.location}")
        where = reply.location
    with times.step("submit"):
        reply = expect(citizen.post(where, [*hidden(page.body)[:1], ("declared", "yes")]), 302, "submit")
    ledger.submitted.append(case_id)
    with times.step("submitted: what next"):
        expect(citizen.get(reply.location), 200, "done")
    return case_id


def answers(body: bytes) -> list[tuple[str, str]]:
    """The answers to what a page asks."""
    names = [name.decode() for name in _NAMES.findall(body)]
    if "home_division.county" in names:  # the other two lists are filled by script, as in a browser
        names += ["home_division.town", "home_division.village"]
    return [(name, ANSWERS[name]) for name in dict.fromkeys(names) if name in ANSWERS] + [
        ("_action", "continue")
    ]


def handle(cast: Cast, case_id: str, times: Times, ledger: Ledger) -> None:
    """The officials' five acts; each opens the case first and sends what its page says."""
    for action, role, fields in ACTS:
        official = cast.officials[role]
        with times.step("official opens the case"):
            page = expect(official.get(f"/cases/{case_id}/"), 200, f"open for {action}")
        with times.step(action):
            expect(
                official.post(f"/cases/{case_id}/act/{action}/", [*fields, *act_keys(page.body, action)]),
                302,
                action,
            )
        ledger.acts.append((case_id, action))


def act_keys(body: bytes, action: str) -> list[tuple[str, str]]:
    """Revision and key of one act's form."""
    start = body.find(f"/act/{action}/".encode())
    return hidden(body[start : start + 900])[:2]


def rate(cast: Cast, case_id: str, times: Times, ledger: Ledger) -> None:
    with times.step("rate: page"):
        expect(cast.citizen.get(f"/my/cases/{case_id}/rate/"), 200, "rating page")
    with times.step("rate"):
        expect(
            cast.citizen.post(f"/my/cases/{case_id}/rate/", [("grade", "1"), ("tags", "fast")]), 302, "rate"
        )
    ledger.rated.append(case_id)


Story = Callable[[Cast, Times, Ledger], str]


def life(cast: Cast, times: Times, ledger: Ledger) -> str:
    """The whole life; returns the case's id. Off when a step was refused."""
    case_id = apply(cast, times, ledger)
    handle(cast, case_id, times, ledger)
    rate(cast, case_id, times, ledger)
    return case_id


@dataclass
class Result:
    """What a closed-loop measurement found."""

    lives: int
    seconds: float
    times: Times
    ledger: Ledger
    ends: list[float]
    failures: list[str]
    cpu_ms: float = 0.0  # of all the city's processes, a life

    @property
    def rate(self) -> float:
        return self.lives / self.seconds

    @property
    def requests(self) -> int:
        """A step is one request, except the first form page, which is two (resume and page)."""
        return sum(
            len(v) * (2 if name == "open form: first page" else 1) for name, v in self.times.steps.items()
        )


def drive(
    port: int,
    citizens: list[Person],
    officials: dict[str, Person],
    seconds: float,
    story: Story | None = None,
) -> Result:
    """Closed loop: each citizen begins the next life when the last one is over. Half-done lives do not count."""
    story = story or life
    merged, ledger, ends, failures, lock = Times(), Ledger(), [], [], threading.Lock()
    began = time.perf_counter()

    def play(citizen: Person) -> None:
        cast = Cast.of(port, citizen, officials)
        mine, note = Times(), Ledger()
        while time.perf_counter() - began < seconds:
            try:
                story(cast, mine, note)
            except Off as problem:
                with lock:
                    failures.append(str(problem))
                time.sleep(1.0 if problem.reply.refused else 0.2)
                continue
            with lock:
                ends.append(time.perf_counter() - began)
        cast.close()
        with lock:
            merged.add(mine)
            for name in ("drafts", "submitted", "acts", "rated"):
                getattr(ledger, name).extend(getattr(note, name))

    threads = [threading.Thread(target=play, args=(c,)) for c in citizens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    within = [end for end in ends if end <= seconds]
    return Result(len(within), seconds, merged, ledger, ends, failures)
