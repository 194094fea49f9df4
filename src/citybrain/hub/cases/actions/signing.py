"""Signing decisions and checking signatures: of one line of a history, of a case, of all.

A signature is made once, at the act, by the officer in whose session it is performed. Checking makes the canonical record
again from the row: whatever was changed since (reasons, fields, time, order, the signature itself) shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from uuid import UUID

from django.db.models import Q

from citybrain.hub.cases.data import SignatureRecord
from citybrain.hub.cases.domain import signed
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.models import Case, MachineVersion
from citybrain.hub.cases.models import Transition as TransitionRow
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound


def sign_row(run: Any, row: TransitionRow, by: Actor) -> None:
    """Put the officer's signature on a row that is about to be written."""
    before = (
        run.transition_rows[-1] if run.transition_rows else next(reversed(run.rows.rows("history")), None)
    )
    said = signed.record(
        row, case_no=run.case.case_no or "", outcome=_outcome(run.machine, row), previous=before
    )
    done = identity.sign(by, signed.digest(said), at=row.at)
    row.signing_key, row.digest, row.signature = done.key_id, done.digest, done.value


def _outcome(machine: Machine, row: TransitionRow) -> str:
    state = machine.states.get(row.to_state)
    return state.outcome if state else ""


def wants_signature(machine: Machine, row: TransitionRow) -> bool:
    """Whether this row must carry one: its arrow is marked and an official performed it."""
    return (row.actor or {}).get("kind") == "official" and any(
        t.signed and t.action == row.action and t.to == row.to_state and row.from_state in t.from_
        for t in machine.transitions
    )


def fault(
    case: Case, machine: Machine, row: TransitionRow, before: TransitionRow | None, *, fresh: bool = False
) -> str:
    """``""`` when the row's signature holds (or none is due), else a word of ``FAULTS``."""
    if row.signature is None:
        return "missing" if wants_signature(machine, row) or row.signing_key else ""
    try:
        said = signed.record(row, case_no=case.case_no or "", outcome=_outcome(machine, row), previous=before)
    except ValueError:  # a sealed column that does not open any more
        return "unreadable"
    digest = signed.digest(said)
    if bytes(row.digest or b"") != digest:
        return "changed"
    return identity.verify_signature(
        row.signing_key or "", digest, bytes(row.signature), account_id=row.account_id, at=row.at, fresh=fresh
    )


FAULTS = {
    "missing": "the decision carries no signature although it must",
    "changed": "the record was changed after it was signed",
    "unknown_key": "the signing key is not known",
    "key_forged": "the signing key's record was changed",
    "other_holder": "the key belongs to somebody else",
    "out_of_validity": "the key was not valid at that time",
    "wrong": "the signature does not fit the record",
    "unreadable": "the record cannot be read",
}


def signatures_of(case: Case, machine: Machine, rows: Iterable[TransitionRow]) -> dict[int, SignatureRecord]:
    """What the case page shows beside each signed line, checked now. Rows in order of ``seq``."""
    found: dict[int, SignatureRecord] = {}
    before: TransitionRow | None = None
    for row in rows:
        if row.signing_key or wants_signature(machine, row):
            who = row.actor or {}
            found[row.seq] = SignatureRecord(
                who=str(who.get("name", "")), post=_post_title(who.get("post_id")), organisation=row.organisation,
                at=row.at, key_id=row.signing_key or "", digest=bytes(row.digest or b"").hex(),
                fault=fault(case, machine, row, before),
            )  # fmt: skip
        before = row
    return found


def _post_title(raw: Any) -> dict[str, str]:
    try:
        return identity.post(UUID(str(raw))).title
    except (NotFound, ValueError):
        return {}


@dataclass(frozen=True)
class BrokenSignature:
    """One line whose signature does not hold."""

    case_id: UUID
    case_no: str
    seq: int
    action: str
    reason: str


@dataclass(frozen=True)
class SignatureVerdict:
    """Outcome of checking: how many signatures were looked at, which do not hold."""

    checked: int
    broken: tuple[BrokenSignature, ...]

    @property
    def ok(self) -> bool:
        return not self.broken


BATCH = 200


def verify_signatures(case_id: UUID | None = None) -> SignatureVerdict:
    """Check every signature of one case, or of all cases with a decision to sign. Reads only, in batches."""
    checked, broken = 0, []
    for batch in _batches(case_id):
        rows: dict[UUID, list[TransitionRow]] = {case.pk: [] for case in batch}
        for row in _history(batch):
            rows[row.case_id].append(row)
        for case in batch:
            found, wrong = _of_case(case, rows[case.pk])
            checked += found
            broken += wrong
    return SignatureVerdict(checked, tuple(broken))


def _history(batch: list[Case]) -> list[TransitionRow]:
    """Rows of the cases in order; where a sealed column does not open, the others are still looked at."""
    rows = TransitionRow.objects.filter(case__in=batch).order_by("case_id", "seq")
    try:
        return list(rows)
    except ValueError:
        return list(rows.defer("data", "comment"))


def _of_case(case: Case, rows: list[TransitionRow]) -> tuple[int, list[BrokenSignature]]:
    machine, before = machine_of(case.machine_id), None
    checked, broken = 0, []
    for row in rows:
        checked += bool(row.signing_key)
        reason = fault(case, machine, row, before, fresh=True)
        if reason:
            broken.append(BrokenSignature(case.pk, case.case_no or "", row.seq, row.action, reason))
        before = row
    return checked, broken


def _batches(case_id: UUID | None) -> Iterator[list[Case]]:
    rows = Case.objects.only("id", "case_no", "machine_id").order_by("id")
    if case_id is not None:
        yield list(rows.filter(pk=case_id))
        return
    marked: Q = Q(signing_key__isnull=False)
    for pk in MachineVersion.objects.filter(used_at__isnull=False).values_list("id", flat=True):
        actions = {t.action for t in machine_of(pk).transitions if t.signed}
        marked |= Q(case__machine=pk, action__in=actions)
    ids = TransitionRow.objects.filter(marked).values("case_id")
    for group in batched(rows.filter(pk__in=ids).iterator(chunk_size=BATCH), BATCH):
        yield list(group)


def batched(rows: Iterable[Case], size: int) -> Iterator[tuple[Case, ...]]:
    """Groups of at most ``size``."""
    source = iter(rows)
    while group := tuple(islice(source, size)):
        yield group
