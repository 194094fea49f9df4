"""Quality work: opened when a scan finds rows that break a rule, closed when a later scan finds none."""

from uuid import UUID

from citybrain.apps.sharing.models import QualityWork
from citybrain.apps.sharing.queries.units import authority
from citybrain.hub.cases import api as cases
from citybrain.hub.cases.data import Transitioned
from citybrain.hub.data import api as data
from citybrain.hub.data.data import ProblemsCured, ProblemsFound
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

CASE_TYPE = "data_quality_work"
ROBOT = Actor.system("sharing.quality")


def open_work(resource: str, rule: str) -> QualityWork | None:
    """The open work on a rule of a resource."""
    return (
        QualityWork.objects.select_for_update().filter(resource=resource, rule=rule, closed_at=None).first()
    )


def found(event: ProblemsFound) -> None:
    """Open the work, or renew its figures; work reported as done goes back when the problems are still there."""
    row = open_work(event.resource, event.rule)
    if row is None:
        open_case(event)
        return
    row.problems, row.scan_id = event.problems, event.scan_id
    row.save(update_fields=["problems", "scan_id"])
    if cases.case_for(ROBOT, row.case_id).record.state == "rechecking":
        cases.act(row.case_id, "redo", by=ROBOT)


def open_case(event: ProblemsFound) -> QualityWork:
    """The case goes to the provider; repeated delivery of the event finds the first one."""
    resource = data.resource(event.resource)
    record = cases.open_case(
        case_type=CASE_TYPE, by=ROBOT, organisation=authority(), title=resource.title.zh[:200], demo=resource.demo,
        matter_name=resource.title.as_dict(), channel="internal", idempotency_key=f"quality:{event.scan_id}:{event.rule}",
        context={"problems": event.problems, "parties": {"provider": event.owner}},
        data={"resource": event.resource, "rule": event.rule, "scan_id": event.scan_id, "problems": event.problems},
    )  # fmt: skip
    row, _fresh = QualityWork.objects.get_or_create(
        case_id=record.id,
        defaults={
            "case_no": record.case_no, "resource": event.resource, "resource_title": resource.title.as_dict(),
            "rule": event.rule, "scan_id": event.scan_id, "provider": event.owner, "problems": event.problems,
            "state": record.state, "state_name": record.state_name, "due_at": record.due_at, "opened_at": clock.now(),
        },
    )  # fmt: skip
    return row


def cured(event: ProblemsCured) -> None:
    """Close the open work whatever the provider has reported."""
    row = open_work(event.resource, event.rule)
    if row is None:
        return
    if cases.case_for(ROBOT, row.case_id).record.state in ("working", "rechecking"):
        cases.act(row.case_id, "cure", by=ROBOT)


def stepped(row: QualityWork, event: Transitioned) -> None:
    """What the provider reports as done is scanned again."""
    if event.action == "report":
        data.recheck(row.resource, [row.rule], by=ROBOT)


def work_of(case_id: UUID) -> QualityWork | None:
    """The work a case is about."""
    return QualityWork.objects.filter(case_id=case_id).first()
