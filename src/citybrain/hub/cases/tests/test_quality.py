"""The quality rule ``notices`` finds what a machine gives and nobody could read; shipped machines have none of it."""

import copy
from types import SimpleNamespace

import pytest
import yaml
from django.conf import settings

from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.quality import notices, visit_of
from citybrain.hub.cases.tests.factories import machine_file
from citybrain.hub.messages.pack import NoticeDocument

TEMPLATES = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))
    for path in (settings.PACKS_DIR / "service-base" / "notices").glob("*.yaml")
}


def seen(machine=None, templates=TEMPLATES, visited=None, of="permit"):
    """A pack with one machine on a base with these templates; ``visited`` when journeys were played."""

    def doc(data, key):
        return SimpleNamespace(data=data, key=key, file=f"demo/{key}.yaml", line=lambda pointer: 1)

    found = {
        "machines": [doc(Machine.model_validate(machine or machine_file(of)), of)],
        "notices": [doc(NoticeDocument.model_validate(raw), key) for key, raw in templates.items()],
    }
    pack = SimpleNamespace(name="demo", docs=lambda part: found.get(part, []) if part == "machines" else [])
    coverage = None if visited is None else SimpleNamespace(visited=frozenset(visited))
    return SimpleNamespace(
        pack=pack,
        docs=lambda part: found.get(part, []),
        coverage=coverage,
        results=None if visited is None else (),
    )


def words(found):
    return [problem.en for problem in notices(found)]


@pytest.mark.parametrize("key", ["permit", "instant", "bundle", "rectification"])
def test_the_shipped_machines_give_only_notices_people_can_read(key):
    assert words(seen(of=key)) == []


def test_a_missing_template_is_named_with_the_step_that_gives_it():
    rest = {key: raw for key, raw in TEMPLATES.items() if key != "approval"}
    assert words(seen(templates=rest)) == ["there is no notice template “approval”"]


def test_a_wording_without_english_is_found():
    half = copy.deepcopy(TEMPLATES)
    half["approval"]["body"] = {"zh": "准予"}
    assert words(seen(templates=half)) == ["the body of “approval” lacks a language"]


def test_a_placeholder_the_step_does_not_tell_is_found():
    odd = copy.deepcopy(TEMPLATES)
    odd["approval"]["placeholders"] = [*odd["approval"]["placeholders"], "weather"]
    assert words(seen(templates=odd)) == [
        "“approval” names “weather”, which the step “approve” does not tell"
    ]


def test_a_personal_field_is_not_something_a_notice_may_name():
    machine = machine_file("permit")
    approve = next(t for t in machine["transitions"] if t["action"] == "approve")
    approve["fields"][0]["personal"] = True
    odd = copy.deepcopy(TEMPLATES)
    odd["approval"]["placeholders"] = ["reason"]
    assert words(seen(machine, odd)) == ["“approval” names “reason”, which the step “approve” does not tell"]


def test_a_step_a_journey_took_must_have_sent_its_notice():
    way = "machines/permit: accepted > approved (approve)"
    assert words(seen(visited=[way])) == ["journeys took “approve”, yet the notice “approval” was never sent"]
    assert words(seen(visited=[way, visit_of("permit", "approval")])) == []
    assert words(seen(visited=[])) == []
