"""Writing a correction back to its table, and telling every past reader by the hashes of the record before and after."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.actions.declare import note_delivery
from citybrain.hub.data.catalogue.queries.resources import resource_row
from citybrain.hub.data.lake import merging, reading
from citybrain.hub.data.lake.tables import OURS
from citybrain.hub.data.models import Objection, Resource
from citybrain.hub.data.registers.actions.objections import settle_objection
from citybrain.hub.data.registers.queries.objections import objection_row
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid

HIDDEN = {name for name, _type in OURS}


def correct_record(objection_id: UUID | str, *, value: str, answer: str, by: Actor) -> Objection:
    """The value is right from now on in the table the objection names; readers are told (``RecordCorrected``).

    Facts of a room are corrected by the room: then only the telling happens, without hashes. Invalid: the value does not
    fit the item. A second call for the same objection is refused by its state.
    """
    objection = objection_row(objection_id)
    found = resource_row(objection.resource)
    before = record_of(found, objection.record_value) if found.kind == "lake" and found.key_item else []
    if not before:
        return settle_objection(objection_id, corrected=True, answer=answer, by=by)
    kind = next(item.type for item in found.items.all() if item.name == objection.item)
    after = [{**row, objection.item: typed(value, kind)} for row in before]
    batch = f"correct:{objection.pk}"
    written = merging.upsert(
        found.key, as_table(after), batch=batch, at=clock.now(), key=found.key_item, on=[found.key_item]
    )
    done = settle_objection(
        objection_id, corrected=True, answer=answer, by=by, old_hash=digest(before), new_hash=digest(after)
    )
    note_delivery(found.key, batch=batch, rows=written, by=by)
    return done


def record_of(found: Resource, record: str) -> list[dict[str, Any]]:
    """The rows of one record, without our own columns."""
    condition = f'"{found.key_item}" = ?'
    answer = reading.query(reading.Asked(f"SELECT * FROM {found.key} WHERE {condition}", [record]))  # noqa: S608
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    return [{name: value for name, value in row.items() if name not in HIDDEN} for row in rows]


def as_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as columns."""
    return pa.table({name: [row[name] for row in rows] for name in rows[0]})


def digest(rows: list[dict[str, Any]]) -> str:
    """What past readers compare: SHA-256 over the record's values in a fixed order."""
    text = json.dumps(rows, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def typed(value: str, kind: str) -> Any:
    """The corrected value in the item's type; empty is unknown. Invalid when it does not fit."""
    if not value.strip():
        return None
    readers: dict[str, Any] = {
        "integer": int, "number": Decimal, "real": float, "date": date.fromisoformat,
        "datetime": datetime.fromisoformat, "bool": lambda text: text in ("1", "true", "yes", "是"),
    }  # fmt: skip
    try:
        return readers.get(kind, str)(value.strip())
    except (ValueError, InvalidOperation) as error:
        message = _("The value does not fit the item (%(kind)s).") % {"kind": kind}
        raise Invalid([FieldProblem("new_value", "type", message)]) from error
