"""What demo citizens answer: the ``apply`` steps of the packs' own happy journeys, flattened to form controls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from django.conf import settings

SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
"""A one-page PDF that stands for a scanned material."""


@dataclass(frozen=True)
class Story:
    """One application a demo citizen makes."""

    key: str
    situation: dict[str, str]
    values: dict[str, Any]
    uploads: tuple[str, ...]
    bundle: bool = False

    def rows(self) -> dict[str, int]:
        """How many rows each repeated block needs, by block."""
        found: dict[str, int] = {}
        for name in self.values:
            block, _dot, rest = name.partition(".")
            number = rest.partition(".")[0]
            if number.isdigit():
                found[block] = max(found.get(block, 0), int(number) + 1)
        return found


def flat(form: dict[str, Any]) -> dict[str, Any]:
    """Form data as control names: ``staff.0.staff_name``, ``place.county`` / ``.town`` / ``.village``."""
    found: dict[str, Any] = {}
    for name, value in form.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for number, row in enumerate(value):
                found |= {f"{name}.{number}.{k}": v for k, v in flat(row).items()}
        elif isinstance(value, bool):
            found[name] = "true" if value else "false"
        else:
            found[name] = value
        if isinstance(value, str) and len(value) == 12 and value.isdigit():
            found |= {
                f"{name}.county": value[:6] + "000000",
                f"{name}.town": value[:9] + "000",
                f"{name}.village": value,
            }
    return found


def stories() -> list[Story]:
    """Every happy application of the shipped packs; empty when no pack has one."""
    found = []
    for path in sorted(settings.PACKS_DIR.glob("*/journeys/*happy*.yaml")):
        journey = yaml.safe_load(path.read_text(encoding="utf-8"))
        for step in journey.get("steps", []):
            args = step.get("apply")
            if args and (args.get("matter") or args.get("bundle")):
                found.append(
                    Story(
                        key=args.get("matter") or args["bundle"],
                        situation={k: str(v) for k, v in (args.get("situation") or {}).items()},
                        values=flat(args.get("form") or {}),
                        uploads=tuple(args.get("materials") or ()),
                        bundle=any("child" in (other.get("act") or {}) for other in journey["steps"]),
                    )
                )
                break
    return found
