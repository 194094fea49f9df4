"""BPMN 2.0: machines as diagrams any public modeller opens, and diagrams as drafts of machines.

Export: a state is a task (or an end event), a transition a sequence flow, a state with several ways out gets an
exclusive gateway, timers are boundary-like names on the flow; everything a machine knows beyond BPMN is kept in
extension attributes, so export followed by import gives the same machine back. Import refuses XML tricks (entities,
external references) and too large files, and lists what it left out.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from citybrain.hub.cases.domain.layout import Box, place
from citybrain.hub.cases.domain.machine import Machine
from citybrain.kernel.text import Text

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
OURS = "https://citybrain.org/schema/machine"
MOST_CHARS = 2_000_000
MOST_STATES = 200


class BpmnRefused(ValueError):
    """The file is no usable BPMN. ``code``: xml, size, empty."""

    def __init__(self, code: str, said: Text) -> None:
        super().__init__(said.say("en"))
        self.code, self.said = code, said


@dataclass(frozen=True)
class Draft:
    """A machine read from BPMN: the document for ``machines/<key>.yaml`` and what could not be carried over."""

    document: dict[str, Any]
    left_out: tuple[Text, ...]


# export ------------------------------------------------------------------------------------------------------------


def export(machine: Machine, lang: str = "zh") -> str:
    """The machine as BPMN 2.0 XML with diagram interchange."""
    definition = json.dumps(
        machine.model_dump(mode="json", by_alias=True, exclude_defaults=True), ensure_ascii=False
    )
    layout = place(machine)
    nodes, shapes = [], []
    for key, state in machine.states.items():
        nodes.append(_node(machine, key, state.name.say(lang)))
        shapes.append(_shape(f"state_{key}", layout.boxes[key], event=False))
    flows, edges = _flows(machine, layout, lang)
    start = layout.boxes[machine.start]
    nodes.insert(0, '<bpmn:startEvent id="start"><bpmn:outgoing>flow_start</bpmn:outgoing></bpmn:startEvent>')
    event = Box("start", start.x - 80, start.middle[1] - 18, 36, 36)
    shapes.insert(0, _shape("start", event, event=True))
    flows.insert(
        0, f'<bpmn:sequenceFlow id="flow_start" sourceRef="start" targetRef="state_{machine.start}"/>'
    )
    edges.insert(0, _edge("flow_start", ((event.x + 36, start.middle[1]), (start.x, start.middle[1]))))
    name = quoteattr(machine.name.say(lang))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<bpmn:definitions xmlns:bpmn="{BPMN}" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
        f'xmlns:citybrain="{OURS}" id="definitions_{machine.key}" targetNamespace="{OURS}">'
        f'<bpmn:process id="{machine.key}" name={name} isExecutable="false">'
        f"<bpmn:extensionElements><citybrain:machine>{escape(definition)}</citybrain:machine></bpmn:extensionElements>"
        f"{''.join(nodes)}{''.join(flows)}</bpmn:process>"
        f'<bpmndi:BPMNDiagram id="diagram_{machine.key}"><bpmndi:BPMNPlane id="plane_{machine.key}" '
        f'bpmnElement="{machine.key}">{"".join(shapes)}{"".join(edges)}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
        "</bpmn:definitions>\n"
    )


def _flow_ids(machine: Machine) -> list[tuple[str, str, str, Any]]:
    """(id, from, to, transition) of every arrow."""
    found = []
    for index, transition in enumerate(machine.transitions):
        for source in transition.from_:
            found.append((f"flow_{index}_{source}", source, transition.to, transition))
    return found


def _node(machine: Machine, key: str, name: str) -> str:
    flows = _flow_ids(machine)
    incoming = [i for i, _s, target, _t in flows if target == key] + (
        ["flow_start"] if key == machine.start else []
    )
    outgoing = [i for i, source, _x, _t in flows if source == key]
    state = machine.states[key]
    human = state.owner not in ("", "system")
    tag = "endEvent" if state.kind == "end" and not outgoing else "userTask" if human else "task"
    inner = "".join(f"<bpmn:incoming>{i}</bpmn:incoming>" for i in incoming)
    inner += "".join(f"<bpmn:outgoing>{i}</bpmn:outgoing>" for i in outgoing)
    return f'<bpmn:{tag} id="state_{key}" name={quoteattr(name)}>{inner}</bpmn:{tag}>'


def _flows(machine: Machine, layout: Any, lang: str) -> tuple[list[str], list[str]]:
    points = {(a.source, a.target): a.points for a in layout.arrows}
    flows, edges = [], []
    for ident, source, target, transition in _flow_ids(machine):
        name = quoteattr(transition.name.say(lang))
        guard = ""
        if transition.guard:
            guard = (
                '<bpmn:conditionExpression xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
                f'xsi:type="bpmn:tFormalExpression">{escape(transition.guard)}</bpmn:conditionExpression>'
            )
        flows.append(
            f'<bpmn:sequenceFlow id="{ident}" name={name} sourceRef="state_{source}" targetRef="state_{target}">'
            f"{guard}</bpmn:sequenceFlow>"
        )
        edges.append(_edge(ident, points[source, target]))
    return flows, edges


def _shape(ident: str, box: Box, *, event: bool) -> str:
    bounds = (
        f'<dc:Bounds x="{box.x + 80:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}"/>'
    )
    return f'<bpmndi:BPMNShape id="shape_{ident}" bpmnElement="{ident}">{bounds}</bpmndi:BPMNShape>'


def _edge(ident: str, points: Any) -> str:
    way = "".join(f'<di:waypoint x="{x + 80:.0f}" y="{y:.0f}"/>' for x, y in points)
    return f'<bpmndi:BPMNEdge id="edge_{ident}" bpmnElement="{ident}">{way}</bpmndi:BPMNEdge>'


# import ------------------------------------------------------------------------------------------------------------

NODES = {"task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "scriptTask",
         "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "exclusiveGateway",
         "inclusiveGateway", "callActivity", "subProcess"}  # fmt: skip
PASSED = {"exclusiveGateway", "inclusiveGateway"}
KNOWN = NODES | {"sequenceFlow", "extensionElements", "incoming", "outgoing", "documentation", "laneSet"}


def read(text: str | bytes) -> Draft:
    """A draft from BPMN. BpmnRefused when it is no BPMN process. A file we exported gives its machine back."""
    process = _process(text)
    ours = process.find(f".//{{{OURS}}}machine")
    if ours is not None and ours.text:
        try:
            raw = json.loads(ours.text)
            Machine.model_validate(raw)
            return Draft(raw, ())
        except ValueError:
            pass
    return _draft(process)


def _process(text: str | bytes) -> ET.Element:
    if len(text) > MOST_CHARS:
        raise BpmnRefused("size", Text(zh="文件太大。", en="The file is too large."))
    try:
        root = fromstring(text, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except (ET.ParseError, DefusedXmlException, ValueError) as error:
        raise BpmnRefused(
            "xml",
            Text(
                zh="无法读取：文件不是完整的 XML，或者含有 DTD、实体声明。",
                en="It cannot be read: the file is no complete XML, or it declares a DTD or entities.",
            ),
        ) from error
    process = root.find(f"{{{BPMN}}}process") if root.tag == f"{{{BPMN}}}definitions" else None
    if process is None:
        raise BpmnRefused("empty", Text(zh="文件中没有 BPMN 流程。", en="The file holds no BPMN process."))
    return process


def _draft(process: ET.Element) -> Draft:
    nodes: dict[str, tuple[str, str]] = {}
    flows: list[tuple[str, str, str, str]] = []
    left_out: list[Text] = []
    for child in process:
        tag = child.tag.rsplit("}", 1)[-1]
        ident = child.get("id", "")
        if tag == "sequenceFlow":
            guard = child.findtext(f"{{{BPMN}}}conditionExpression") or ""
            flows.append(
                (child.get("sourceRef", ""), child.get("targetRef", ""), child.get("name", ""), guard.strip())
            )
        elif tag in NODES:
            nodes[ident] = (tag, child.get("name") or ident)
            if tag in ("callActivity", "subProcess"):
                left_out.append(
                    Text(zh=f"{tag} {ident}：只保留名称", en=f"{tag} {ident}: only its name was kept")
                )
        elif tag not in KNOWN:
            left_out.append(Text(zh=f"{tag} {ident}：未导入", en=f"{tag} {ident}: not carried over"))
    if not nodes or len(nodes) > MOST_STATES:
        raise BpmnRefused(
            "empty", Text(zh="流程没有环节，或者环节太多。", en="The process has no steps, or too many.")
        )
    return _assemble(process, nodes, flows, left_out)


def _assemble(process: ET.Element, nodes: dict, flows: list, left_out: list[Text]) -> Draft:
    flows = _through_gateways(nodes, flows)
    starts = [i for i, (tag, _n) in nodes.items() if tag == "startEvent"]
    keep = {i: v for i, v in nodes.items() if v[0] not in PASSED}
    first = next((i for i in starts if i in keep), next(iter(keep)))
    ends = {i for i in keep if not any(source == i for source, *_rest in flows)}
    keys = _keys(keep)
    states: dict[str, Any] = {}
    for ident, (_tag, name) in keep.items():
        kind = "start" if ident == first else "end" if ident in ends else "normal"
        states[keys[ident]] = {
            "name": name,
            "kind": kind,
            **({"owner": "handler"} if kind == "normal" else {}),
        }
    transitions = []
    for number, (source, target, name, guard) in enumerate(flows, 1):
        if source in keys and target in keys:
            arrow: dict[str, Any] = {
                "from": [keys[source]], "to": keys[target], "action": f"step_{number}", "by": ["handler"],
                "name": name or f"到{nodes[target][1]}",
            }  # fmt: skip
            transitions.append(arrow)
            if guard:
                left_out.append(
                    Text(
                        zh=f"step_{number} 的条件需要改写：{guard[:120]}",
                        en=f"condition of step_{number} to be rewritten: {guard[:120]}",
                    )
                )
    document = {
        "key": _slug(process.get("id") or "imported"), "version": 1, "name": process.get("name") or "导入的流程",
        "roles": {"handler": "reviewer"}, "states": states, "transitions": transitions, "number_on": "open",
    }  # fmt: skip
    return Draft(document, tuple(left_out))


def _through_gateways(nodes: dict, flows: list) -> list:
    """Gateways are ways, not states: what comes in goes on to each of their targets."""
    for ident in [i for i, (tag, _n) in nodes.items() if tag in PASSED]:
        incoming = [f for f in flows if f[1] == ident]
        outgoing = [f for f in flows if f[0] == ident]
        flows = [f for f in flows if ident not in f[:2]]
        flows += [(i[0], o[1], o[2] or i[2], o[3] or i[3]) for i in incoming for o in outgoing]
    return flows[:200]


def _keys(nodes: dict) -> dict[str, str]:
    used: set[str] = set()
    keys = {}
    for ident in nodes:
        key = base = _slug(ident.removeprefix("state_"))
        number = 2
        while key in used:
            key, number = f"{base[:36]}_{number}", number + 1
        used.add(key)
        keys[ident] = key
    return keys


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return (plain if plain[:1].isalpha() else f"s_{plain}")[:40].rstrip("_") or "s"
