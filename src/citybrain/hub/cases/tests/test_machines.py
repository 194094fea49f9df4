"""Machines as data: what is refused, how they are drawn, and BPMN both ways."""

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from django.conf import settings
from pydantic import ValidationError

from citybrain.hub.cases.domain import bpmn, guards
from citybrain.hub.cases.domain.diagram import svg
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.tests.factories import machine_file

STANDARD = ("permit", "instant", "bundle", "rectification")
MODDLE = Path(settings.SRC) / "citybrain/ui/frontend/node_modules/bpmn-moddle"


def machine(key):
    return Machine.model_validate(machine_file(key))


@pytest.mark.parametrize("key", STANDARD)
def test_standard_machines_are_sound_and_their_guards_compile(key):
    assert guards.faults(machine(key)) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda m: m["states"].pop("accepted"), "does not exist"),
        (lambda m: m["states"].update(lost={"name": "失落"}), "no transition leads to it"),
        (lambda m: m["states"]["received"].update(kind="start"), "exactly one state"),
        (lambda m: m["transitions"][0].update(by="nobody"), "is not a role"),
        (lambda m: m["transitions"][0].update(timer={"clock": "main"}), "by: system"),
        (lambda m: m["transitions"][0].update(effects=[{"start_clock": "none"}]), "names clock"),
        (lambda m: m["transitions"][0].update(surprise=1), "surprise"),
        (lambda m: m["transitions"][0].update(separate_from=["nothing"]), "which does not exist"),
    ],
)
def test_a_machine_that_cannot_run_is_refused_with_a_sentence(change, words):
    raw = machine_file("permit")
    change(raw)
    with pytest.raises(ValidationError) as problem:
        Machine.model_validate(raw)
    assert words in str(problem.value)


def test_a_guard_with_an_unknown_name_or_an_attribute_is_a_fault():
    raw = machine_file("permit")
    raw["transitions"][0]["guard"] = "secret_name == 1"
    raw["transitions"][1]["guard"] = "state.__class__ == 1"
    assert len(guards.faults(Machine.model_validate(raw))) == 2


@pytest.mark.parametrize("key", STANDARD)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_picture_is_wellformed_lit_accessible_and_without_inline_style(key, lang):
    model = machine(key)
    current = list(model.states)[2]
    text = svg(
        model, current=current, visited=list(model.states)[:2], walked=[(model.start, current)], lang=lang
    )
    root = ET.fromstring(text)
    assert "style=" not in text
    assert root.find("{http://www.w3.org/2000/svg}title").text == model.name.say(lang)
    assert text.count("is-current") == 1
    assert text.count('class="machine-state') == len(model.states)


def test_the_picture_escapes_names():
    raw = machine_file("bundle")
    raw["states"]["draft"]["name"] = "<script>&"
    ET.fromstring(svg(Machine.model_validate(raw)))


@pytest.mark.parametrize("key", STANDARD)
def test_boxes_do_not_overlap(key):
    from citybrain.hub.cases.domain.layout import place

    boxes = list(place(machine(key)).boxes.values())
    for i, one in enumerate(boxes):
        for two in boxes[i + 1 :]:
            assert (
                one.x + one.width <= two.x or two.x + two.width <= one.x or abs(one.y - two.y) >= one.height
            )


@pytest.mark.parametrize("key", STANDARD)
def test_arrows_neither_run_through_boxes_nor_lie_on_one_another(key):
    from itertools import combinations, pairwise

    from citybrain.hub.cases.domain.layout import place

    layout = place(machine(key))
    lines = [(a, *pair) for a in layout.arrows if a.source != a.target for pair in pairwise(a.points)]
    for arrow, (x1, y1), (x2, y2) in lines:
        low, high, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
        for box in layout.boxes.values():
            inside = low < box.x + box.width and high > box.x and top < box.y + box.height and bottom > box.y
            assert not inside, f"{arrow.source} → {arrow.target} runs through {box.key}"
    for (one, (a, b), (c, d)), (two, (e, f), (g, h)) in combinations(lines, 2):
        shared = a == c == e == g and min(max(b, d), max(f, h)) > max(min(b, d), min(f, h))
        assert one is two or not shared, f"{one.source} → {one.target} lies on {two.source} → {two.target}"


@pytest.mark.parametrize("key", STANDARD)
def test_bpmn_export_comes_back_as_the_same_machine(key):
    model = machine(key)
    draft = bpmn.read(bpmn.export(model))
    assert Machine.model_validate(draft.document) == model
    assert draft.left_out == ()


FOREIGN = """<?xml version="1.0"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">
<process id="Leave-Request" name="请假"><startEvent id="s"/><userTask id="ask" name="申请"/>
<exclusiveGateway id="g"/><task id="ok" name="同意"/><endEvent id="e" name="结束"/><dataObject id="o"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="ask"/><sequenceFlow id="f2" sourceRef="ask" targetRef="g"/>
<sequenceFlow id="f3" sourceRef="g" targetRef="ok" name="批准"><conditionExpression>days &lt; 3</conditionExpression></sequenceFlow>
<sequenceFlow id="f4" sourceRef="g" targetRef="e"/><sequenceFlow id="f5" sourceRef="ok" targetRef="e"/></process></definitions>"""


def test_a_foreign_diagram_becomes_a_runnable_draft_and_says_what_was_left_out():
    draft = bpmn.read(FOREIGN)
    model = Machine.model_validate(yaml.safe_load(yaml.safe_dump(draft.document, allow_unicode=True)))
    assert set(model.states) == {"s", "ask", "ok", "e"}
    assert {(t.from_[0], t.to) for t in model.transitions} == {
        ("s", "ask"),
        ("ask", "ok"),
        ("ask", "e"),
        ("ok", "e"),
    }
    assert any("dataObject" in line.say("en") for line in draft.left_out)
    assert any("days" in line.say("zh") for line in draft.left_out)


@pytest.mark.parametrize(
    "text",
    [
        "", "<x/>", "not xml", "<definitions/>",
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "<a>" * 50_000,
    ],
)  # fmt: skip
def test_xml_tricks_and_rubbish_are_refused(text):
    with pytest.raises(bpmn.BpmnRefused):
        bpmn.read(text)


@pytest.mark.skipif(not (MODDLE.is_dir() and shutil.which("node")), reason="needs node and bpmn-moddle")
@pytest.mark.parametrize("key", STANDARD)
def test_a_public_bpmn_reader_accepts_the_export_without_warnings(key, tmp_path):
    (tmp_path / "m.bpmn").write_text(bpmn.export(machine(key)), "utf-8")
    script = tmp_path / "read.mjs"
    entry = next(p for p in ("dist/index.js", "dist/index.esm.js", "lib/index.js") if (MODDLE / p).exists())
    script.write_text(
        f"import * as M from {str(MODDLE / entry)!r};import fs from 'fs';"
        "const Moddle = M.BpmnModdle || M.default;"
        "const r = await new Moddle().fromXML(fs.readFileSync(process.argv[2], 'utf8'));"
        "console.log(JSON.stringify({w: r.warnings.map(w => w.message), "
        "n: r.rootElement.rootElements[0].flowElements.length, d: r.rootElement.diagrams[0].plane.planeElement.length}))",
        "utf-8",
    )
    done = subprocess.run(
        ["node", str(script), str(tmp_path / "m.bpmn")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    import json

    result = json.loads(done.stdout)
    assert result["w"] == []
    assert result["n"] == result["d"] > 10
