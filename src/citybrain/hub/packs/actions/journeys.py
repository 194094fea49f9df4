"""Plays a pack's journeys: the clock frozen, events delivered inside the transaction, everything rolled back."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction

from citybrain.hub.packs import registry
from citybrain.hub.packs.data import Coverage, JourneyFailed, JourneyResult, PackDocument, Problem
from citybrain.hub.packs.domain.quality import journey_kinds
from citybrain.hub.packs.domain.reading import Pack
from citybrain.kernel import clock, events, workdays
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError
from citybrain.kernel.expressions import ExpressionError

UNITS = {"days": "days", "hours": "hours", "minutes": "minutes"}
MAX_ADVANCE_DAYS = 3_700


class _Undo(Exception):
    """Ends a journey: nothing it did stays."""


@dataclass
class StoryWorld:
    """What verbs and expectations of one journey share."""

    pack: str
    given: dict[str, Any]
    clocks: ExitStack
    case: Any = None
    names: dict[str, Any] = field(default_factory=dict)
    cast: dict[str, Actor] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        """The journey's now."""
        return clock.now()

    def actor(self, role: str) -> Actor:
        """Who plays a role; the same actor throughout a journey."""
        if role not in self.cast:
            found = next((a for find in registry.stand_ins if (a := find(self, role))), None)
            if found is None:
                raise JourneyFailed(f"没有人能扮演“{role}”", f"nobody can play “{role}”")
            self.cast[role] = found
        return self.cast[role]

    def move(self, delta: timedelta) -> None:
        """Move the clock on, let timers fire, deliver what they cause."""
        if delta < timedelta(0) or delta > timedelta(days=MAX_ADVANCE_DAYS):
            raise JourneyFailed(
                "时间只能向前推进，且不超过十年", "time only moves forward, at most ten years"
            )
        self.clocks.enter_context(clock.travel(delta))
        for run in registry.clockworks:
            run()
        events.deliver_own()

    def visit(self, item: str) -> None:
        registry.visit(item)


def advance(world: StoryWorld, args: Any) -> None:
    """``advance: {workdays: 6}``; also days, hours, minutes. Work days keep the time of day."""
    if not isinstance(args, dict) or not args or not all(isinstance(v, int | float) for v in args.values()):
        raise JourneyFailed("advance 的写法是 {workdays: 数}", "write advance as {workdays: number}")
    delta = timedelta()
    for unit, number in args.items():
        if unit == "workdays":
            start = clock.local().date()
            delta += workdays.calendar().add_workdays(start, int(number)) - start
        elif unit in UNITS:
            delta += timedelta(**{unit: number})
        else:
            raise JourneyFailed(f"不认识的时间单位“{unit}”", f"unknown unit “{unit}”")
    world.move(delta)


def set_clock(world: StoryWorld, at: Any) -> None:
    """``at: "2026-03-02T09:00"``."""
    try:
        moment = clock.at_local(str(at))
    except ValueError:
        raise JourneyFailed(f"“{at}”不是时间", f"“{at}” is not a time") from None
    world.move(moment - clock.now())


def expect(world: StoryWorld, wanted: Any) -> None:
    """``expect: {state: accepted, …}``: every member is asked of the room that registered it."""
    if not isinstance(wanted, dict):
        raise JourneyFailed("expect 应是键值对", "expect must be a mapping")
    for name, value in wanted.items():
        ask = registry.expectations.get(name)
        if ask is None:
            raise JourneyFailed(f"没有模块能回答“{name}”", f"no room can answer “{name}”")
        ask(world, value)


for _name, _run in (("advance", advance), ("at", set_clock), ("expect", expect)):
    registry.register_verb(_name, _run)


def play(doc: PackDocument) -> tuple[JourneyResult, set[str]]:
    """Play one journey and undo it; the result and what it visited."""
    journey = doc.data
    at, problem = 0, None
    workdays.forget()
    with registry.collecting() as visited:
        try:
            with transaction.atomic(), ExitStack() as clocks:
                clocks.enter_context(clock.freeze(clock.at_local(journey.given.at)))
                given = journey.given.model_dump()
                world = StoryWorld(doc.pack, given, clocks)
                for action in journey.steps:
                    at += 1
                    _step(world, action)
                raise _Undo
        except _Undo:
            pass
        except JourneyFailed as error:
            problem = _problem(doc, at, error.zh, error.en)
        except ExpressionError as error:
            problem = _problem(doc, at, error.text["zh"], error.text["en"])
        except CityError as error:
            said = f"{error} ({error.code})"
            problem = _problem(doc, at, f"被拒绝：{said}", f"refused: {said}")
        except (DatabaseError, ValueError, LookupError, TypeError, AttributeError) as error:
            said = f"{type(error).__name__}: {error}"[:500]
            problem = _problem(doc, at, f"出错：{said}", f"failed: {said}")
    workdays.forget()
    result = JourneyResult(doc.pack, doc.key, journey.name, problem is None, at, problem, journey_kinds(doc))
    return result, set(visited)


def _step(world: StoryWorld, action: dict[str, Any]) -> None:
    ((verb, args),) = action.items()
    run = registry.verbs.get(verb)
    if run is None:
        raise JourneyFailed(f"没有模块认识“{verb}”这一步", f"no room knows the step “{verb}”")
    run(world, args if args is not None else {})
    events.deliver_own()


def _problem(doc: PackDocument, step: int, zh: str, en: str) -> Problem:
    line = doc.line(("steps", step - 1)) if step else 1
    return Problem(
        "journey",
        f"情景“{doc.data.name.zh}”第{step}步：{zh}",
        f"journey “{doc.key}”, step {step}: {en}",
        doc.file,
        line,
        doc.pack,
        "journeys",
        doc.key,
    )


def play_all(pack: Pack) -> tuple[list[JourneyResult], Coverage]:
    """Play every journey of an applied pack; results and coverage of what the rooms say should be visited."""
    results, visited = [], set()
    for doc in sorted(pack.journeys, key=lambda d: d.key):
        result, seen = play(doc)
        results.append(result)
        visited |= seen
    items = {item for part in registry.coverages.values() for item in part(pack.name)}
    return results, Coverage(frozenset(items), frozenset(visited))
