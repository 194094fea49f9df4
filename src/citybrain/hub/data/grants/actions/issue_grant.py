"""Issuing a grant: what may be granted is checked here, whoever decided and however (reference §6.3, §6.6, A36)."""

from collections.abc import Iterator, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.queries.resources import dataset_of, resource_row
from citybrain.hub.data.data import GrantIssued, ResourceRecord
from citybrain.hub.data.domain.statement import condition, sql_columns
from citybrain.hub.data.grants.data import PURPOSE_KINDS, WAYS, GrantRecord, Purpose
from citybrain.hub.data.models import Grant
from citybrain.hub.data.queries.contracts import last_day
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed, NotFound
from citybrain.kernel.expressions import ExpressionError

MOST_YEARS = 3
CALLED = frozenset({"api", "verify", "batch"})


def issue_grant(
    *,
    resource: str,
    items: Sequence[str],
    consumer: str,
    purpose: Purpose,
    basis: str,
    ways: Sequence[str],
    masked: Sequence[str] = (),
    row_filter: str = "",
    expires_on: date,
    quota_per_day: int,
    case_id: UUID | None = None,
    by: Actor,
    special: str = "",
) -> GrantRecord:
    """Let ``consumer`` (an organisation's code) use ``items`` of a published resource; publishes ``GrantIssued``.

    ``quota_per_day`` counts records; 0 is for exchange only. ``special`` names the special approval that L4 items need.
    NotAllowed: an official of the consumer grants to themselves (A36). Invalid, by field: an unknown or unpublished
    resource, one that is not shared, items not in it, L4 without special approval, other ways than ``WAYS``, a row filter
    that is no condition over the items, an end in the past or more than three years ahead, an unknown consumer.
    """
    refuse_own(consumer, resource, by)
    values = {
        "items": list(dict.fromkeys(items)), "consumer": consumer, "purpose": purpose.text.strip(),
        "purpose_kind": purpose.kind, "purpose_code": purpose.code, "basis": basis.strip(),
        "ways": list(dict.fromkeys(ways)), "masked": list(dict.fromkeys(masked)), "row_filter": row_filter.strip(),
        "expires_on": expires_on, "quota_per_day": quota_per_day, "case_id": case_id, "special": special.strip(),
    }  # fmt: skip
    proposed = Grant(resource_id=resource, **values)
    problems = [*resource_problems(proposed), *plain_problems(proposed)]
    if problems:
        raise Invalid(problems)
    return written(proposed, by)


@transaction.atomic
def written(row: Grant, by: Actor) -> GrantRecord:
    """The grant with its audit row and its event."""
    row.issued_at, row.by = clock.now(), by.as_dict()
    row.save()
    audit.record(
        "data.issue_grant", by=by, obj=f"grant:{row.pk}", organisation=row.consumer, purpose=row.purpose[:200],
        after={"resource": row.resource_id, "items": row.items, "ways": row.ways, "until": row.expires_on.isoformat()},
    )  # fmt: skip
    event = GrantIssued(grant_id=str(row.pk), resource=row.resource_id, consumer=row.consumer)
    events.publish(event, aggregate=f"grant:{row.pk}", by=by)
    return row.record()


def refuse_own(consumer: str, resource: str, by: Actor) -> None:
    """Nobody grants data to their own unit (A36); the refusal stays on record."""
    if by.kind == "system" or not by.organisation or by.organisation != consumer:
        return
    row = {
        "action": "data.refuse_grant", "by": by, "obj": f"dataset:{resource}", "organisation": consumer,
        "after": {"why": "own"},
    }  # fmt: skip
    error = NotAllowed(
        _("Nobody decides about data for their own unit."),
        code="own_request",
        safe=_("Nothing was granted."),
        todo=_("Another unit's officer has to decide."),
    )
    error.refusal = (audit.record(**row), row)  # type: ignore[attr-defined, arg-type]  # see identity.keep_refusal
    raise error


