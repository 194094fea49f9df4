"""Making a version: read, treat, check, write the file, keep report and picture. Doing it twice changes nothing."""

from __future__ import annotations

import hashlib
import io
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from citybrain.apps.opendata.data import NotOpenable
from citybrain.apps.opendata.domain import risk
from citybrain.apps.opendata.domain.deidentify import treated
from citybrain.apps.opendata.domain.profile import profile
from citybrain.apps.opendata.domain.treatment import Treatment, hindrances, watched
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.apps.opendata.queries.reading import items_of, opening_of, resource_rows, source_rows
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text

TYPES = ((pa.types.is_boolean, "bool"), (pa.types.is_integer, "integer"), (pa.types.is_floating, "number"),
         (pa.types.is_date, "date"), (pa.types.is_timestamp, "datetime"))  # fmt: skip


def refuse_hindered(dataset: OpenDataset) -> None:
    """NotOpenable when the source may not be opened under the dataset's treatment now (A22; grades may have risen)."""
    found = hindrances(
        items_of(dataset.source), Treatment(**dataset.treatment), opening=opening_of(dataset.source)
    )
    if found:
        code, column = found[0]
        raise NotOpenable(f"{HINDRANCE[code].say()}{': ' + column if column else ''}", code=code)


HINDRANCE = {
    "l4": Text(zh="L4 级信息项不得开放", en="an item of grade L4 is never opened"),
    "not_opened": Text(zh="目录中标为不予开放", en="the catalogue says it is not to be opened"),
    "personal": Text(zh="个人信息和 L3 级信息项必须删除、掩码或泛化", en="personal and L3 items must be dropped, masked or generalised"),
    "unknown_item": Text(zh="来源中没有该信息项", en="the source has no such item"),
    "nothing_left": Text(zh="没有保留任何列", en="no column is kept"),
}  # fmt: skip


def make_version(dataset: OpenDataset, number: int, *, by: Actor) -> Version:
    """The version of that number, as a candidate with its report; written anew when it exists and is not public."""
    treatment = Treatment(**dataset.treatment)
    refuse_hindered(dataset)
    raw = source_rows(dataset.source, treatment)
    masks, seen = masks_of(dataset.source), watched(items_of(dataset.source), treatment)
    rows, classes = risk.anonymous(treated(raw, treatment, today=clock.today(), masks=masks), seen)
    report = {"rows": rows.num_rows, "read": raw.num_rows, "classes": classes,
              "small_cells": risk.small_cells(rows, treatment), "linkage": tried_linkage(rows, seen),
              "steps": {n: c.model_dump() for n, c in treatment.columns.items()}, "at": clock.now().isoformat()}  # fmt: skip
    report["faults"] = risk.verdict(report, treatment)
    report["passed"] = not report["faults"]
    return keep(dataset, number, rows, report, treatment, by=by)


def masks_of(source: str) -> dict[str, str]:
    """Masking kinds of the personal items of a source."""
    return {item.name: item.personal for item in items_of(source) if item.personal not in ("", "yes")}


def tried_linkage(rows: pa.Table, treatment: Treatment) -> dict[str, Any]:
    """The recorded re-identification attempt against the reference named in the treatment."""
    quasi = treatment.named("quasi")
    if not treatment.reference or not quasi:
        return {"tried": False, "reference": treatment.reference}
    common = [n for n in quasi if n in {item.name for item in items_of(f"resource:{treatment.reference}")}]
    if not common:
        return {"tried": False, "reference": treatment.reference, "columns": []}
    only = Treatment(columns={n: treatment.of(n) for n in common})
    masks = masks_of(f"resource:{treatment.reference}")
    other = treated(resource_rows(treatment.reference, common), only, today=clock.today(), masks=masks)
    return {"reference": treatment.reference, **risk.linkage(rows, other, quasi)}


def keep(
    dataset: OpenDataset,
    number: int,
    rows: pa.Table,
    report: dict[str, Any],
    treatment: Treatment,
    *,
    by: Actor,
) -> Version:
    """Write file and row."""
    packed = parquet(rows)
    digest = hashlib.sha256(packed).hexdigest()
    path = f"opendata/{dataset.pk}/{number}/{digest[:16]}.parquet"
    if not default_storage.exists(path):
        path = default_storage.save(path, ContentFile(packed))
    before = dataset.versions.filter(number__lt=number, state="published").first()
    values = {
        "made_at": clock.now(), "rows": rows.num_rows, "change": rows.num_rows - (before.rows if before else 0),
        "columns": described(dataset, rows), "report": report, "profile": profile(rows, treatment), "file": path,
        "size": len(packed), "sha256": digest, "treatment": treatment.model_dump(), "state": "candidate",
    }  # fmt: skip
    with transaction.atomic():
        made, _new = Version.objects.update_or_create(dataset=dataset, number=number, defaults=values)
        audit.record("opendata.make_version", by=by, obj=f"opendata:{dataset.slug}",
                     after={"version": number, "rows": rows.num_rows, "passed": report["passed"]})  # fmt: skip
    return made


def parquet(rows: pa.Table) -> bytes:
    """The file: what is downloaded and what every other format is written from."""
    out = io.BytesIO()
    pq.write_table(rows, out, compression="zstd", row_group_size=50_000)
    return out.getvalue()


def described(dataset: OpenDataset, rows: pa.Table) -> list[dict[str, Any]]:
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
        for f in rows.schema
    ]


def type_of(kind: pa.DataType) -> str:
    """Our word for an Arrow type."""
    return next((word for test, word in TYPES if test(kind)), "text")
