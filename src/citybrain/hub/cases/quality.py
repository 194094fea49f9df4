"""The quality rule ``notices``: every notice a machine gives exists, speaks both languages, and can be filled in.

Looked at are the machines a pack brings and those its matters and bundles run on. For every arrow that gives a notice:
there is a template, its wording is there in both languages, each placeholder is something the arrow tells (a field that
is not personal, or a fact of the case), and, when journeys were played, each arrow they took really sent its notices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from citybrain.hub.cases.domain.machine import Machine, Transition
from citybrain.hub.packs import api as packs

# what every notice of a case can name: see ``subscribers``
FACTS = frozenset({"case_no", "matter_name", "state", "action", "at", "due_at", "organisation"})
CASES_RUN_ON = ("matters", "bundles")


def notices(seen: Any) -> Iterator[packs.Problem]:
    """Problems of the notices of the pack's machines; one per notice and reason."""
    templates = {doc.key: doc.data for doc in seen.docs("notices")}
    for doc in _machines(seen):
        told: set[tuple[str, str]] = set()
        for index, transition in enumerate(doc.data.transitions):
            for template in given(transition):
                for reason, zh, en in _faults(seen, doc.data, transition, template, templates.get(template)):
                    if (template, reason) not in told:
                        told.add((template, reason))
                        yield packs.Problem(
                            "quality_notices", zh, en, doc.file, doc.line(("transitions", index)), seen.pack.name,
                            "machines",
                        )  # fmt: skip


def _machines(seen: Any) -> list[Any]:
    """Newest document of each machine that concerns the pack."""
    used = {doc.data.machine for part in CASES_RUN_ON for doc in seen.pack.docs(part)}
    used |= {doc.key for doc in seen.pack.docs("machines")}
    newest: dict[str, Any] = {}
    for doc in seen.docs("machines"):
        if doc.key in used and (doc.key not in newest or doc.data.version > newest[doc.key].data.version):
            newest[doc.key] = doc
    return list(newest.values())


def given(transition: Transition) -> list[str]:
    """Templates an arrow names."""
    wanted = [effect["notice"] for effect in transition.effects if "notice" in effect]
    return [w["template"] if isinstance(w, dict) else str(w) for w in wanted]


def visit_of(machine: str, template: str) -> str:
    """What the sending of a notice is called among the visits of journeys."""
    return f"notices/{machine}: {template}"


def _faults(
    seen: Any, machine: Machine, transition: Transition, template: str, notice: Any
) -> Iterator[tuple[str, str, str]]:
    if notice is None:
        yield "template", f"没有通知模板“{template}”", f"there is no notice template “{template}”"
        return
    for name in ("title", "body", "sms"):
        text = getattr(notice, name)
        if text is not None and not (text.zh.strip() and text.en.strip()):
            yield name, f"通知“{template}”的{name}缺一种语言", f"the {name} of “{template}” lacks a language"
    known = FACTS | {field.name for field in transition.fields if not field.personal}
    for unknown in sorted(set(notice.placeholders) - known):
        yield (
            f"{transition.action}.{unknown}",
            f"通知“{template}”的变量“{unknown}”，“{transition.name.zh}”这一步没有",
            f"“{template}” names “{unknown}”, which the step “{transition.action}” does not tell",
        )
    if _taken(seen, machine, transition) and visit_of(machine.key, template) not in seen.coverage.visited:
        yield (
            "sent",
            f"情景走过“{transition.name.zh}”，通知“{template}”却没有发出",
            f"journeys took “{transition.action}”, yet the notice “{template}” was never sent",
        )


def _taken(seen: Any, machine: Machine, transition: Transition) -> bool:
    if seen.coverage is None or seen.results is None:
        return False
    ways = {f"machines/{machine.key}: {f} > {transition.to} ({transition.action})" for f in transition.from_}
    return bool(ways & seen.coverage.visited)


packs.register_quality("notices", notices)
