"""The people the simulator can vouch for: demo people of the packs, and whoever types a sound synthetic number."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

LARGEST_FILE = 1_000_000


@dataclass(frozen=True)
class Citizen:
    """One person as the platform would know them."""

    key: str
    name: str
    id_number: str
    phone: str = ""
    note: str = ""
    legal_persons: tuple[dict[str, str], ...] = field(default_factory=tuple)


def load_people(packs: Path) -> dict[str, Citizen]:
    """Demo people by key, from ``<pack>/demo/persons`` and the firms in ``<pack>/demo/legal_persons``."""
    firms: dict[str, list[dict[str, str]]] = {}
    for entry in _entries(packs, "legal_persons"):
        firm = {"uscc": entry["uscc"], "name": entry["name"], "kind": entry.get("kind", "enterprise")}
        for role, people in (
            ("legal_representative", [entry.get("representative", "")]),
            ("handler", entry.get("handlers", [])),
        ):
            for person in filter(None, people):
                firms.setdefault(person, []).append({**firm, "role": role})
    return {
        entry["id"]: Citizen(
            entry["id"], entry["name"], str(entry["id_number"]), str(entry.get("phone", "")), entry.get("note", ""),
            tuple(firms.get(entry["id"], ())),
        )
        for entry in _entries(packs, "persons")
    }  # fmt: skip


def _entries(packs: Path, part: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted(packs.glob(f"*/demo/{part}/*.yaml")):
        if path.stat().st_size <= LARGEST_FILE:
            found += (yaml.safe_load(path.read_text("utf-8")) or {}).get(part, [])
    return found


def typed(name: str, id_number: str, phone: str) -> Citizen | None:
    """A person who typed name and number; None unless the number is sound and synthetic (sequence 001–009)."""
    name, id_number = name.strip()[:50], id_number.strip()
    if not name or len(id_number) != 18 or not id_number[:17].isdigit() or id_number[14:16] != "00":
        return None
    try:
        ric.get_birth_date(id_number)  # not ric.validate: it refuses numbers older than their division's code
    except ValidationError:
        return None
    if id_number[17] != ric.calc_check_digit(id_number):
        return None
    return Citizen(f"typed-{id_number}", name, id_number, phone.strip()[:20])
