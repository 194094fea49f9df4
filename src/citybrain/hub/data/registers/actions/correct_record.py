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
from citybrain.hub.data.lake import keys, merging, reading, writing
from citybrain.hub.data.lake.tables import OURS
from citybrain.hub.data.models import Objection, Resource
from citybrain.hub.data.registers.actions.objections import settle_objection
from citybrain.hub.data.registers.queries.objections import objection_row
from citybrain.hub.data.registers.queries.pruning import with_keys
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid

STOOD = "_stood"
HIDDEN = {STOOD, *(name for name, _type in OURS)}
MOST_ROWS = 1000


def correct_record(objection_id: UUID | str, *, value: str, answer: str, by: Actor) -> Objection:
    """The value is right from now on in the table the objection names; readers are told (``RecordCorrected``).

    Rows of the record that say the value objected to are put right, all in the newest versions of a record; other rows of
    the same key stay. What is corrected in a table that a model makes holds when the model is built again. Facts of a room
    are corrected by the room: then only the telling happens, without hashes. Invalid: the value does not fit the item. A
    second call for the same objection is refused by its state; one after a crash does the rest.
    """
    objection = objection_row(objection_id)
    found = resource_row(objection.resource)
    lake = found.kind == "lake" and found.key_item and objection.record_value
    begun = bool(lake) and writing.has_batch(found.key, batch_of(objection))
    before = rows_saying_it(found, objection, begun=begun) if lake else []
    if not before and not begun:
        return settle_objection(objection_id, corrected=True, answer=answer, by=by)
    kind = next(item.type for item in found.items.all() if item.name == objection.item)
    after = [{**row, objection.item: typed(value, kind)} for row in before]
    written = put_right(found, objection, after)
    done = settle_objection(
        objection_id, corrected=True, answer=answer, by=by, old_hash=digest(before), new_hash=digest(after)
    )
    note_delivery(found.key, batch=batch_of(objection), rows=written, by=by)
    return done


def batch_of(objection: Objection) -> str:
    """The delivery a correction comes in with."""
    return f"correct:{objection.pk}"


def rows_saying_it(found: Resource, objection: Objection, *, begun: bool) -> list[dict[str, Any]]:
    """The rows of the record that say the value objected to, without our own columns; of a value that is gone, the newest's.

    The value is kept with the objection as the engine writes it (``stood``); once writing has ``begun`` it is certain.
    """
    said = f"coalesce(CAST(\"{objection.item}\" AS VARCHAR), '')"
    hashed = keys.lookup_key(objection.record_value)
    asked = reading.Asked(
        f"SELECT *, {said} AS {STOOD} FROM {found.key} WHERE _key = $hashed AND _batch IS DISTINCT FROM $batch "  # noqa: S608 - names of the catalogue
        f'AND upper(trim(CAST("{found.key_item}" AS VARCHAR))) = $record ORDER BY _at DESC, _row DESC LIMIT {MOST_ROWS}',
        {"hashed": hashed, "record": keys.normal(objection.record_value), "batch": batch_of(objection)},
        {found.key: with_keys([hashed])},
    )  # fmt: skip
    answer = reading.query(asked)
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    if not rows:
        return []
    if not begun and objection.stood not in {row[STOOD] for row in rows}:
        objection.stood = rows[0][STOOD]
    chosen = [row for row in rows if row[STOOD] == objection.stood]
    return [{name: value for name, value in row.items() if name not in HIDDEN} for row in chosen]


def put_right(found: Resource, objection: Objection, after: list[dict[str, Any]]) -> int:
    """The corrected rows in, then the wrong ones out; each step once, however often it is tried. Rows written.

    What is right is kept with the objection, so that a model that makes this table makes it so.
    """
    at, batch = clock.now(), batch_of(objection)
    objection.save(update_fields=["stood"])
    written = (
        writing.append(found.key, as_table(after), batch=batch, at=at, key=found.key_item) if after else 0
    )
    merging.delete(
        found.key, f'd._batch IS DISTINCT FROM $batch AND coalesce(CAST(d."{objection.item}" AS VARCHAR), \'\') = $stood',
        {"batch": batch, "stood": objection.stood}, batch=f"{batch}:out", at=at, key=found.key_item,
        keys=[objection.record_value],
    )  # fmt: skip
    objection.corrected_to = said_now(found, objection)
    objection.save(update_fields=["stood", "corrected_to"])
    return written


def said_now(found: Resource, objection: Objection) -> str:
    """The corrected value as the engine writes it."""
    hashed = keys.lookup_key(objection.record_value)
    asked = reading.Asked(
        f'SELECT coalesce(CAST("{objection.item}" AS VARCHAR), \'\') FROM {found.key} '  # noqa: S608 - names of the catalogue
        "WHERE _key = $hashed AND _batch = $batch LIMIT 1",
        {"hashed": hashed, "batch": batch_of(objection)}, {found.key: with_keys([hashed])},
    )  # fmt: skip
    return str(reading.query(asked).rows[0][0])


def as_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as columns; what is unknown in all of them has no type yet."""
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
