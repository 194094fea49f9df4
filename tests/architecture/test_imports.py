"""Floors, doors and purity of what Python imports."""

import grimp
import pytest
from importlinter import cli

from .tree import ROOT

DOORS = {"api", "data", "ports"}


@pytest.fixture(scope="module")
def graph():
    return grimp.build_graph("citybrain", cache_dir=None)


def room_of(module: str) -> str:
    """``citybrain.hub.cases.actions.open`` → ``hub.cases``; floors without rooms give their own name."""
    parts = module.split(".")
    if len(parts) > 2 and parts[1] in {"hub", "apps"}:
        return f"{parts[1]}.{parts[2]}"
    return parts[1] if len(parts) > 1 else ""


def test_contracts_of_the_house_are_kept(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert cli.lint_imports(config_filename=str(ROOT / ".importlinter"), cache_dir=None) == 0


def is_test(module: str) -> bool:
    return ".tests" in module or module.endswith(".factories")


def test_rooms_are_entered_by_their_doors_only(graph):
    broken = []
    for importer in sorted(graph.modules):
        room = room_of(importer)
        if is_test(importer) or not room or room == "project":
            continue
        for imported in graph.find_modules_directly_imported_by(importer):
            target = room_of(imported)
            if target in {room, "", "kernel", "ui", "project"} or target.split(".")[0] not in {"hub", "apps"}:
                continue
            inside = imported.split(".")[3:]
            if inside and inside[0] not in DOORS:
                broken.append(f"{importer} imports {imported}")
    assert not broken, "\n".join(broken)


def test_ui_and_kernel_know_no_room(graph):
    floors = {"kernel": {"kernel", ""}, "ui": {"ui", "kernel", ""}}
    broken = [
        f"{module} imports {imported}"
        for module in sorted(graph.modules)
        if room_of(module) in floors and not is_test(module)
        for imported in graph.find_modules_directly_imported_by(module)
        if room_of(imported) not in floors[room_of(module)]
    ]
    assert not broken, "\n".join(broken)
