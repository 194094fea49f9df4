"""Timers: transitions the clock performs, exactly once each, however often and wherever the loop runs.

A clock that is due is found by index, its case is locked (skipping cases somebody works on), the clock is read again,
and the transition and the clearing of the timer commit together. A jump of the machine's clock fires what is due, in
order of due dates; a jump back fires nothing twice.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import F

from citybrain.hub.cases.actions.act import finish
from citybrain.hub.cases.actions.run import Run, Step
from citybrain.hub.cases.data import Overdue
from citybrain.hub.cases.domain.machine import Transition
from citybrain.hub.cases.models import Case
from citybrain.hub.cases.models import Clock as ClockRow
from citybrain.hub.cases.queries import reading
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.queries.records import UNREAD
from citybrain.kernel import clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError
from citybrain.kernel.loops import every

log = logging.getLogger("citybrain.cases.timers")
BY = Actor.system("cases.timer")
AGAIN = timedelta(minutes=10)
ROUNDS = 20


def fire_due_timers(limit: int = 200) -> int:
    """Fire up to ``limit`` due timers; returns how many transitions were performed."""
    fired = 0
    for _round in range(ROUNDS):
        due = ClockRow.objects.filter(fires_at__lt=clock.now()).order_by("fires_at", "id")
        found = list(due.values_list("id", "case_id")[: limit - fired])
        done = sum(_fire(clock_id, case_id) for clock_id, case_id in found)
        fired += done
        if not done or fired >= limit:
            break
    return fired


def _fire(clock_id: UUID, case_id: UUID) -> bool:
    try:
        with transaction.atomic():
            return _fire_locked(clock_id, case_id)
    except (CityError, DatabaseError, RuntimeError, LookupError, ValueError):
        log.exception("timer of clock %s of case %s failed; trying again in %s", clock_id, case_id, AGAIN)
        ClockRow.objects.filter(pk=clock_id, fires_at__lt=clock.now()).update(fires_at=clock.now() + AGAIN)
        return False


def _fire_locked(clock_id: UUID, case_id: UUID) -> bool:
    rows = reading.lock(case_id, fields=("subject_name",), skip_locked=True)
    if rows is None:
        return False
    row = ClockRow.objects.filter(pk=clock_id, state="running", fires_at__lt=clock.now()).first()
    if row is None:
        return False
    ClockRow.objects.filter(pk=clock_id).update(fires_at=None)
    run = Run(rows.case, machine_of(rows.case.machine_id), BY, rows=rows)
    chosen = _chosen(run, row)
    if chosen is None:
        return False
    run.perform(Step(chosen, BY, "system", {}))
    finish(run)
    return True


def _chosen(run: Run, row: ClockRow) -> Transition | None:
    for transition in run.machine.timers(row.name):
        if run.case.state in transition.from_ and run.holds(transition.guard, transition):
            return transition
    return None


def reckon_case(case_id: UUID) -> None:
    """Reckon the clocks of one case again that had no due date yet."""
    with transaction.atomic():
        rows = reading.lock(case_id)
        assert rows is not None
        run = Run(rows.case, machine_of(rows.case.machine_id), BY, rows=rows)
        run.clocks.reckon_again()
        run.flush()


def tell_overdue(limit: int = 200) -> int:
    """Publish ``cases.Overdue`` once per due date that passed; returns how many."""
    late = Case.objects.filter(overdue_told=False, paused=False, due_at__lt=clock.now()).order_by("due_at")
    told = 0
    for case_id in list(late.values_list("id", flat=True)[:limit]):
        with transaction.atomic():
            case = Case.objects.select_for_update(skip_locked=True).defer(*UNREAD).filter(pk=case_id).first()
            if (
                case is None
                or case.overdue_told
                or case.paused
                or not case.due_at
                or case.due_at >= clock.now()
            ):
                continue
            Case.objects.filter(pk=case_id).update(overdue_told=True, revision=F("revision"))
            event = Overdue(
                case_id=case.pk, case_no=case.case_no or "", case_type=case.case_type, matter=case.matter,
                organisation=case.organisation, due_at=case.due_at, demo=case.demo,
            )  # fmt: skip
            events.publish(event, aggregate=f"case:{case.pk}", by=BY)
            told += 1
    return told


@every(seconds=2, name="cases.fire_timers")
def fire_timers() -> int:
    """The loop of the worker."""
    return fire_due_timers()


@every(seconds=10, name="cases.tell_overdue")
def tell_of_overdue() -> int:
    """The loop of the worker."""
    return tell_overdue()
