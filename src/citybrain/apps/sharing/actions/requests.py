"""Asking for data of another department: what is asked is checked here, who decides is the case."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.apps.sharing.models import DataRequest
from citybrain.apps.sharing.queries.units import authority
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid

CASE_TYPE = "data_request"
MOST_MONTHS = 36
MOST_QUOTA = 1_000_000
WAYS = ("api", "verify", "batch", "table", "file")
CALLED = frozenset({"api", "verify", "batch"})


@dataclass(frozen=True)
class Asked:
    """What a department asks for. ``purpose_kind`` is ``matter`` or ``duty``; ``quota`` counts records a day."""

    resource: str
    items: Sequence[str]
    purpose_kind: str
    purpose_code: str
    purpose_text: str
    basis: str
    ways: Sequence[str]
    months: int = 12
    quota: int = 1000
    row_filter: str = ""
    masked: Sequence[str] = field(default_factory=tuple)

    @property
    def purpose(self) -> data.Purpose:
        """As grants know purposes."""
        return data.Purpose(self.purpose_kind, self.purpose_code.strip(), self.purpose_text.strip())


def open_request(asked: Asked, *, by: Actor, submit: bool = True) -> DataRequest:
    """Open the case of a request and submit it. Invalid names fields; Conflict ``granted`` or ``asked`` for a duplicate.

    NotFound for a resource that does not exist or is not published. The provider is the resource's owner.
    """
    found = data.resource(asked.resource)
    problems = list(problems_of(asked, found, by))
    if problems:
        raise Invalid(problems)
    refuse_duplicate(asked, by)
    parties = {"consumer": by.organisation, "provider": found.owner}
    with transaction.atomic():
        record = cases.open_case(
            case_type=CASE_TYPE, by=by, organisation=authority(), title=found.title.zh[:200],
            matter_name=found.title.as_dict(), channel="internal", data=as_data(asked), demo=found.demo,
            context={"sharing": found.sharing, "parties": parties},
        )  # fmt: skip
        row = DataRequest.objects.create(
            case_id=record.id, resource=asked.resource, resource_title=found.title.as_dict(), items=list(asked.items),
            consumer=by.organisation, provider=found.owner, ways=list(asked.ways), state=record.state,
            purpose={"kind": asked.purpose_kind, "code": asked.purpose_code, "text": asked.purpose_text},
            state_name=record.state_name, opened_at=clock.now(), demo=found.demo,
        )  # fmt: skip
        if submit:
            done = cases.act(record.id, "submit", by=by)
            row.case_no, row.state, row.state_name, row.due_at = (
                done.case_no,
                done.state,
                done.state_name,
                done.due_at,
            )
            row.save(update_fields=["case_no", "state", "state_name", "due_at"])
    return row


def as_data(asked: Asked) -> dict[str, Any]:
    """The request as the form of its case."""
    return {
        "resource": asked.resource, "items": list(asked.items), "basis": asked.basis.strip(), "ways": list(asked.ways),
        "purpose": {"kind": asked.purpose_kind, "code": asked.purpose_code.strip(), "text": asked.purpose_text.strip()},
        "months": asked.months, "quota": asked.quota, "row_filter": asked.row_filter.strip(), "masked": list(asked.masked),
    }  # fmt: skip


def problems_of(asked: Asked, found: data.ResourceRecord, by: Actor) -> Iterator[FieldProblem]:
    """What is wrong with a request before anybody has to look at it."""
    if found.state != "published" or not found.alive:
        yield FieldProblem("resource", "unpublished", _("This resource is not published."))
    if found.sharing == "none":
        basis = found.sharing_basis or "—"
        yield FieldProblem(
            "resource", "not_shared", _("This resource is not shared: %(basis)s") % {"basis": basis}
        )
    if not found.owner:
        yield FieldProblem(
            "resource", "no_owner", _("No department is named as provider; tell the data authority.")
        )
    elif found.owner == by.organisation:
        yield FieldProblem("resource", "own", _("Your own department provides this resource."))
    yield from item_problems(asked, found)
    if asked.purpose_kind not in ("matter", "duty") or not asked.purpose_code.strip():
        yield FieldProblem(
            "purpose_code", "required", _("Name the matter or the duty the data are needed for.")
        )
    if len(asked.purpose_text.strip()) < 4:
        yield FieldProblem("purpose_text", "required", _("Say in a sentence what the data are needed for."))
    if len(asked.basis.strip()) < 4:
        yield FieldProblem("basis", "required", _("Name the law, rule or duty list entry."))
    if not asked.ways or not set(asked.ways) <= set(WAYS):
        yield FieldProblem("ways", "required", _("Choose at least one way of sharing."))
    if not 1 <= asked.months <= MOST_MONTHS:
        yield FieldProblem("months", "range", _("Between 1 and 36 months."))
    if not 0 <= asked.quota <= MOST_QUOTA or (asked.quota == 0 and CALLED & set(asked.ways)):
        yield FieldProblem("quota", "range", _("Between 1 and 1,000,000 records a day."))


def item_problems(asked: Asked, found: data.ResourceRecord) -> Iterator[FieldProblem]:
    """Items have to exist; no more than the purpose needs."""
    known = {item.name for item in found.items}
    if not asked.items:
        yield FieldProblem("items", "required", _("Choose the items that are needed, and no more."))
    for name in asked.items:
        if name not in known:
            yield FieldProblem("items", "unknown", _("The resource has no item %(name)s.") % {"name": name})


def refuse_duplicate(asked: Asked, by: Actor) -> None:
    """A grant or an open request that covers this is pointed to instead of asking twice."""
    granted = data.existing_grant(asked.resource, asked.items, by.organisation, asked.purpose)
    if granted is not None:
        raise Conflict(
            _("Your department may use these items for this purpose already."), code="granted",
            todo=_("Use the existing grant; it is listed among your grants."),
        )  # fmt: skip
    open_states = ("checking", "provider", "supplement", "escalated", "refused", "dispute")
    waiting = DataRequest.objects.filter(
        consumer=by.organisation,
        resource=asked.resource,
        state__in=open_states,
        purpose__code=asked.purpose_code.strip(),
    )
    if any(set(asked.items) <= set(row.items) for row in waiting):
        raise Conflict(
            _("Your department has asked for these items already."),
            code="asked",
            todo=_("Follow the open request."),
        )
