"""Verification (核验): is what somebody says the same as what is on record? Values never leave the engine."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from citybrain.hub.data.grants.actions.release import Leaving, release
from citybrain.hub.data.grants.data import Caller, FactAnswer
from citybrain.hub.data.grants.domain import records
from citybrain.hub.data.grants.domain.filters import BadFilter
from citybrain.hub.data.grants.domain.selecting import comparing_statement, row_filter_test
from citybrain.hub.data.grants.queries.living import Living, living_grant
from citybrain.hub.data.grants.queries.shared import bad_filter, records_test, run_statement
from citybrain.hub.data.registers.queries.objections import marks_under_objection, record_mark
from citybrain.kernel import ratelimit
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid

ATTEMPTS_PER_RECORD, RECORD_SECONDS = 10, 3600
MISSES, MISS_SECONDS = 200, 3600


def verify_record(
    grant: UUID, *, caller: Caller, purpose: str, record: str, said: Mapping[str, Any], resource: str = "",
    adverse: bool = False,
) -> FactAnswer:  # fmt: skip
    """Whether every item of the record's newest row is what was ``said``, and if not, which differ.

    An unknown record answers as one in which everything differs. Errors as ``shared_read``; TooMany against guessing:
    ten questions an hour about one record, two hundred wrong answers an hour. ``adverse``: an adverse automatic decision
    is to rest on the answer alone; Conflict ``under_objection`` for a record somebody objects to (A21).
    """
    found = living_grant(grant, caller=caller, purpose=purpose, way="verify", resource=resource)
    if not said:
        raise Invalid([FieldProblem("items", "required", _("Say what to compare: item and value."))])
    names = found.chosen(tuple(said))
    hashed = record_mark(found.dataset.key, record)
    ratelimit.allow(f"share-record:{caller.consumer}:{hashed}", ATTEMPTS_PER_RECORD, RECORD_SECONDS)
    disputed = marks_under_objection(found.dataset.key, [hashed])
    if adverse and disputed:
        raise under_objection()
    truths = compared(found, record, {name: said[name] for name in names})
    differs = tuple(name for name, same in zip(names, truths, strict=True) if not same)
    if differs:
        ratelimit.allow(f"share-miss:{caller.consumer}", MISSES, MISS_SECONDS)
    quota, left = release(
        Leaving(
            found.grant.pk, found.dataset.key, found.grant.purpose_word, "verify", names, found.grade_of(names),
            rows=1, records=[hashed], disputed=disputed,
        ),
        caller,
    )  # fmt: skip
    return FactAnswer(not differs, differs, bool(disputed), quota, left)


def under_objection() -> Conflict:
    """The record must not carry an adverse decision alone."""
    return Conflict(
        _("The record is under objection: no adverse decision may rest on it alone."),
        code="under_objection",
        todo=_("Let a person decide on further evidence, or wait until the objection is settled."),
    )


def compared(found: Living, record: str, said: Mapping[str, Any]) -> tuple[bool, ...]:
    """One truth per item; all false without such a record."""
    tests = [*row_filter_test(found.dataset, found.grant.row_filter), records_test(found, [record])]
    try:
        statement = comparing_statement(found.dataset, said, tests, records.newest_first(found.dataset))
    except BadFilter as error:
        raise bad_filter(error) from None
    rows = run_statement(found, statement, [record])
    return tuple(map(bool, rows[0])) if rows else (False,) * len(said)
