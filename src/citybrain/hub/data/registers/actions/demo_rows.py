"""The demo city's synthetic rows: loaded into the raw tables by a job, then every model runs once. Never in production."""

import csv
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings

from citybrain.hub.data.catalogue.actions.declare import note_delivery
from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.models import Job, Resource
from citybrain.hub.data.registers.actions import build
from citybrain.hub.data.registers.actions.declare_model import digest
from citybrain.hub.data.registers.actions.put import put
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

KIND = "registers.demo_rows"
READ: dict[str, Callable[[str], Any]] = {
    "integer": int, "number": Decimal, "real": float, "date": date.fromisoformat, "datetime": datetime.fromisoformat,
    "bool": lambda text: text in ("1", "true"),
}  # fmt: skip


def refuse_production() -> None:
    """Synthetic people never enter a real city's registers."""
    if settings.MODE != "demo":
        raise packs.PackError(
            zh="生产模式不装载演示数据", en="Demo rows are not loaded in production", code="demo_only"
        )


def begin_load(pack: str, *, by: Actor) -> Job:
    """Queue loading the rows of a pack; once, however many documents ask."""
    waiting = Job.objects.filter(kind=KIND, subject=pack, state="queued").first()
    return waiting or begin_job(KIND, by=by, subject=pack, organisation="350900-fgw")


def run_load(run: Any) -> dict[str, Any]:
    """The work of the job: file after file, then the models. NotFound when the pack's folder is gone."""
    refuse_production()
    said = [doc for doc in packs.Library().pack(run.subject).docs("rows") if doc.demo]
    root = packs.folder_of(run.subject)
    finished = list(run.checkpoint.get("loaded", []))
    for doc in said:
        if doc.key not in finished:
            load(doc.data.key, root / doc.data.file, by=run.by)
            finished.append(doc.key)
            run.step(done=len(finished), total=len(said), loaded=finished)
    built = build.run_build(run)
    return {"loaded": len(finished), **built}


def load(key: str, path: Path, *, by: Actor) -> int:
    """One file into its table as one delivery; nothing when this very content is there. Rows written."""
    row = Resource.objects.prefetch_related("items").get(pk=key)
    types = {item.name: item.type for item in row.items.all()}
    rows = rows_of(path, types)
    batch, at = digest(key, path.read_text(encoding="utf-8-sig")), clock.now()
    written = put(key, rows, batch=batch, at=at, key_item=row.key_item)
    if written:
        Resource.objects.filter(pk=key).update(demo=True)
        note_delivery(key, batch=batch, rows=written, by=by, at=at)
    return written


def rows_of(path: Path, types: dict[str, str]) -> pa.Table:
    """The file in the table's types; an empty cell is unknown."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            {name: READ.get(types[name], str)(text) if text else None for name, text in row.items()}
            for row in csv.DictReader(file)
        ]
    names = list(rows[0]) if rows else []
    return pa.table({name: [row[name] for row in rows] for name in names})


def head_of(path: Path) -> list[str]:
    """Column names of a file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])
