"""The one door rows are shared through: grant, purpose, items, row filter, masks and page in one statement, logged first."""

import base64
import binascii
import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import duckdb
from django.db import DataError
from django.utils.translation import gettext as _
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import In

from citybrain.hub.data.domain.statement import Statement
from citybrain.hub.data.grants.actions.release import Leaving, release
from citybrain.hub.data.grants.data import Caller, SharedRows, Wanted
from citybrain.hub.data.grants.domain import records as order_rules
from citybrain.hub.data.grants.domain.filters import BadFilter, filter_tests
from citybrain.hub.data.grants.domain.selecting import row_filter_test, rows_statement
from citybrain.hub.data.grants.queries.living import Living, living_grant
from citybrain.hub.data.lake import dialect, reading
from citybrain.hub.data.lake.keys import lookup_key
from citybrain.hub.data.queries.running import MILLISECONDS, run
from citybrain.hub.data.registers.queries.objections import marks_under_objection, record_mark
from citybrain.kernel.crypto import Undecipherable, decrypt_text, encrypt_text
from citybrain.kernel.errors import FieldProblem, Invalid, Unavailable

log = logging.getLogger(__name__)
MOST_ROWS = 1000
MOST_RECORDS = 500


def shared_read(
    grant: UUID, *, caller: Caller, purpose: str, way: str, wanted: Wanted, resource: str = "", chunk: str = ""
) -> SharedRows:  # fmt: skip
    """Rows that may leave under a grant, at most 1,000, with the objection flag of each.

    ``purpose`` must be the grant's word (``matter:…``), ``caller.consumer`` its consumer. Errors as ``living_grant``
    and ``release``; Invalid names the item, filter or cursor that is wrong. A ``chunk`` is counted and logged once.
    """
    found = living_grant(grant, caller=caller, purpose=purpose, way=way, resource=resource)
    items = found.chosen(wanted.items)
    limit = max(1, min(wanted.limit, MOST_ROWS))
    order = order_rules.order_of(found.dataset, found.key_item)
    statement = rows_statement(
        found.dataset, items, found.grant.masked, tests(found, wanted, order),
        record=order_rules.key_sql(found.dataset, found.key_item), order=order, limit=limit + 1,
    )  # fmt: skip
    raw = run_statement(found, statement, wanted.records)
    return given(found, caller, way, wanted, items, raw, limit, chunk)


def given(
    found: Living,
    caller: Caller,
    way: str,
    wanted: Wanted,
    items: tuple[str, ...],
    raw: list[tuple],
    limit: int,
    chunk: str = "",
) -> SharedRows:
    """The rows, released: counted and logged before anybody has them."""
    page, width = raw[:limit], len(items)
    hashed = [record_mark(found.dataset.key, str(row[width] or "")) for row in page]
    disputed = marks_under_objection(found.dataset.key, {h for h in hashed if h})
    pairs = [(row, h) for row, h in zip(page, hashed, strict=True) if not (wanted.adverse and h in disputed)]
    kept, hashes = [row for row, _h in pairs], [h for _row, h in pairs]
    keys = tuple(str(row[width] or "") for row in kept)
    quota, left = release(
        Leaving(
            found.grant.pk, found.dataset.key, found.grant.purpose_word, way, items, found.grade_of(items),
            rows=len(kept), records=[h for h in hashes if h], disputed=disputed, condition=logged(found, wanted), chunk=chunk,
        ),
        caller,
    )  # fmt: skip
    more = len(raw) > limit
    return SharedRows(
        resource=found.dataset.key, version=found.version, items=items, rows=tuple(row[:width] for row in kept),
        records=keys, disputed=tuple(h in disputed for h in hashes), quota=quota, remaining=left,
        next=cursor_of(found, wanted, page[-1][width + 1 :]) if more else "", withheld=len(page) - len(kept),
    )  # fmt: skip


def tests(found: Living, wanted: Wanted, order: Sequence[str]) -> list[Statement]:
    """Everything that must hold: the grant's row filter, the caller's filters, the records, the page."""
    refuse_masked(found, wanted)
    made = row_filter_test(found.dataset, found.grant.row_filter)
    try:
        made += filter_tests(found.dataset, wanted.filters)
    except BadFilter as error:
        raise bad_filter(error) from None
    if wanted.records:
        made.append(records_test(found, wanted.records))
    if wanted.after:
        position = position_of(found, wanted, len(order))
        clustered = found.dataset.store == "lake" and bool(found.key_item)
        made.append(order_rules.after_test(order, position, clustered=clustered))
    return made


