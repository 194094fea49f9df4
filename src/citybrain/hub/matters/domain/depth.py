"""Online depth (网办深度), the four reductions, evidence: figures derived from a matter's facts, never typed in."""

from __future__ import annotations

from dataclasses import dataclass

from citybrain.hub.matters.domain.document import Material, MatterDocument

ROMAN = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ"}
SPARED = ("certificate", "data_check", "department_check", "promise", "abolished")


def depth_of(d: MatterDocument) -> int:
    """Ⅰ information, Ⅱ pre-review online, Ⅲ applied online with at most one visit, Ⅳ no visit at all [K; Ⅳ V2].

    A declared depth counts as declared: the publish check G05 then confronts it with the visits.
    """
    if d.how.depth is not None:
        return d.how.depth
    steps = set(d.how.online_steps)
    if not d.how.online:
        return 1
    if {"accept", "handle"} <= steps and d.how.visits == 0:
        return 4
    if "accept" in steps and d.how.visits <= 1:
        return 3
    if steps & {"receive", "prereview", "accept"}:
        return 2
    return 1


def government_materials(d: MatterDocument) -> list[Material]:
    return [m for m in d.materials if m.source == "government"]


def spared(m: Material) -> bool:
    """Whether the applicant need not submit it: drawn, checked, promised, abolished, or made from the form."""
    return m.substitute in SPARED or m.from_form


def no_certificate_needed(d: MatterDocument) -> bool:
    """免证办: every material a government body issues is substituted (reference §2.10)."""
    return all(spared(m) for m in government_materials(d))


@dataclass(frozen=True)
class Evidence:
    """Where an element comes from, and whether anybody has confirmed it."""

    tag: str
    confirmed: bool
    weak: bool


def evidence(tag: str) -> Evidence:
    """K and K? are unconfirmed and shown as 待核实; K? is weak: configuration only, never a hard rule (§0.1)."""
    bare = tag.strip("[]")
    return Evidence(bare, confirmed=not bare.startswith("K"), weak=bare == "K?")


def evidence_of(d: MatterDocument, path: str) -> Evidence:
    """Evidence of an element by path: the longest prefix in the document's table, else its ``*``."""
    parts = path.split(".")
    for size in range(len(parts), 0, -1):
        tag = d.evidence.get(".".join(parts[:size]))
        if tag:
            return evidence(tag)
    return evidence(d.evidence.get("*", "K"))
