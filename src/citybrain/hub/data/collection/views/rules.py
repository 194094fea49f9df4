"""Step 4 of the wizard: key, mode, cycle, what to do when the source changes, and the rules of every item."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from citybrain.hub.data.collection.domain.checks import IDENTIFIERS, Mapped
from citybrain.hub.data.collection.domain.cycle import Cycle
from citybrain.hub.data.models import Collection
from citybrain.hub.data.views.asked import asked
from citybrain.kernel.errors import FieldProblem

OWN = ("mode", "every", "number", "at", "drift", "follow")
OF_ITEM = ("length", "pattern", "codes", "lowest", "highest", "identifier")
FOLLOWED = ("postgresql", "mysql", "rest")
EVERY = ("manual", "minutes", "daily", "weekly", "monthly")
COMPARED = ("integer", "number", "real", "date", "datetime")
MOST_CODES = 2000
BOUNDS = {
    "date": re.compile(r"\d{4}-\d{2}-\d{2}"),
    "datetime": re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?"),
}
PLAIN_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{1,6})?")


def follows(row: Collection) -> list[str]:
    """Columns that may be followed to read only what is new."""
    return [column["name"] for column in row.columns] if row.source.kind in FOLLOWED else []


def said_of(request: HttpRequest, row: Collection, mapping: Sequence[Mapped]) -> dict[str, Any]:
    """What the form shows: as sent, else as saved."""
    if request.method == "POST":
        said: dict[str, Any] = {name: asked(request.POST, name, 120) for name in OWN}
        said |= {"workdays": bool(request.POST.get("workdays")), "keys": request.POST.getlist("key")[:50]}
        said["required"] = request.POST.getlist("required")[:600]
        for place in range(len(mapping)):
            said |= {
                f"{n}_{place}": asked(request.POST, f"{n}_{place}", 20_000 if n == "codes" else 400)
                for n in OF_ITEM
            }
        said["follow"] = said["follow"] if said["follow"] in follows(row) else ""
        return said
    own = Cycle(**row.cycle) if row.cycle else Cycle()
    said = {"mode": row.mode, "every": own.every, "number": own.number, "at": own.at, "workdays": own.workdays,
            "drift": row.drift, "follow": row.follow, "keys": [m.item for m in mapping if m.is_key],
            "required": [m.item for m in mapping if m.required]}  # fmt: skip
    for place, m in enumerate(mapping):
        shown = {n: getattr(m, n) for n in OF_ITEM}
        said |= {f"{n}_{place}": "\n".join(v) if n == "codes" else v or "" for n, v in shown.items()}
    return said


def settled(said: dict[str, Any], mapping: Sequence[Mapped]) -> tuple[dict[str, Any], list[FieldProblem]]:
    """The values to save, and what is wrong with them."""
    found: list[FieldProblem] = []
    number = int(said["number"]) if str(said["number"]).isdigit() and len(str(said["number"])) < 5 else 1
    cycle = Cycle(
        said["every"] if said["every"] in EVERY else "manual", number, said["at"] or "02:00", said["workdays"]
    )
    if word := cycle.problem():
        found.append(FieldProblem(word, "cycle", _("This value does not fit the cycle.")))
    mode = said["mode"] if said["mode"] in ("append", "replace", "upsert") else "append"
    if mode == "upsert" and not set(said["keys"]) & {m.item for m in mapping}:
        found.append(
            FieldProblem("key", "key", _("Choose the key: newest rows replace older ones with the same key."))
        )
    if mode == "replace" and said["follow"]:
        found.append(
            FieldProblem("follow", "mode", _("Reading only what is new cannot replace the whole table."))
        )
    ruled = [with_rules(m, place, said, found) for place, m in enumerate(mapping)]
    values = {
        "mode": mode, "cycle": cycle.as_dict(), "drift": "continue" if said["drift"] == "continue" else "stop",
        "follow": said["follow"], "position": {}, "mapping": [m.as_dict() for m in ruled],
    }  # fmt: skip
    return values, found


def with_rules(m: Mapped, place: int, said: dict[str, Any], found: list[FieldProblem]) -> Mapped:
    """An item with the rules typed for it; problems are added to ``found``."""
    length, pattern, identifier = (
        said[f"length_{place}"],
        said[f"pattern_{place}"],
        said[f"identifier_{place}"],
    )
    if length and not (str(length).isdigit() and 0 < int(str(length)[:6]) <= 10_000):
        found.append(FieldProblem(f"length_{place}", "length", _("A length is a number up to 10,000.")))
        length = ""
    if pattern and not sound(pattern):
        found.append(FieldProblem(f"pattern_{place}", "pattern", _("This pattern cannot be read.")))
    bounds = {}
    for word in ("lowest", "highest"):
        given = str(said[f"{word}_{place}"])
        if given and not (m.type in COMPARED and BOUNDS.get(m.type, PLAIN_NUMBER).fullmatch(given)):
            found.append(
                FieldProblem(f"{word}_{place}", word, _("Write a number or a date, as the item has it."))
            )
        bounds[word] = given
    codes = tuple(dict.fromkeys(c.strip() for c in str(said[f"codes_{place}"]).splitlines() if c.strip()))[
        :MOST_CODES
    ]
    return replace(
        m, required=m.item in said["required"], is_key=m.item in said["keys"], length=int(length) if length else None,
        pattern=pattern, codes=codes, identifier=identifier if identifier in IDENTIFIERS and m.type == "text" else "",
        lowest=bounds["lowest"], highest=bounds["highest"],
    )  # fmt: skip


def sound(pattern: str) -> bool:
    """Whether the engine can run the pattern (RE2: no look-around, so no pattern takes for ever)."""
    import duckdb

    from citybrain.hub.data.collection.checking import engine

    try:
        with engine().cursor() as cursor:
            cursor.execute("SELECT regexp_full_match('', $p)", {"p": pattern}).fetchone()
    except duckdb.Error:
        return False
    return True
