"""Pictures of machines: of a case for who may know of it, of a case type for officials; BPMN both ways."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from citybrain.hub.cases.domain import bpmn
from citybrain.hub.cases.domain.diagram import svg
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.queries.access import rows_for
from citybrain.hub.cases.queries.machines import machine_hash, machine_of
from citybrain.hub.cases.queries.reading import CaseRows
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.text import current_language


def diagram(actor: Actor, case_id: UUID) -> str:
    """SVG of the case's machine: current state lit, the way so far marked. NotFound like ``case_for``."""
    return diagram_of(rows_for(actor, case_id, parts=("history",)))


def diagram_of(known: CaseRows) -> str:
    """The same for rows the caller has cleared."""
    case = known.case
    way = tuple((row.from_state, row.to_state) for row in known.rows("history"))
    return _drawn(case.machine_id, machine_hash(case.machine_id), case.state, way, current_language())


@lru_cache(maxsize=500)
def _drawn(machine_id: UUID, digest: str, state: str, way: tuple[tuple[str, str], ...], lang: str) -> str:
    """Cases of one kind mostly go the same way, so most pictures are drawn once per process."""
    visited = {name for step in way for name in step}
    return svg(
        machine_of(machine_id), current=state, visited=visited, walked=list(way), lang=lang,
        ident=f"m{str(machine_id)[-6:]}",
    )  # fmt: skip


def export_bpmn(machine: Machine) -> str:
    """BPMN 2.0 XML with diagram interchange, which public modellers open."""
    return bpmn.export(machine, current_language())


def import_bpmn(text: str | bytes) -> bpmn.Draft:
    """A draft of a machine (the document for a pack) and what was left out. Invalid when the file is no BPMN."""
    try:
        return bpmn.read(text)
    except bpmn.BpmnRefused as error:
        raise Invalid([FieldProblem("file", error.code, error.said.say())]) from error
