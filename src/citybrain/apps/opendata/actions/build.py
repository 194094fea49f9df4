"""Making a version: read, treat, check, write the file, keep report and picture. Doing it twice changes nothing."""

from __future__ import annotations

import hashlib
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from citybrain.apps.opendata.actions.workspace import Workspace, workspace
from citybrain.apps.opendata.data import NotOpenable
from citybrain.apps.opendata.domain import disclosure
from citybrain.apps.opendata.domain.deidentify import treated
from citybrain.apps.opendata.domain.profile import Stored, profile
from citybrain.apps.opendata.domain.treatment import Treatment, hindrances, watched
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.apps.opendata.queries.reading import items_of, opening_of, source_batches
from citybrain.hub.data import api as data
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict
from citybrain.kernel.text import Text

TYPES = ((pa.types.is_boolean, "bool"), (pa.types.is_integer, "integer"), (pa.types.is_floating, "number"),
         (pa.types.is_date, "date"), (pa.types.is_timestamp, "datetime"))  # fmt: skip


def refuse_hindered(dataset: OpenDataset) -> None:
    """NotOpenable when the source may not be opened under the dataset's treatment now (A22; grades may have risen; S75: bought)."""
    kind, _, name = dataset.source.partition(":")
    if kind == "resource" and data.bought(name):
        raise NotOpenable(HINDRANCE["bought"].say(), code="bought")
    found = hindrances(
        items_of(dataset.source), Treatment(**dataset.treatment), opening=opening_of(dataset.source)
    )
    if found:
        code, column = found[0]
        raise NotOpenable(f"{HINDRANCE[code].say()}{': ' + column if column else ''}", code=code)


HINDRANCE = {
    "bought": Text(zh="统采的社会数据受合同约束，不得开放", en="bought data are bound by their contract and are not opened"),
    "l4": Text(zh="L4 级信息项不得开放", en="an item of grade L4 is never opened"),
    "not_opened": Text(zh="目录中标为不予开放", en="the catalogue says it is not to be opened"),
    "personal": Text(zh="个人信息和 L3 级信息项必须删除、掩码或泛化", en="personal and L3 items must be dropped, masked or generalised"),
    "unknown_item": Text(zh="来源中没有该信息项", en="the source has no such item"),
    "nothing_left": Text(zh="没有保留任何列", en="no column is kept"),
}  # fmt: skip


def make_version(dataset: OpenDataset, number: int, *, by: Actor) -> Version:
    """The version of that number, as a candidate with its report; written anew when it exists and is not public.

    Rows go through batch by batch and are checked by the engine over files, so memory does not grow with them. Until the row
    of the version is written at the end, nothing of a killed or failed build is seen by anybody.
    """
    treatment = Treatment(**dataset.treatment)
    refuse_hindered(dataset)
    with workspace() as work:
        seen = watched(items_of(dataset.source), treatment)
        schema, read = hold_treated(work, "treated", dataset.source, treatment, None)
        classes = disclosure.anonymous(work.engine, seen)
        cells = disclosure.suppress(work.engine, treatment)
        file, rows = work.released(schema)
        report = {"rows": rows, "read": read, "classes": classes, "cells": cells,
                  "small_cells": disclosure.small_cells(work.engine, treatment), "linkage": tried_linkage(work, seen),
                  "parameters": {"k": treatment.k, "small_cell": treatment.small_cell, "most_unique": treatment.most_unique},
                  "steps": {n: c.model_dump() for n, c in treatment.columns.items()}, "at": clock.now().isoformat()}  # fmt: skip
        report["faults"] = disclosure.verdict(report, treatment)
        report["passed"] = not report["faults"]
        return keep(dataset, number, file, report, treatment, by=by)


