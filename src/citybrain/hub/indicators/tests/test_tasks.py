"""A warning opens one task; a person closes it with what was done."""

import pytest

from citybrain.hub.identity.tests import factories as people
from citybrain.hub.indicators import api as indicators
from citybrain.hub.indicators.actions import compute
from citybrain.hub.indicators.models import Task
from citybrain.hub.indicators.tests.factories import definition, install
from citybrain.kernel.errors import Conflict, Invalid, NotAllowed
from citybrain.kernel.models import AuditEntry, OutboxEvent


def events() -> list[tuple[str, str]]:
    """Names of published events with their severity."""
    found = OutboxEvent.objects.filter(name__startswith="indicators.").order_by("at", "id")
    return [(e.name, e.payload.get("severity", "")) for e in found]


@pytest.fixture
def warned(decide):
    install(definition())
    decide(8, 2)
    compute.refresh_live()


def test_a_warning_publishes_once_and_opens_one_task(warned):
    assert events() == [("indicators.warned", "warn")]
    compute.refresh_live()
    compute.refresh_live()
    assert len(events()) == 1
    task = Task.objects.get()
    assert (task.state, task.severity, task.owner, task.value) == ("open", "warn", "350902-scjg", 80)


def test_getting_worse_raises_the_same_task_and_recovery_is_told(warned, decide):
    decide(0, 20)
    compute.refresh_live()
    assert Task.objects.get().severity == "alarm"
    decide(900)
    compute.refresh_live()
    assert events() == [
        ("indicators.warned", "warn"),
        ("indicators.warned", "alarm"),
        ("indicators.recovered", ""),
    ]
    task = Task.objects.get()
    assert task.recovered_at is not None
    assert task.state == "open", "a person still has to say why it fell"


def test_a_small_basis_warns_nobody(decide):
    install(definition(thresholds={"warn": 90, "alarm": 50, "clear": 95, "least": 20}))
    decide(0, 3)
    compute.refresh_live()
    assert events() == []
    assert not Task.objects.exists()


def test_the_owner_takes_it_up_and_closes_it_with_a_comment(warned, leader):
    actor, task = people.actor(leader), Task.objects.get()
    assert [t.id for t in indicators.tasks_for(actor)] == [task.id]
    indicators.acknowledge_task(task.id, by=actor)
    with pytest.raises(Conflict):
        indicators.acknowledge_task(task.id, by=actor)
    with pytest.raises(Invalid):
        indicators.close_task(task.id, comment=" ", by=actor)
    indicators.close_task(task.id, comment="Two reviewers were absent; replaced.", by=actor)
    with pytest.raises(Conflict):
        indicators.close_task(task.id, comment="again and again", by=actor)
    actions = set(
        AuditEntry.objects.filter(action__startswith="indicators.").values_list("action", flat=True)
    )
    assert actions == {"indicators.open_task", "indicators.acknowledge_task", "indicators.close_task"}


def test_another_unit_neither_sees_nor_closes_it(warned, neighbour):
    actor, task = people.actor(neighbour), Task.objects.get()
    assert indicators.tasks_for(actor) == []
    with pytest.raises(NotAllowed):
        indicators.close_task(task.id, comment="not mine at all", by=actor)


def test_after_closing_a_new_warning_opens_a_new_task(warned, leader, decide):
    indicators.close_task(Task.objects.get().id, comment="Done and explained.", by=people.actor(leader))
    decide(900)
    compute.refresh_live()
    decide(0, 400)
    compute.refresh_live()
    assert Task.objects.count() == 2
    assert Task.objects.exclude(state="closed").count() == 1
