"""What an act, a list and a page may cost in queries. A slow engine shows here before it shows in a city."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.tests.factories import REASONS, accepted, open_permit, received
from citybrain.hub.identity import api as identity

pytestmark = pytest.mark.django_db


def queries(work):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        work()
    return [q["sql"] for q in seen if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]


def test_acts_stay_within_their_queries(staff):
    received(staff)  # calendar and machine are read once per process
    record = open_permit(staff.citizen)
    spent = {}
    for action, by in (("submit", staff.citizen), ("receive", staff.receiver), ("accept", staff.reviewer)):
        spent[action] = queries(lambda a=action, b=by: cases.act(record.id, a, by=b))
    identity.signing_key(staff.decider)  # made once in two years
    spent["approve"] = queries(lambda: cases.act(record.id, "approve", by=staff.decider, data=REASONS))
    counted = {action: len(sql) for action, sql in spent.items()}
    # lock, what the act asks of the case, the rows, the audit entries, the events
    assert max(counted[a] for a in ("receive", "accept")) <= 5, spent
    assert counted["approve"] <= 6, spent["approve"]  # and the officer's signing key
    assert counted["submit"] <= 8, spent["submit"]  # and a number: its profile, a serial of its scope


def test_a_case_with_all_its_parts_is_one_query_and_an_audit_entry(staff):
    record = received(staff)
    cases.case_for(staff.reviewer, record.id)
    spent = queries(lambda: cases.case_for(staff.reviewer, record.id))
    assert len(spent) == 2, spent
    assert len(queries(lambda: cases.actions_for(staff.reviewer, record.id))) == 1
    assert len(queries(lambda: cases.timeline(staff.citizen, record.id))) == 1


def test_a_worklist_costs_the_same_for_one_case_or_many(staff):
    received(staff)
    one = len(queries(lambda: cases.worklist(staff.reviewer)))
    for _turn in range(6):
        received(staff)
    many = queries(lambda: cases.worklist(staff.reviewer, cases.Filters(q="食品")))
    assert len(many) == one <= 2, many


def test_opening_a_case_is_cheap(staff):
    accepted(staff)
    assert len(queries(lambda: open_permit(staff.citizen))) <= 8