def records_test(found: Living, records: Sequence[str]) -> Statement:
    """Rows of these records; Invalid for too many."""
    if len(records) > MOST_RECORDS or any(not r.strip() or len(r) > 100 or "\0" in r for r in records):
        message = _("Name 1 to 500 records, each by its key.")
        raise Invalid([FieldProblem("records", "range", message)])
    return order_rules.key_test(found.dataset, found.with_key(), records, [lookup_key(r) for r in records])


def refuse_masked(found: Living, wanted: Wanted) -> None:
    """A filter on a masked item would tell what the mask hides, and one on an item not granted, all of it."""
    for at, test in enumerate(wanted.filters):
        if test.item not in found.items:
            raise bad_filter(BadFilter(f"filters.{at}.item", "item_not_granted"))
        if test.item in found.grant.masked:
            raise bad_filter(BadFilter(f"filters.{at}.item", "item_masked"))


def bad_filter(error: BadFilter) -> Invalid:
    """The problem in words."""
    words = {
        "shape": _("A filter is {item, op, value}; at most 20 of them."),
        "item_not_granted": _("The grant does not include this item."),
        "item_masked": _("A masked item cannot be filtered by."),
        "operator": _("This operator is not known for this item."),
        "list": _("A list of 1 to 500 values is needed."),
        "type": _("The value is not of the item's type."),
    }
    return Invalid([FieldProblem(error.path, error.code, words[error.code])])


def run_statement(found: Living, statement: Statement, records: Sequence[str] = ()) -> list[tuple]:
    """Rows by the engine they live in. Unavailable when it cannot read them, Invalid when a value does not fit."""
    try:
        if found.dataset.store == "database":
            return run(statement.sql, statement.params)
        return lake_rows(found, statement, records)
    except (NoSuchTableError, duckdb.Error) as error:
        log.warning("%s cannot be read for sharing", found.dataset.key, exc_info=True)
        raise Unavailable(_("The resource cannot be read at this moment."), retry_after=60) from error
    except DataError as error:
        raise Invalid([FieldProblem("", "value", _("A value does not fit the resource."))]) from error


def lake_rows(found: Living, statement: Statement, records: Sequence[str]) -> list[tuple]:
    """Rows of a table of the lake; files that cannot hold the records are not opened."""
    sql, params = dialect.for_lake(statement.sql, statement.params)
    named = In("_key", [lookup_key(r) for r in records])  # type: ignore[arg-type, call-arg]  # its own __new__ is untyped
    only = {found.dataset.key: named} if records else {}
    return reading.query(reading.Asked(sql, params, filters=only, seconds=MILLISECONDS / 1000)).rows


def said(wanted: Wanted) -> str:
    """The filters as text."""
    tests = [[f.item, f.op, f.value] for f in wanted.filters]
    return json.dumps(tests, ensure_ascii=False, default=str) if tests else ""


def logged(found: Living, wanted: Wanted) -> str:
    """The filters as the access log keeps them: without the values of personal items."""
    tests = tuple(replace(f, value="***") if found.items[f.item].personal else f for f in wanted.filters)
    return said(replace(wanted, filters=tests))


# -- cursors: sealed, good for the same question only -------------------------------------------------------------


def question_of(found: Living, wanted: Wanted) -> str:
    """What a cursor belongs to."""
    asked = [str(found.grant.pk), wanted.items, said(wanted), wanted.records, wanted.adverse]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


def cursor_of(found: Living, wanted: Wanted, position: Sequence[Any]) -> str:
    """Where the next page begins."""
    plain = [int(v) if isinstance(v, Decimal) and v == int(v) else v for v in position]
    text = json.dumps([question_of(found, wanted), *plain], default=str)
    return base64.urlsafe_b64encode(encrypt_text(text)).decode().rstrip("=")


def position_of(found: Living, wanted: Wanted, length: int) -> list[Any]:
    """The position a cursor stands for; Invalid when it is none of ours or another question's."""
    try:
        padded = wanted.after + "=" * (-len(wanted.after) % 4)
        question, *position = json.loads(decrypt_text(base64.urlsafe_b64decode(padded.encode("ascii"))))
    except (ValueError, binascii.Error, Undecipherable):
        question, position = "", []
    if question != question_of(found, wanted) or len(position) != length:
        raise Invalid([FieldProblem("after", "cursor", _("The cursor does not belong to this question."))])
    return position
