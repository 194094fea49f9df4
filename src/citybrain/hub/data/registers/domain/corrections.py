"""What people had corrected, laid over what a model computes: a wrong value that its sources still say is put right again.

A correction holds against the value it was made against. When the sources say something else by now, that is news and
stands; when they say the wrong value again, the right one is put in its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

UNIT = "\x1f"


@dataclass(frozen=True)
class Corrected:
    """``item`` of the record (value of the key item) said ``stood`` and says ``now``; as the engine writes values."""

    record: str
    item: str
    stood: str
    now: str


def settled(listed: Iterable[Corrected]) -> dict[str, dict[str, str]]:
    """Item → (record and wrong value, joined) → right value; corrections in their order, later ones of earlier results too."""
    found: dict[str, dict[str, str]] = {}
    for one in listed:
        record, known = one.record.strip().upper(), found.setdefault(one.item, {})
        for word, now in known.items():
            if word.startswith(record + UNIT) and now == one.stood:
                known[word] = one.now
        known[record + UNIT + one.stood] = one.now
    return found


def overlaid(
    sql: str,
    columns: Sequence[str],
    key: str,
    types: Mapping[str, str],
    found: Mapping[str, Mapping[str, str]],
) -> tuple[str, dict[str, Any]]:
    """The statement with its values put right, and its parameters; ``types``: column → type of the engine."""
    items = [name for name in columns if found.get(name) and name in types]
    if not key or not items:
        return sql, {}
    params: dict[str, Any] = {}
    shown, joined = [f'made."{name}"' for name in columns], ""
    for number, name in enumerate(items):
        params |= {f"wrong_{number}": list(found[name]), f"right_{number}": list(found[name].values())}
        value = f'CAST(made."{name}" AS {types[name]})'
        word = f"upper(trim(CAST(made.\"{key}\" AS VARCHAR))) || chr(31) || coalesce(CAST({value} AS VARCHAR), '')"
        joined += (
            f" LEFT JOIN (SELECT unnest($wrong_{number}) AS word, unnest($right_{number}) AS said) AS fix_{number} "
            f"ON fix_{number}.word = {word}"
        )
        right = f"CAST(nullif(fix_{number}.said, '') AS {types[name]})"
        shown[list(columns).index(name)] = (
            f'CASE WHEN fix_{number}.word IS NULL THEN {value} ELSE {right} END AS "{name}"'
        )
    return f"SELECT {', '.join(shown)} FROM ({sql}) AS made{joined}", params  # noqa: S608 - names of the catalogue