def hold_treated(
    work: Workspace, name: str, source: str, treatment: Treatment, columns: list[str] | None
) -> tuple[pa.Schema, int]:
    """The rows of a source after their steps as a relation of the workspace; small counts are hidden later, over all rows."""
    today, masks = clock.today(), masks_of(source)
    stays = {
        n: c.model_copy(update={"step": "keep"}) if c.step == "hide_small" else c
        for n, c in treatment.columns.items()
    }
    steps = treatment.model_copy(update={"columns": stays})
    batches = (
        treated(rows, steps, today=today, masks=masks) for rows in source_batches(source, treatment, columns)
    )
    first = next(batches)
    count = work.hold(name, chain([first], batches))
    return first.schema, count


def masks_of(source: str) -> dict[str, str]:
    """Masking kinds of the personal items of a source."""
    return {item.name: item.personal for item in items_of(source) if item.personal not in ("", "yes")}


def tried_linkage(work: Workspace, treatment: Treatment) -> dict[str, Any]:
    """The recorded re-identification attempt against the reference named in the treatment."""
    quasi = treatment.named("quasi")
    if not treatment.reference or not quasi:
        return {"tried": False, "reference": treatment.reference}
    source = f"resource:{treatment.reference}"
    common = [n for n in quasi if n in {item.name for item in items_of(source)}]
    if not common:
        return {"tried": False, "reference": treatment.reference, "columns": []}
    only = Treatment(columns={n: treatment.of(n) for n in common})
    hold_treated(work, "reference", source, only, common)
    return {"reference": treatment.reference, **disclosure.linked(work.engine, quasi)}


def keep(
    dataset: OpenDataset, number: int, file: Path, report: dict[str, Any], treatment: Treatment, *, by: Actor
) -> Version:
    """Store the file, then write the row: the file of a version that is public is never touched."""
    digest, size = digest_of(file), file.stat().st_size
    path = stored(file, f"opendata/{dataset.pk}/{number}/{digest[:16]}.parquet", digest, size)
    before = dataset.versions.filter(number__lt=number, state="published").first()
    with pq.ParquetFile(file) as found:
        picture, schema = profile(Stored(found), treatment), found.schema_arrow
    values = {
        "made_at": clock.now(), "rows": report["rows"], "change": report["rows"] - (before.rows if before else 0),
        "columns": described(dataset, schema), "report": report, "profile": picture, "file": path,
        "size": size, "sha256": digest, "treatment": treatment.model_dump(), "state": "candidate",
    }  # fmt: skip
    with transaction.atomic():
        row = Version.objects.select_for_update().filter(dataset=dataset, number=number).first()
        if row is not None and row.state in ("published", "gone"):
            raise Conflict("该版本已发布 / this version was published already", code="published")
        made, _new = Version.objects.update_or_create(dataset=dataset, number=number, defaults=values)
        audit.record("opendata.make_version", by=by, obj=f"opendata:{dataset.slug}",
                     after={"version": number, "rows": report["rows"], "passed": report["passed"]})  # fmt: skip
    return made


def digest_of(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def stored(file: Path, path: str, digest: str, size: int) -> str:
    """The file in the storage. One that lies there is used only when it is whole: a killed process may have left a part."""
    if default_storage.exists(path):
        if default_storage.size(path) == size:
            with default_storage.open(path, "rb") as there:
                if hashlib.file_digest(there, "sha256").hexdigest() == digest:  # type: ignore[arg-type]  # a file object
                    return path
        default_storage.delete(path)
    with file.open("rb") as opened:
        return default_storage.save(path, File(opened))


def described(dataset: OpenDataset, schema: pa.Schema) -> list[dict[str, Any]]:
    """Columns as pages show them: name, type after treatment, title."""
    titles = {item.name: item.title.as_dict() for item in items_of(dataset.source)}
    steps = Treatment(**dataset.treatment)
    return [
        {
            "name": f.name,
            "type": type_of(f.type),
            "title": titles.get(f.name, {"zh": f.name}),
            "step": steps.of(f.name).step,
        }
        for f in schema
    ]


def type_of(kind: pa.DataType) -> str:
    """Our word for an Arrow type."""
    return next((word for test, word in TYPES if test(kind)), "text")
