"""A source that changed its shape overnight: which columns are gone, new, or of another type."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from citybrain.kernel.text import Text


@dataclass(frozen=True)
class Change:
    """One change of one column; ``mapped``: an item is filled from it."""

    kind: Literal["missing", "added", "type"]
    column: str
    mapped: bool
    text: Text


def drifted(seen: Mapping[str, str], found: Mapping[str, str], mapped: Collection[str]) -> list[Change]:
    """Changes between the columns (name → declared type, empty when the file knows none) seen at set-up and found now."""
    changes = [
        Change(
            "missing",
            name,
            name in mapped,
            Text(zh=f"来源缺少列“{name}”", en=f"the source no longer has the column {name}"),
        )
        for name in seen
        if name not in found
    ]
    changes += [
        Change("added", name, False, Text(zh=f"来源新增列“{name}”", en=f"the source has a new column {name}"))
        for name in found
        if name not in seen and not ours(name)
    ]
    for name, kind in found.items():
        if seen.get(name) and kind and seen[name] != kind:
            said = Text(
                zh=f"列“{name}”的类型由 {seen[name]} 变为 {kind}",
                en=f"the column {name} changed from {seen[name]} to {kind}",
            )
            changes.append(Change("type", name, name in mapped, said))
    return changes


ERROR_COLUMN = "错误说明 error"


def ours(name: str) -> bool:
    """The column our own download of rejected rows adds."""
    return name == ERROR_COLUMN
