"""Rows of code tables in the lake (``code.<key>``): brought by a job after the install, written only when they differ."""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from citybrain.hub.data.catalogue.actions.declare import note_delivery
from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.lake import reading
from citybrain.hub.data.models import CodeTable, Job, Resource
from citybrain.hub.data.registers.actions.put import put
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.ids import new_id

KIND = "registers.codes"
NAMESPACE = "code."


def begin_bring(pack: str, *, by: Actor) -> None:
    """Queue bringing the code tables of a pack; once, however many documents ask."""
    if not Job.objects.filter(kind=KIND, subject=pack, state="queued").exists():
        begin_job(KIND, by=by, subject=pack)


def run_bring(run: Any) -> dict[str, Any]:
    """The work of the job."""
    keys = CodeTable.objects.filter(pack=run.subject).order_by("key").values_list("key", flat=True)
    return {"tables": bring([f"{NAMESPACE}{key}" for key in keys], by=run.by)}


def bring(keys: Iterable[str], *, by: Actor) -> int:
    """Make the rows of these resources what their code tables say; others are left alone. How many were written."""
    wanted = sorted({key.removeprefix(NAMESPACE) for key in keys if key.startswith(NAMESPACE)})
    tables = CodeTable.objects.filter(pk__in=wanted).order_by("key")
    there = set(
        Resource.objects.filter(pk__in=[NAMESPACE + key for key in wanted]).values_list("pk", flat=True)
    )
    return sum(
        brought(NAMESPACE + row.key, rows_of(row), by) for row in tables if NAMESPACE + row.key in there
    )


def rows_of(row: CodeTable) -> list[tuple[str, str, str]]:
    """(code, zh, en) in the order of the codes."""
    return [(code, words.get("zh", ""), words.get("en", "")) for code, words in sorted(row.words.items())]


def brought(key: str, rows: Sequence[tuple[str, str, str]], by: Actor) -> bool:
    """Whether the rows had to be written."""
    known = reading.query(f"SELECT code, zh, en FROM {key} ORDER BY code").rows  # noqa: S608 - a key of the catalogue
    if known == list(rows):
        return False
    batch, at = str(new_id()), clock.now()
    columns = {name: [row[at] for row in rows] for at, name in enumerate(("code", "zh", "en"))}
    put(key, pa.table(columns), batch=batch, at=at, key_item="code")
    note_delivery(key, batch=batch, rows=len(rows), by=by, at=at)
    return True
