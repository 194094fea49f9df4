"""Objections as they stand: whether a record is under one (A21), those of a person, those waiting for a department."""

from collections.abc import Collection, Iterable

from citybrain.hub.data.models import Objection
from citybrain.kernel import crypto
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

# The platform has taken it up: the record is marked as under objection (异议中).
FLAGGED = ("registered", "source_check", "review")
OPEN = ("raised", *FLAGGED)


def record_mark(key: str, record: str) -> str:
    """The keyed fingerprint a record is named by (objections, access log); ``record`` is the value of the key item.

    32 hexadecimal digits; blanks around it and small letters make no difference. Empty for no record.
    """
    return crypto.blind_index(f"{key}\n{record.strip().upper()}") if record.strip() else ""


def subject_mark(kind: str, number: str) -> str:
    """The keyed fingerprint of a person (citizen number) or a firm (credit code)."""
    return crypto.blind_index(f"subject:{kind}:{number.strip().upper()}")


def under_objection(key: str, record: str) -> bool:
    """Whether the record is under objection now: then it decides nothing alone against a person (A21)."""
    return bool(marks_under_objection(key, {record_mark(key, record)}))


def marks_under_objection(key: str, marks: Collection[str]) -> frozenset[str]:
    """Those of the marks whose records are under objection now, in one question."""
    known = {mark for mark in marks if mark}
    if not known:
        return frozenset()
    rows = Objection.objects.filter(resource=key, record__in=known, state__in=FLAGGED)
    return frozenset(rows.values_list("record", flat=True))


def count_under_objection(key: str) -> int:
    """How many records of a resource are under objection now."""
    rows = Objection.objects.filter(resource=key, state__in=FLAGGED)
    return rows.values("record").distinct().count()


def items_under_objection(key: str, records: Iterable[str]) -> set[tuple[str, str]]:
    """(record, item) under objection among these records, in one question."""
    marks = {record_mark(key, record): record for record in records}
    found = Objection.objects.filter(resource=key, record__in=marks, state__in=FLAGGED)
    return {(marks[mark], item) for mark, item in found.values_list("record", "item")}


def values_under_objection(places: Iterable[tuple[str, str]]) -> set[tuple[str, str, str]]:
    """(resource, record, item) under objection among these records of several resources, in one question."""
    marks = {record_mark(key, record): (key, record) for key, record in places}
    found = Objection.objects.filter(record__in=marks, state__in=FLAGGED)
    return {(*marks[mark], item) for mark, item in found.values_list("record", "item")}


def objections_of(subject: str) -> list[Objection]:
    """What a person or firm objected to, newest first."""
    return list(Objection.objects.filter(subject=subject).order_by("-raised_at")[:50])


def objection_row(objection_id: object) -> Objection:
    """One objection; NotFound otherwise. For actions, which check who asks."""
    row = Objection.objects.filter(pk=objection_id).first()
    if row is None:
        raise NotFound("no such objection / 没有这条异议")
    return row


def may_settle(actor: Actor, row: Objection) -> bool:
    """Whether the actor answers for the department the record comes from."""
    from citybrain.hub.identity import api as identity

    return actor.kind == "system" or bool(
        row.owner and identity.may(actor, "data.work", organisation=row.owner)
    )
