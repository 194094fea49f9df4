"""Case numbers: unique under concurrency, no reuse, gaps allowed.

A scope (everything of the number but its serial) has eight stripes; a writer takes the lowest stripe nobody holds
(SKIP LOCKED), so writers of the same matter on the same day do not queue behind one row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection

from citybrain.hub.cases.domain import numbers
from citybrain.hub.cases.models import NumberingProfile
from citybrain.kernel import clock
from citybrain.kernel.ids import new_id
from citybrain.kernel.remember import remembered

if TYPE_CHECKING:
    from citybrain.hub.cases.actions.run import Run

STRIPES = 8
FALLBACK = NumberingProfile(key="case", pattern="{division6}BJ{yyyymmdd}{serial}", serial=4)

_TAKE = """
UPDATE cases_numbersequence SET value = value + %s
WHERE id = (SELECT id FROM cases_numbersequence WHERE scope = %s ORDER BY value FOR UPDATE SKIP LOCKED LIMIT 1)
RETURNING value - %s
"""
_WAIT = _TAKE.replace(" SKIP LOCKED", "")
_MAKE = """
INSERT INTO cases_numbersequence (id, scope, stripe, value) VALUES (%s, %s, %s, %s)
ON CONFLICT (scope, stripe) DO NOTHING
"""


def give_number(run: Run) -> str:
    """Give the case its number by the machine's numbering profile."""
    case = run.case
    profile = _profile(run.machine.numbering)
    code = str(case.context.get("implementation_code") or "")
    pattern = (
        profile.pattern
        if code or "{code}" not in profile.pattern
        else profile.without_code or FALLBACK.pattern
    )
    slots = numbers.values(
        code=code, division=case.division, organisation=case.organisation, on=clock.local(run.at).date(),
        kind=str(case.context.get("kind") or ""),
    )  # fmt: skip
    scope = numbers.scope(pattern, slots)
    number = numbers.number(scope, next_serial(scope), profile.serial)
    run.put(case_no=number)
    return number


@remembered(5)
def _profile(key: str) -> NumberingProfile:
    return NumberingProfile.objects.filter(key=key, hidden_at=None).first() or FALLBACK


def next_serial(scope: str) -> int:
    """A serial nobody else gets. Waits only when all stripes are held at this moment."""
    with connection.cursor() as cursor:
        for sql in (_TAKE, None, _TAKE, _WAIT):
            if sql is None:
                cursor.executemany(_MAKE, [(new_id(), scope, n, n + 1) for n in range(STRIPES)])
                continue
            cursor.execute(sql, [STRIPES, scope, STRIPES])
            if row := cursor.fetchone():
                return int(row[0])
    raise RuntimeError(f"no serial for {scope}")
