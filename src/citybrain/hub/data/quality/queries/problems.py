"""Problem rows: the provider's own and stewards' only, personal values masked for readers without the right."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from citybrain.hub.data.catalogue.queries.resources import resource_row
from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.models import ProblemRow, QualityResult, QualityScan
from citybrain.hub.data.quality.permissions import CHECK
from citybrain.hub.data.quality.records import ProblemRecord, Problems, ScanResult
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed, NotFound
from citybrain.kernel.masking import mask
from citybrain.kernel.text import Text


def reaches(actor: Actor, permission: str, owner: str) -> bool:
    """Whether the actor's scope of the permission covers the provider; a resource without one is for city-wide posts."""
    scope = identity.scope(actor, permission)
    if owner:
        return scope.allows(owner)
    return any(part.organisations is identity.ALL for part in scope.parts)


def require_reach(actor: Actor, permission: str, record: ResourceRecord) -> None:
    """NotAllowed (audited) for those who are neither the provider nor a steward."""
    if not reaches(actor, permission, record.owner):
        identity.require(actor, permission, organisation=record.owner or "-", obj=f"dataset:{record.key}")
        raise NotAllowed("only the provider and stewards / 仅限提供单位和数据管理员")


def result_of(resource: str, rule: str) -> QualityResult:
    """The current result of a rule; NotFound otherwise."""
    found = QualityResult.objects.filter(resource=resource, rule=rule.replace("\0", ""), current=True).first()
    if found is None:
        raise NotFound("no result of this rule / 这条规则没有检测结果", code="no_result")
    return found


def problems_of(resource: str, rule: str) -> Problems:
    """What the last scan found for one rule, personal values masked. For rooms: they guard who sees it. NotFound."""
    record = resource_row(resource).record()
    result = result_of(resource, rule)
    rows = ProblemRow.objects.filter(resource=resource, rule=result.rule).order_by("id")
    return Problems(
        resource, result.rule, Text(**result.title), result.dimension, result.severity, basis_of(record, result.rule),
        record.owner, result.judged, result.failed, str(result.scan_id), result.at,
        tuple(shown(rows, record, unmask=False)),
    )  # fmt: skip


def basis_of(record: ResourceRecord, rule: str) -> str:
    """The basis a rule names."""
    from citybrain.hub.data.quality.queries.rules import rules_of

    return next((one.basis for one in rules_of(record) if one.key == rule), "")


def shown(rows: Iterable[ProblemRow], record: ResourceRecord, *, unmask: bool) -> Iterable[ProblemRecord]:
    """Rows with personal values masked unless they may be seen. An item that left the catalogue is hidden wholly."""
    kinds = {item.name: item.personal for item in record.items}
    for row in rows:
        content: dict[str, Any] = json.loads(row.content)
        values = {
            name: value
            if unmask or value is None or not kinds.get(name, "yes")
            else mask(kinds.get(name, ""), value)
            for name, value in content.items()
        }
        yield ProblemRecord(row.batch, row.row, values)


def may_unmask(actor: Actor, record: ResourceRecord) -> bool:
    """Whether the actor may see personal values of this provider's rows."""
    return reaches(actor, "data.unmask", record.owner) and reaches(actor, CHECK, record.owner)


def scan_result(scan_id: UUID | str) -> ScanResult:
    """One scan; NotFound otherwise."""
    try:
        row = QualityScan.objects.filter(pk=UUID(str(scan_id))).first()
    except ValueError:
        row = None
    if row is None:
        raise NotFound("no such scan / 没有这次检测", code="no_scan")
    return ScanResult(
        str(row.pk), row.resource, row.owner, row.mode, row.rows, row.at,
        {rule: (found["judged"], found["failed"]) for rule, found in row.outcome.items()},
        {rule: Text(**said) for rule, said in row.broken.items()},
    )  # fmt: skip
