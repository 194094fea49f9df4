"""Progress by case number and query code, for whoever holds the slip: without signing in, without any personal data.

The code is derived from the case (keyed hash), so nothing is stored and it cannot be computed from outside. Guesses
are limited per address and per case number. A wrong number and a wrong code get the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from citybrain.hub.cases.models import Case
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.queries.records import light_cases, record
from citybrain.kernel import ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.crypto import blind_index
from citybrain.kernel.errors import NotFound

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0 O 1 I
LENGTH = 8
PER_ADDRESS, PER_CASE = (30, 600.0), (20, 600.0)


@dataclass(frozen=True)
class Progress:
    """How far a case is: matter, state, step and dates; nobody's name, no answers, no files."""

    case_no: str
    matter_name: dict[str, str]
    state_name: dict[str, str]
    state_public: dict[str, str]
    step: str
    steps: tuple[tuple[str, dict[str, str]], ...]
    over: bool
    organisation: str
    submitted_at: datetime | None
    due_at: datetime | None
    closed_at: datetime | None


def query_code(case_id: UUID) -> str:
    """The code on the slip, in two groups of four."""
    digest = bytes.fromhex(blind_index(f"cases.progress:{case_id}"))
    code = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:LENGTH])
    return f"{code[:4]}-{code[4:]}"


def progress(case_no: str, code: str, *, by: Actor) -> Progress:
    """The progress of a submitted case. NotFound unless number and code fit, TooMany after many guesses."""
    number = "".join(case_no.split()).upper()[:50]
    given = "".join(c for c in code.upper() if c.isascii() and c.isalnum())[:LENGTH]
    ratelimit.allow(f"cases.progress:{by.ip}", *PER_ADDRESS)
    ratelimit.allow(f"cases.progress:{number}", *PER_CASE)
    case = light_cases().filter(case_no=number, submitted_at__isnull=False).first() if number else None
    right = query_code(case.pk if case else UUID(int=0)).replace("-", "")
    if not compare_digest(right.encode(), given.encode()) or case is None:
        raise NotFound(
            _("No case has this number and this code."), code="no_progress",
            todo=_("Both stand on the slip you were given. Letters may be small or large."),
        )  # fmt: skip
    return _progress_of(case)


def _progress_of(case: Case) -> Progress:
    machine: Any = machine_of(case.machine_id)
    state, row = machine.states[case.state], record(case, machine)
    return Progress(
        case_no=row.case_no, matter_name=row.matter_name, state_name=state.name.as_dict(),
        state_public=(state.public or state.name).as_dict(), step=state.step,
        steps=tuple((step.key, step.name.as_dict()) for step in machine.steps),
        over=row.finished or row.closed_at is not None, organisation=row.organisation,
        submitted_at=row.submitted_at, due_at=row.due_at, closed_at=row.closed_at,
    )  # fmt: skip
