"""Pictures of machines: of a case for who may know of it, of a case type for officials; BPMN both ways."""

from __future__ import annotations

from uuid import UUID

from citybrain.hub.cases.domain import bpmn
from citybrain.hub.cases.domain.diagram import svg
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.models import Case, Transition
from citybrain.hub.cases.queries.access import row_for
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.text import current_language


def diagram(actor: Actor, case_id: UUID, *, row: Case | None = None) -> str:
    """SVG of the case's machine: current state lit, the way so far marked. NotFound like ``case_for``."""
    case = row or row_for(actor, case_id)
    way = list(Transition.objects.filter(case=case).order_by("seq").values_list("from_state", "to_state"))
    visited = {state for step in way for state in step}
    return svg(
        machine_of(case.machine_id), current=case.state, visited=visited, walked=way, lang=current_language(),
        ident=f"m{str(case.pk)[-6:]}",
    )  # fmt: skip


def export_bpmn(machine: Machine) -> str:
    """BPMN 2.0 XML with diagram interchange, which public modellers open."""
    return bpmn.export(machine, current_language())


def import_bpmn(text: str | bytes) -> bpmn.Draft:
    """A draft of a machine (the document for a pack) and what was left out. Invalid when the file is no BPMN."""
    try:
        return bpmn.read(text)
    except bpmn.BpmnRefused as error:
        raise Invalid([FieldProblem("file", error.code, str(error))]) from error
