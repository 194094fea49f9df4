"""Parts of packs that cases understands: ``machines`` and ``numbering``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from citybrain.hub.cases import journeys as _journeys  # noqa: F401  its verbs register on import
from citybrain.hub.cases import quality as _quality  # noqa: F401  its rule registers on import
from citybrain.hub.cases.actions.effects import effect_names
from citybrain.hub.cases.domain import guards
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.domain.numbers import Numbering
from citybrain.hub.cases.forms import pack as _forms_pack  # noqa: F401  its parts register on import
from citybrain.hub.cases.forms import pack as forms_pack
from citybrain.hub.cases.models import MachineVersion, NumberingProfile
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock
from citybrain.kernel.permissions import declare, is_declared


def _same(definition: dict[str, Any], machine: Machine) -> bool:
    """Whether a stored definition means the same; a newer schema may only add members with defaults."""
    try:
        return Machine.model_validate(definition) == machine
    except ValueError:
        return False


class MachinesPart:
    """State machines. A version used by a case is frozen: change it by raising ``version``."""

    key = "machines"
    order = 90
    schema = Machine

    def check(self, ctx: Any, docs: Sequence[Any]) -> Iterable[Any]:
        for doc in docs:
            yield from self._guards(ctx, doc)
            yield from self._effects(ctx, doc)
            if not ctx.known("numbering", doc.data.numbering):
                yield ctx.problem(
                    doc, "numbering", code="unknown_numbering", zh=f"没有编号规则“{doc.data.numbering}”。",
                    en=f"There is no numbering profile '{doc.data.numbering}'.",
                )  # fmt: skip

    def _guards(self, ctx: Any, doc: Any) -> Iterable[Any]:
        for place, error in guards.faults(doc.data):
            zh = f"条件写错了：{getattr(error, 'zh', error)}"
            yield ctx.problem(
                doc, place, code="guard", zh=zh, en=f"The guard is wrong: {getattr(error, 'en', error)}"
            )

    def _effects(self, ctx: Any, doc: Any) -> Iterable[Any]:
        known = effect_names()
        for index, transition in enumerate(doc.data.transitions):
            for position, effect in enumerate(transition.effects):
                name = next(iter(effect))
                place = ("transitions", index, "effects", position)
                if name not in known:
                    yield ctx.problem(
                        doc,
                        place,
                        code="unknown_effect",
                        zh=f"没有效果“{name}”。",
                        en=f"There is no effect '{name}'.",
                    )
                yield from self._notice(ctx, doc, place, effect)

    def _notice(self, ctx: Any, doc: Any, place: tuple, effect: dict[str, Any]) -> Iterable[Any]:
        wanted = effect.get("notice")
        template = wanted.get("template") if isinstance(wanted, dict) else wanted
        if template and not ctx.known("notices", template):
            yield ctx.problem(
                doc, place, code="unknown_notice", level="warning", zh=f"没有通知模板“{template}”。",
                en=f"There is no notice template '{template}'.",
            )  # fmt: skip

    def apply(self, ctx: Any, doc: Any) -> None:
        machine: Machine = doc.data
        definition = machine.model_dump(mode="json", by_alias=True)
        digest = hashlib.sha256(
            json.dumps(definition, sort_keys=True, ensure_ascii=False).encode()
        ).hexdigest()
        row = MachineVersion.objects.filter(key=machine.key, version=machine.version).first()
        if row and row.pack != doc.pack:
            raise packs.PackError(
                zh=f"流程“{machine.key}”属于包“{row.pack}”。",
                en=f"Machine '{machine.key}' belongs to pack '{row.pack}'.",
            )
        changed = row is not None and row.hash != digest and not _same(row.definition, machine)
        if row and changed and row.used_at:
            raise packs.PackError(
                zh=f"流程“{machine.key}”第{machine.version}版已有办件使用，请提高 version。",
                en=f"Version {machine.version} of machine '{machine.key}' has cases; raise its version.",
                code="frozen", pointer="version",
            )  # fmt: skip
        values = {
            "pack": doc.pack, "name": machine.name.as_dict(), "kind": machine.kind, "definition": definition,
            "hash": digest, "hidden_at": None,
        }  # fmt: skip
        if row is None:
            MachineVersion.objects.create(
                key=machine.key, version=machine.version, installed_at=clock.now(), **values
            )
        elif changed:
            MachineVersion.objects.filter(pk=row.pk).update(**values)
        elif row.hidden_at:
            MachineVersion.objects.filter(pk=row.pk).update(hidden_at=None)
        for role in set(machine.roles.values()):
            if not is_declared(f"cases.{role}"):
                declare(f"cases.{role}", zh=f"以“{role}”角色办理", en=f"Act as {role}")

    def hide(self, ctx: Any, pack: str, key: str) -> None:
        MachineVersion.objects.filter(pack=pack, key=key, hidden_at=None).update(hidden_at=clock.now())

    def used(self, pack: str, key: str, version: int) -> bool:
        return MachineVersion.objects.filter(key=key, version=version, used_at__isnull=False).exists()


class NumberingPart:
    """Numbering profiles."""

    key = "numbering"
    order = 89
    schema = Numbering

    def check(self, ctx: Any, docs: Sequence[Any]) -> Iterable[Any]:
        return ()

    def apply(self, ctx: Any, doc: Any) -> None:
        profile: Numbering = doc.data
        NumberingProfile.objects.update_or_create(
            key=profile.key,
            defaults={
                "pack": doc.pack, "name": profile.name.as_dict(), "pattern": profile.pattern,
                "without_code": profile.without_code, "serial": profile.serial, "hidden_at": None,
            },
        )  # fmt: skip

    def hide(self, ctx: Any, pack: str, key: str) -> None:
        NumberingProfile.objects.filter(pack=pack, key=key).update(hidden_at=clock.now())

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


def transitions_of(pack: str) -> Iterable[str]:
    """What journeys of a pack should visit: every arrow of its machines."""
    for row in MachineVersion.objects.filter(pack=pack, hidden_at=None):
        for t in Machine.model_validate(row.definition).transitions:
            for state in t.from_:
                yield f"machines/{row.key}: {state} > {t.to} ({t.action})"


packs.register_part(NumberingPart())
packs.register_part(MachinesPart())

forms_pack.register()
packs.register_coverage("machines", transitions_of)
