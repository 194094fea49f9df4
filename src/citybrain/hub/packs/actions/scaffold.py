"""``pack new``: a folder that passes bronze as it stands, to be changed into something real."""

from __future__ import annotations

import re
from pathlib import Path

from citybrain.hub.packs.queries.folders import homes
from citybrain.kernel.errors import CityError, Conflict

TEMPLATE = Path(__file__).resolve().parents[1] / "scaffold"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")


def scaffold(name: str, into: Path | None = None) -> Path:
    """Make ``into/<name>`` from the template; Conflict when it exists. Returns the folder."""
    if not NAME.match(name) or len(name) > 60:
        raise CityError(
            "a pack name is small letters, digits and dashes / 包名用小写字母、数字和横线", code="usage"
        )
    root = (into or homes()[0]) / name
    if root.exists():
        raise Conflict(f"{root} exists already / 已经存在")
    for source in sorted(TEMPLATE.rglob("*")):
        if source.is_file():
            inside = source.relative_to(TEMPLATE).as_posix().replace("NAME", name)
            target = root / inside
            target.parent.mkdir(parents=True, exist_ok=True)
            text = source.read_text(encoding="utf-8")
            target.write_text(text.replace("NAME", name), encoding="utf-8")
            target.chmod(0o644)
    return root
