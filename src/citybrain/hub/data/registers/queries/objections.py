"""Objections as they stand: whether a record is under one (A21), those of a person, those waiting for a department."""

from collections.abc import Iterable

from citybrain.hub.data.models import Objection
from citybrain.kernel import crypto
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

OPEN = ("raised", "registered", "source_check", "review")


def record_mark(key: str, record: str) -> str:
    """The keyed fingerprint a record is named by; ``record`` is the value of the resource's key item."""
    return crypto.blind_index(f"record:{key}:{str(record).strip().upper()}")


def subject_mark(kind: str, number: str) -> str:
    """The keyed fingerprint of a person (citizen number) or a firm (credit code)."""
    return crypto.blind_index(f"subject:{kind}:{number.strip().upper()}")


def under_objection(key: str, record: str) -> bool:
    """Whether somebody's open objection names this record: then it decides nothing alone against a person (A21)."""
    return Objection.objects.filter(resource=key, record=record_mark(key, record), state__in=OPEN).exists()


def items_under_objection(key: str, records: Iterable[str]) -> set[tuple[str, str]]:
    """(record, item) under objection among these records, in one question."""
    marks = {record_mark(key, record): record for record in records}
    found = Objection.objects.filter(resource=key, record__in=marks, state__in=OPEN).values_list(
        "record", "item"
    )
    return {(marks[mark], item) for mark, item in found}


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
