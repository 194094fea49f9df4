"""Query, batch and verification interfaces of every shared resource."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from citybrain.hub.data.grants.actions.batches import KEPT, ask_batch, batch_of, told_rows
from citybrain.hub.data.grants.data import SharedRows, Wanted
from citybrain.hub.data.grants.domain.filters import BadFilter, read_filters
from citybrain.hub.data.grants.domain.records import normal
from citybrain.hub.data.grants.queries.shared import MOST_RECORDS, MOST_ROWS, bad_filter, shared_read
from citybrain.hub.data.grants.queries.verify import verify_record
from citybrain.hub.data.grants.rest.machine import Answer, Signed, as_json, machine
from citybrain.hub.data.models import ShareBatch
from citybrain.kernel.errors import FieldProblem, Invalid, NotFound
from citybrain.kernel.guard import public

WHY = "signed by a consumer's key; grant, purpose, items and rows are enforced in the query"
LIMIT = 100
MOST_ITEMS = 200


@csrf_exempt
@public(WHY)
@machine("GET", "POST")
def rows(call: Signed, key: str) -> Answer:
    """A page of rows: ``items``, ``filters``, ``limit`` (≤ 1,000), ``after``."""
    asked = call.body if call.request.method == "POST" else from_query(call)
    only(asked, {"items", "filters", "limit", "after", "use"})
    try:
        filters = read_filters(asked.get("filters"))
    except BadFilter as error:
        raise bad_filter(error) from None
    wanted = Wanted(
        names(asked),
        filters,
        after=text(asked, "after", 2000),
        limit=number(asked, "limit"),
        adverse=adverse(asked),
    )
    page = shared_read(
        call.grant, caller=call.caller, purpose=call.purpose, way="api", wanted=wanted, resource=key
    )
    return answered(call, page, {"rows": told_rows(page), "next": page.next or None})


@csrf_exempt
@public(WHY)
@machine("POST")
def batch(call: Signed, key: str) -> Answer:
    """Rows of up to 500 records named by their keys, in the order they were named; of up to 10,000 by a job (202)."""
    only(call.body, {"items", "records", "use"})
    records = call.body.get("records")
    if not isinstance(records, list) or not records or not all(isinstance(r, str) for r in records):
        raise Invalid([FieldProblem("records", "range", _("Name 1 to 500 records, each by its key."))])
    if len(records) > MOST_RECORDS:
        wanted = Wanted(names(call.body), records=tuple(records), adverse=adverse(call.body))
        made = ask_batch(call.grant, caller=call.caller, purpose=call.purpose, resource=key, wanted=wanted)
        return as_json(told_batch(made), status=202)
    page = shared_read(
        call.grant, caller=call.caller, purpose=call.purpose, way="batch", resource=key,
        wanted=Wanted(names(call.body), records=tuple(dict.fromkeys(records)), limit=MOST_ROWS, adverse=adverse(call.body)),
    )  # fmt: skip
    by_record: dict[str, list[dict[str, Any]]] = {}
    for record, row in zip(page.records, told_rows(page), strict=True):
        by_record.setdefault(record, []).append(row)
    results = [{"record": r, "rows": by_record.get(normal(r), [])} for r in dict.fromkeys(records)]
    return answered(call, page, {"results": results, "complete": not page.next})


@csrf_exempt
@public(WHY)
@machine("GET")
def batch_state(call: Signed, id: UUID) -> Answer:
    """How far a batch of the caller is."""
    return told_batch(batch_of(id, caller=call.caller, grant=call.grant, purpose=call.purpose))


@csrf_exempt
@public(WHY)
@machine("GET")
def batch_part(call: Signed, id: UUID, number: int) -> Answer:
    """One part of a batch that is done; NotFound for none."""
    row = batch_of(id, caller=call.caller, grant=call.grant, purpose=call.purpose)
    part = row.parts.filter(number=number).first() if row.state == "done" else None
    if part is None:
        raise NotFound(_("There is no such part, or the batch is not done."), code="no_part")
    return {**json.loads(part.content), "batch": str(row.pk), "part": part.number, "withheld": part.withheld}


def told_batch(row: ShareBatch) -> dict[str, Any]:
    """A batch as its asker sees it."""
    done = row.state == "done"
    return {
        "batch": str(row.pk), "resource": row.resource, "grant": str(row.grant_id), "state": row.state, "error": row.error or None,
        "records": row.count, "parts": -(-row.count // MOST_RECORDS), "rows": row.rows if done else None,
        "withheld": row.withheld if done else None, "made_at": row.made_at, "kept_until": row.made_at + KEPT,
    }  # fmt: skip


@csrf_exempt
@public(WHY)
@machine("POST")
def verify(call: Signed, key: str) -> Answer:
    """Yes, or which items differ; never a value, and the same shape whether there is such a record or not."""
    only(call.body, {"record", "items", "use"})
    record, said = call.body.get("record"), call.body.get("items")
    if not isinstance(record, str) or not isinstance(said, Mapping):
        raise Invalid([FieldProblem("record", "shape", _("Send a record key and the items to compare."))])
    answer = verify_record(
        call.grant,
        caller=call.caller,
        purpose=call.purpose,
        record=record,
        said=said,
        resource=key,
        adverse=adverse(call.body),
    )
    told = {
        "same": answer.same, "differs": sorted(answer.differs), "under_objection": answer.disputed,
        "may_decide_against": answer.may_decide_against,
        "resource": key, "grant": str(call.grant),
    }  # fmt: skip
    return as_json(told, quota=answer.quota, remaining=answer.remaining)


def from_query(call: Signed) -> dict[str, Any]:
    """What a GET asks for: ``items=a,b&filters=[…]&limit=&after=``."""
    given = {name: call.request.GET[name] for name in call.request.GET}
    asked: dict[str, Any] = dict(given)
    if "items" in given:
        asked["items"] = [name for name in given["items"].split(",") if name]
    if "limit" in given:
        asked["limit"] = (
            int(given["limit"]) if given["limit"].isdecimal() and len(given["limit"]) < 8 else "x"
        )
    if "filters" in given:
        try:
            asked["filters"] = json.loads(given["filters"])
        except (ValueError, RecursionError):
            raise bad_filter(BadFilter("filters", "shape")) from None
    return asked


def only(asked: Mapping[str, Any], known: set[str]) -> None:
    """Words nobody knows are refused: a misspelt filter must not mean "everything"."""
    for name in sorted(set(asked) - known):
        raise Invalid([FieldProblem(name[:60], "unknown", _("This member is not known here."))])


def adverse(asked: Mapping[str, Any]) -> bool:
    """Whether the caller says that an adverse automatic decision will rest on the answer alone (``use``)."""
    use = asked.get("use", "")
    if use not in ("", "adverse_decision"):
        raise Invalid([FieldProblem("use", "unknown", _("Say adverse_decision, or nothing."))])
    return bool(use)


def names(asked: Mapping[str, Any]) -> tuple[str, ...]:
    """The items asked for."""
    given = asked.get("items") or []
    if not isinstance(given, list) or len(given) > MOST_ITEMS or not all(isinstance(n, str) for n in given):
        raise Invalid([FieldProblem("items", "shape", _("Items are a list of names."))])
    return tuple(given)


def text(asked: Mapping[str, Any], name: str, most: int) -> str:
    """A text of bounded length, empty when not given."""
    found = asked.get(name) or ""
    if not isinstance(found, str) or len(found) > most:
        raise Invalid([FieldProblem(name, "shape", _("A text is needed here."))])
    return found


def number(asked: Mapping[str, Any], name: str) -> int:
    """A number of rows; Invalid for anything else."""
    found = asked.get(name, LIMIT)
    if isinstance(found, bool) or not isinstance(found, int) or not 1 <= found <= MOST_ROWS:
        raise Invalid([FieldProblem(name, "range", _("A whole number from 1 to 1,000 is needed here."))])
    return found


def answered(call: Signed, page: SharedRows, told: dict[str, Any]) -> Answer:
    """With what every answer says."""
    told |= {
        "resource": page.resource, "version": page.version, "grant": str(call.grant), "purpose": call.purpose,
        "items": page.items, "under_objection": sum(page.disputed), "withheld": page.withheld,
    }  # fmt: skip
    return as_json(told, quota=page.quota, remaining=page.remaining)
