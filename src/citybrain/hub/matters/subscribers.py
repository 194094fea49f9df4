"""When a child of a bundle gets its certificate, the children that waited for it need not ask for it."""

from __future__ import annotations

from typing import Any

from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.matters.domain.bundle_document import BundleDocument
from citybrain.hub.matters.models import BundleVersion
from citybrain.hub.matters.queries.guides import bundle_document
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError
from citybrain.kernel.events import subscriber

SYSTEM = Actor.system("matters.bundles")


@subscriber(certificates.Issued, name="matters.pass_certificate_on")
def pass_certificate_on(event: certificates.Issued, meta: Any) -> None:
    """Give the issued certificate to every open sibling that asks for its type (免提交), and its facts with it."""
    if event.case_id is None:
        return
    try:
        child = cases.case_for(SYSTEM, event.case_id)
    except CityError:
        return
    if child.record.parent_id is None:
        return
    parent = cases.case_for(SYSTEM, child.record.parent_id)
    facts = _facts(parent, child, str(event.certificate_id))
    for sibling in parent.children:
        if sibling.case.id == child.id or sibling.case.finished or sibling.case.decided_at:
            continue
        _give(sibling.case.id, event, facts)


def _facts(parent: cases.CaseView, child: cases.CaseView, certificate: str) -> dict[str, Any]:
    """Answers that siblings take from this result: ``result_to`` maps a sibling's field to a certificate item."""
    row = BundleVersion.objects.select_related("bundle").filter(
        bundle__key=parent.record.matter, version=parent.record.matter_version
    ).first()  # fmt: skip
    if row is None:
        return {}
    document: BundleDocument = bundle_document(row.hash, str(row.pk))
    spec = next((c for c in document.children if c.key == child.record.context.get("bundle_child")), None)
    if spec is None or not spec.result_to:
        return {}
    issued = next((c for c in certificates.issued_for_case(child.id) if str(c.id) == certificate), None)
    if issued is None:
        return {}
    items = {**issued.data, "number": issued.number}
    return {field: items[item] for field, item in spec.result_to.items() if items.get(item)}


def _give(case_id: Any, event: certificates.Issued, facts: dict[str, Any]) -> None:
    view = cases.case_for(SYSTEM, case_id)
    for material in view.materials:
        if material.extra.get("certificate") == event.type_key and material.state != "given":
            cases.give_material(
                case_id, material.key, by=SYSTEM, source="certificate", reference=str(event.certificate_id)
            )
    missing = {k: v for k, v in facts.items() if not view.data.get(k)}
    if missing:
        cases.update_draft(case_id, by=SYSTEM, data={**view.data, **missing})
