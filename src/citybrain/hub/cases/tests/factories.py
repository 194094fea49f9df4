"""Actors, machines and cases for tests. Scopes come from a small picture instead of the whole directory."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.conf import settings

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.domain.numbers import Numbering
from citybrain.hub.cases.models import MachineVersion, NumberingProfile
from citybrain.hub.identity.data import ALL, Scope, ScopePart, Subject
from citybrain.kernel import clock, workdays
from citybrain.kernel.actor import Actor
from citybrain.kernel.ids import new_id

ORG = "350902-scjg"
OTHER = "350981-scjg"
CODE = "12441500196720244T3442199806003"
REASONS = {"reason": "符合条件", "basis": "食品安全法第三十五条"}
REJECTION = {"reason": "不符合条件", "basis": "食品安全法", "remedies": "六十日内申请行政复议"}
PERMISSIONS = {
    "receiver": {"cases.work", "cases.receiver", "cases.deliverer"},
    "reviewer": {"cases.work", "cases.reviewer"},
    "decider": {"cases.work", "cases.decider"},
    "issuer": {"cases.work", "cases.issuer"},
    "deliverer": {"cases.work", "cases.deliverer"},
    "leader": {"cases.work", "cases.leader", "cases.assign", "cases.export", "cases.migrate"},
    "hall_chief": {"cases.work", "cases.hall_chief", "cases.assign"},
    "reader": {"cases.read"},
}


class Picture:
    """Stands in for identity's directory: which post has which scope."""

    version = None

    def __init__(self) -> None:
        self.scopes: dict[UUID, Scope] = {}
        self.held: dict[tuple[str, str], list[UUID]] = {}

    def scope(self, post_id: UUID, permission: str) -> Scope:
        return self.scopes.get(post_id, Scope())

    def holders(self, role: str, organisation: str) -> list[Any]:
        return []


picture = Picture()


def official(*roles: str, org: str = ORG, matters: Any = ALL, name: str = "") -> Actor:
    """An official with the permissions of the roles, in one organisation (or ALL)."""
    post = new_id()
    organisations = org if org is ALL else frozenset([org])
    picture.scopes[post] = Scope((ScopePart(organisations, matters),))
    held = frozenset().union(*(PERMISSIONS[role] for role in roles))
    return Actor(
        kind="official", account_id=new_id(), person_id=new_id(), post_id=post, organisation=str(org),
        authority="post", name=name or "-".join(roles), permissions=held,
    )  # fmt: skip


def citizen(subject_id: UUID | None = None, name: str = "林小梅") -> Actor:
    """A citizen acting for oneself."""
    person = subject_id or new_id()
    return Actor(
        kind="citizen", account_id=new_id(), person_id=person, subject_id=person, name=name,
        permissions=frozenset({"cases.apply"}),
    )  # fmt: skip


def subject(
    actor: Actor, *, name: str = "林小梅", kind: str = "person", number: str = "350902199003071234"
) -> Subject:
    """The subject a citizen acts for."""
    return Subject(
        kind=kind, id=actor.subject_id, name=name, id_type="111", id_number=number, phone="13800001234"
    )


def load_holidays() -> None:
    """Years with plain weekends, plus the days tests rely on."""
    days = {2026: [("2026-10-01", "holiday"), ("2026-10-02", "holiday"), ("2026-10-05", "holiday"),
                   ("2026-10-06", "holiday"), ("2026-10-07", "holiday"), ("2026-10-10", "makeup")]}  # fmt: skip
    for year in (2025, 2026, 2027):
        rows = [{"date": d, "kind": k, "name": "国庆节"} for d, k in days.get(year, [])]
        workdays.load_year(year, rows, "test")


def machine_file(key: str) -> dict[str, Any]:
    """A machine of the service-base pack."""
    path = Path(settings.PACKS_DIR) / "service-base" / "machines" / f"{key}.yaml"
    return yaml.safe_load(path.read_text("utf-8"))


def install_machine(raw: dict[str, Any], pack: str = "service-base") -> Machine:
    """Store a machine as its pack part would."""
    machine = Machine.model_validate(raw)
    definition = machine.model_dump(mode="json", by_alias=True)
    MachineVersion.objects.update_or_create(
        key=machine.key, version=machine.version,
        defaults={
            "pack": pack, "name": machine.name.as_dict(), "kind": machine.kind, "definition": definition,
            "hash": str(hash(str(definition))), "installed_at": clock.now(),
        },
    )  # fmt: skip
    return machine


def install_base() -> None:
    """The standard machines, numbering and holidays."""
    load_holidays()
    for key in ("permit", "instant", "bundle", "rectification"):
        install_machine(machine_file(key))
    folder = Path(settings.PACKS_DIR) / "service-base" / "numbering"
    for path in folder.glob("*.yaml"):
        profile = Numbering.model_validate(yaml.safe_load(path.read_text("utf-8")))
        NumberingProfile.objects.update_or_create(
            key=profile.key,
            defaults={
                "pack": "service-base", "name": profile.name.as_dict(), "pattern": profile.pattern,
                "without_code": profile.without_code, "serial": profile.serial,
            },
        )  # fmt: skip


MATERIALS = [
    {"key": "id", "name": {"zh": "身份证明"}, "required": True, "source": "certificate", "reference": "c1"},
    {"key": "layout", "name": {"zh": "布局图"}, "required": True, "tolerable": True},
    {"key": "rules", "name": {"zh": "管理制度"}, "required": True, "source": "upload"},
]


def open_permit(
    by: Actor, *, complete: bool = True, case_type: str = "permit", **values: Any
) -> cases.CaseRecord:
    """A draft of a permit (or another machine) by a citizen."""
    materials = [dict(m) for m in MATERIALS]
    if complete:
        materials[1]["source"] = "upload"
    given = {
        "case_type": case_type, "by": by, "subject": subject(by), "organisation": ORG, "division": "350902000000",
        "matter": "food-licence-new", "matter_name": {"zh": "食品经营许可（新办）", "en": "Food licence"},
        "title": "蕉城区闽东小馆", "data": {"shop": "闽东小馆"}, "materials": materials,
        "limits": {"statutory": {"value": 20, "unit": "workday"}, "promised": {"value": 10, "unit": "workday"}},
        "context": {"implementation_code": CODE},
    }  # fmt: skip
    return cases.open_case(**{**given, **values})


class Staff:
    """One official per role, and a citizen."""

    def __init__(self, org: str = ORG) -> None:
        self.citizen = citizen()
        self.receiver = official("receiver", org=org)
        self.reviewer = official("reviewer", org=org)
        self.decider = official("decider", org=org)
        self.issuer = official("issuer", org=org)
        self.leader = official("leader", org=org)
        self.visitor = official("hall_chief", org=org)


def received(staff: Staff, **values: Any) -> cases.CaseRecord:
    """A case submitted by the citizen and received by the clerk."""
    record = open_permit(staff.citizen, **values)
    cases.act(record.id, "submit", by=staff.citizen)
    return cases.act(record.id, "receive", by=staff.receiver)


def accepted(staff: Staff, **values: Any) -> cases.CaseRecord:
    """… and accepted by the reviewer."""
    return cases.act(received(staff, **values).id, "accept", by=staff.reviewer)
