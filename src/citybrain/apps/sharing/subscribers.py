"""What the sharing room hears: data cases move, scans find or cure problems, objections are raised, grants end."""

from uuid import UUID

from citybrain.apps.sharing.actions import effects, objections, quality  # noqa: F401 - effects announce themselves
from citybrain.apps.sharing.actions.follow import follow_case
from citybrain.apps.sharing.models import DataRequest
from citybrain.apps.sharing.queries import case_pages
from citybrain.apps.sharing.queries.units import authority_or_none
from citybrain.hub.cases import api as cases
from citybrain.hub.cases.data import Transitioned
from citybrain.hub.data.data import GrantEnded, ObjectionRaised, ProblemsCured, ProblemsFound
from citybrain.kernel.actor import Actor
from citybrain.kernel.events import Meta, subscriber

ROBOT = Actor.system("sharing.follow")
cases.show_case_data("data_request", case_pages.request_pages)
cases.show_case_data("data_quality_work", case_pages.quality_pages)
cases.show_case_data("data_objection", case_pages.objection_pages)


@subscriber(Transitioned, name="sharing.follow_cases")
def follow(event: Transitioned, meta: Meta) -> None:
    """Keep the benches' rows in line with the cases."""
    follow_case(event)


@subscriber(ProblemsFound, name="sharing.open_quality_work")
def open_work(event: ProblemsFound, meta: Meta) -> None:
    """Problem rows go to the providing department, once for each rule while the work is open."""
    if authority_or_none():
        quality.found(event)


@subscriber(ProblemsCured, name="sharing.close_quality_work")
def close_work(event: ProblemsCured, meta: Meta) -> None:
    """A scan found no such row any more."""
    quality.cured(event)


@subscriber(ObjectionRaised, name="sharing.open_objection")
def open_objection(event: ObjectionRaised, meta: Meta) -> None:
    """An objection becomes a case."""
    if authority_or_none():
        objections.open_for(event)


@subscriber(GrantEnded, name="sharing.end_request")
def end_request(event: GrantEnded, meta: Meta) -> None:
    """A grant that ended by time, or among the grants, ends its request's case."""
    row = DataRequest.objects.filter(
        grant_id=UUID(event.grant_id), state__in=("serving", "suspended")
    ).first()
    action = {"expired": "expire", "revoked": "note_revoked"}.get(event.how)
    if (
        row is not None
        and action
        and cases.case_for(ROBOT, row.case_id).record.state in ("serving", "suspended")
    ):
        cases.act(row.case_id, action, by=ROBOT)
