"""Whatever people try, in whatever order: no step is lost, no rule bends, nothing answers with a crash."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.models import Case, Clock, Task, Transition
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.tests.factories import REJECTION, Staff, install_base, open_permit
from citybrain.kernel import clock
from citybrain.kernel.errors import CityError

DATA = {
    "reason": "理由", "basis": "依据", "remedies": "复议", "items": ["补"], "promise": True, "kind": "hearing",
    "expected_days": 3, "told_in_writing": True, "result": "完成", "verdict": "pass", "opinion": "同意",
    "method": "window", "reason_code": "other",
}  # fmt: skip
WHO = ("citizen", "receiver", "reviewer", "decider", "issuer", "leader")


def said(machine, action):
    fields = {f.name for t in machine.transitions if t.action == action for f in t.fields}
    return {k: v for k, v in DATA.items() if k in fields}


def tried(case_id, action, actor, data):
    try:
        cases.act(case_id, action, by=actor, data=data)
    except CityError as error:
        return error.status
    return 200


def check(case_id):
    case = Case.objects.get(pk=case_id)
    machine = machine_of(case.machine_id)
    way = list(Transition.objects.filter(case=case).order_by("seq"))
    state = machine.start
    for number, step in enumerate(way, 1):
        assert step.seq == number
        assert step.from_state == state
        assert any(
            t.action == step.action and state in t.from_ and t.to == step.to_state
            for t in machine.transitions
        )
        state = step.to_state
    assert case.state == state
    assert sum(1 for s in way if s.action == "request_correction") <= 1
    assert sum(1 for s in way if s.action == "extend") <= 1
    deciders = {s.account_id for s in way if s.action in ("approve", "reject")}
    receivers = {s.account_id for s in way if s.action == "receive"}
    assert not deciders & receivers
    running = Clock.objects.filter(case=case).exclude(state="stopped")
    assert len({c.name for c in running}) == running.count()
    opened = Task.objects.filter(case=case, closed_at=None)
    assert opened.count() <= 1
    assert all(task.state == case.state for task in opened)
    if case.finished:
        assert not opened.exists()
        assert case.closed_at or case.state == "discarded"
        assert not running.exists()
    assert (case.due_at is None) == (not running.filter(light=True).exists())


@pytest.mark.django_db
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(WHO), st.integers(0, 30), st.integers(0, 12)), min_size=3, max_size=14
    ),
    complete=st.booleans(),
)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_order_of_acts_and_days_breaks_the_rules(db, steps, complete):
    install_base()
    staff = Staff()
    now = clock.at_local("2026-03-02T09:00")
    with clock.freeze(now):
        record = open_permit(staff.citizen, complete=complete)
        machine = machine_of(Case.objects.get(pk=record.id).machine_id)
    for who, choice, days in steps:
        now += timedelta(days=days % 5)
        with clock.freeze(now):
            cases.fire_due_timers()
            state = Case.objects.values_list("state", flat=True).get(pk=record.id)
            here = [t.action for t in machine.leaving(state) if "system" not in t.by] or ["submit"]
            action = here[choice % len(here)] if choice < 24 else machine.transitions[choice % 28].action
            actor = getattr(staff, who)
            assert tried(record.id, action, actor, said(machine, action)) in (200, 403, 404, 409, 422)
            if choice % 3 == 0:
                for role in WHO:  # let somebody entitled do it
                    try:
                        cases.act(record.id, action, by=getattr(staff, role), data=said(machine, action))
                        break
                    except CityError:
                        continue
            check(record.id)


@pytest.mark.django_db
@given(data=st.dictionaries(st.text(max_size=12), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=8,
), max_size=5))  # fmt: skip
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_malformed_fields_get_messages_never_a_crash(data):
    from citybrain.hub.cases.domain import fields as spoken
    from citybrain.hub.cases.domain.machine import Machine
    from citybrain.hub.cases.tests.factories import machine_file

    machine = Machine.model_validate(machine_file("permit"))
    for transition in machine.transitions:
        names = [f.name for f in transition.fields]
        mixed = {**data, **dict(zip(names, data.values(), strict=False))}
        _cleaned, wrong = spoken.check(transition.fields, mixed)
        assert all(w.code and w.path is not None for w in wrong)


@pytest.mark.django_db(transaction=True)
def test_serials_are_unique_under_concurrency_and_writers_do_not_wait():
    from django.db import transaction

    from citybrain.hub.cases.actions.numbers import next_serial

    taken, lock, errors = [next_serial("S#")], threading.Lock(), []  # the first one lays out the scope
    together = threading.Barrier(6)

    def work():
        try:
            for turn in range(10):
                with transaction.atomic():
                    serial = next_serial("S#")
                    if turn == 0:
                        together.wait(timeout=60)  # six transactions hold a serial at the same moment
                with lock:
                    taken.append(serial)
        except Exception as error:  # seen by the test below
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(set(taken)) == 61


@pytest.mark.django_db(transaction=True)
def test_two_people_acting_at_once_act_once_and_a_timer_fires_once():
    install_base()
    staff = Staff()
    record = open_permit(staff.citizen)
    cases.act(record.id, "submit", by=staff.citizen)
    results = []

    def receive():
        try:
            results.append(cases.act(record.id, "receive", by=staff.receiver).state)
        except CityError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=receive) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["received", "wrong_state", "wrong_state", "wrong_state"]

    def fire():
        with clock.travel(timedelta(days=30)):
            cases.fire_due_timers()
        connection.close()

    threads = [threading.Thread(target=fire) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Transition.objects.filter(case_id=record.id, action="deemed_accept").count() == 1
    assert REJECTION