def resource_problems(row: Grant) -> Iterator[FieldProblem]:
    """What the resource and its items do not allow."""
    try:
        found = resource_row(row.resource_id).record()
    except NotFound:
        yield FieldProblem("resource", "unknown", _("There is no such resource."))
        return
    if found.state != "published" or not found.alive:
        yield FieldProblem("resource", "unpublished", _("The resource is not published."))
        return
    if found.sharing == "none":
        yield FieldProblem("resource", "not_shared", _("The resource is not shared."))
    yield from contract_problems(row)
    yield from item_problems(row, found)
    yield from filter_problems(row)


def contract_problems(row: Grant) -> Iterator[FieldProblem]:
    """A consumer whom the contract of bought data does not name, or an end behind the contract's."""
    try:
        last = last_day(row.resource_id, row.consumer)
    except NotAllowed as error:
        yield FieldProblem("consumer", error.code, error.message)
        return
    if last is not None and row.expires_on > last:
        message = _("The data were bought until %(day)s; a grant ends no later.") % {"day": last.isoformat()}
        yield FieldProblem("expires_on", "contract", message)


def item_problems(row: Grant, found: ResourceRecord) -> Iterator[FieldProblem]:
    """Items that are not there, not shared, or too sensitive."""
    known = {item.name: item for item in found.items}
    if not row.items:
        yield FieldProblem("items", "required", _("Name the items."))
    for name in row.items:
        item = known.get(name)
        if item is None:
            yield FieldProblem("items", "unknown", _("The resource has no item %(name)s.") % {"name": name})
        elif item.sharing == "none":
            yield FieldProblem("items", "not_shared", _("The item %(name)s is not shared.") % {"name": name})
        elif item.grade == "L4" and not row.special:
            message = _("The item %(name)s is graded L4 and needs a special approval.") % {"name": name}
            yield FieldProblem("items", "grade", message)
    for name in set(row.masked) - set(row.items):
        yield FieldProblem("masked", "unknown", _("%(name)s is masked but not granted.") % {"name": name})


def filter_problems(row: Grant) -> Iterator[FieldProblem]:
    """A row filter that is no condition over the resource's items."""
    try:
        dataset = dataset_of(row.resource_id)
        compiled = condition(dataset, row.row_filter)
        if compiled is not None:
            compiled.to_sql(sql_columns(dataset))
    except ExpressionError as error:
        message = _("The row filter cannot be read: %(why)s") % {"why": error.zh}
        yield FieldProblem("row_filter", "expression", message)


def plain_problems(row: Grant) -> Iterator[FieldProblem]:
    """Consumer, purpose, ways, time and quota."""
    if not known_organisation(row.consumer):
        yield FieldProblem("consumer", "unknown", _("There is no such organisation."))
    if row.purpose_kind not in PURPOSE_KINDS or not row.purpose_code.isascii() or not row.purpose_code:
        yield FieldProblem("purpose", "kind", _("A purpose is bound to a matter or a duty and its code."))
    if len(row.purpose) < 4 or not row.basis:
        yield FieldProblem("purpose", "required", _("Say the purpose in words, and its legal basis."))
    if not row.ways or not set(row.ways) <= set(WAYS):
        yield FieldProblem("ways", "unknown", _("Choose among the ways of sharing."))
    today = clock.today()
    if not today <= row.expires_on <= years_later(today, MOST_YEARS):
        yield FieldProblem("expires_on", "range", _("The end lies between today and three years from now."))
    if row.quota_per_day < 0 or (row.quota_per_day == 0 and CALLED & set(row.ways)):
        yield FieldProblem(
            "quota_per_day", "range", _("Interfaces need a quota of at least one record a day.")
        )


def known_organisation(code: str) -> bool:
    """Whether identity knows the unit."""
    try:
        identity.organisation(code)
    except NotFound:
        return False
    return True


def years_later(day: date, years: int) -> date:
    """The same day years later; 29 February becomes the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
