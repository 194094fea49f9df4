"""The audit log cannot be changed unnoticed (check A42)."""

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.kernel import audit, sealing
from citybrain.kernel.actor import Actor
from citybrain.kernel.models import AuditEntry
from citybrain.kernel.tests.factories import citizen, clerk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(key_store, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return key_store


def write(count=5):
    for n in range(count):
        audit.record(
            "cases.accept", by=clerk(), obj=f"case:{n}", before={"state": "received"}, after={"n": n}
        )


def behind_the_trigger(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_auditentry DISABLE TRIGGER USER")
        cursor.execute(sql, params)
        cursor.execute("ALTER TABLE kernel_auditentry ENABLE TRIGGER USER")


def test_rows_written_and_sealed_are_intact():
    write()
    assert audit.verify().as_dict() == audit.verify().as_dict() | {"ok": True, "sealed": 0, "unsealed": 5}
    assert audit.seal() == 5
    assert audit.seal() == 0
    write(2)
    verdict = audit.verify()
    assert (verdict.ok, verdict.sealed, verdict.unsealed) == (True, 5, 2)


@pytest.mark.parametrize("sql", [
    "UPDATE kernel_auditentry SET purpose = 'x'",
    "UPDATE kernel_auditentry SET number = 99, purpose = 'x' WHERE number IS NULL",
    "UPDATE kernel_auditentry SET number = 7",
    "DELETE FROM kernel_auditentry",
    "TRUNCATE kernel_auditentry",
])  # fmt: skip
def test_the_database_refuses_to_change_or_delete_rows(sql):
    write(1)
    audit.seal()
    write(1)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_auditentry ENABLE TRIGGER USER")  # all, as in production
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(sql)


@pytest.mark.parametrize("sql", [
    "UPDATE kernel_auditentry SET purpose = 'other' WHERE number = 3",
    "UPDATE kernel_auditentry SET actor = '{}' WHERE number = 3",
    "UPDATE kernel_auditentry SET at = at + interval '1 microsecond' WHERE number = 3",
    "UPDATE kernel_auditentry SET account_id = NULL WHERE number = 3",
    "UPDATE kernel_auditentry SET after = NULL WHERE number = 3",
    "UPDATE kernel_auditentry SET mac = '\\x00' WHERE number = 3",
])  # fmt: skip
def test_an_edited_row_is_found_and_named(sql):
    write()
    audit.seal()
    behind_the_trigger(sql)
    verdict = audit.verify()
    assert (verdict.ok, verdict.broken, verdict.reason) == (False, 3, "edited")
    assert verdict.entry_id == str(AuditEntry.objects.get(number=3).id)


def test_an_edited_row_is_found_even_before_it_is_sealed():
    write(3)
    behind_the_trigger("UPDATE kernel_auditentry SET obj = 'case:x' WHERE obj = 'case:1'")
    assert audit.verify().reason == "edited"


def test_a_deleted_row_is_found_and_named():
    write()
    audit.seal()
    behind_the_trigger("DELETE FROM kernel_auditentry WHERE number = 4")
    verdict = audit.verify()
    assert (verdict.ok, verdict.broken, verdict.reason) == (False, 4, "missing")


def test_closing_the_gap_of_a_deleted_row_does_not_help():
    write()
    audit.seal()
    behind_the_trigger("DELETE FROM kernel_auditentry WHERE number = 4")
    behind_the_trigger("UPDATE kernel_auditentry SET number = 4 WHERE number = 5")
    verdict = audit.verify()
    assert (verdict.broken, verdict.reason) == (4, "out_of_order")


def test_exchanged_rows_are_found():
    write()
    audit.seal()
    behind_the_trigger("UPDATE kernel_auditentry SET number = 100 WHERE number = 2")
    behind_the_trigger("UPDATE kernel_auditentry SET number = 2 WHERE number = 3")
    behind_the_trigger("UPDATE kernel_auditentry SET number = 3 WHERE number = 100")
    verdict = audit.verify()
    assert (verdict.broken, verdict.reason) == (2, "out_of_order")


def test_cutting_off_the_tail_is_found_by_the_anchor(django_capture_on_commit_callbacks):
    write()
    with django_capture_on_commit_callbacks(execute=True):
        audit.seal()
    behind_the_trigger("DELETE FROM kernel_auditentry WHERE number > 3")
    verdict = audit.verify()
    assert (verdict.ok, verdict.broken, verdict.reason) == (False, 4, "cut_off")


def test_sealing_anew_after_a_deletion_is_found_by_the_anchor(django_capture_on_commit_callbacks):
    write()
    with django_capture_on_commit_callbacks(execute=True):
        audit.seal()
    behind_the_trigger("DELETE FROM kernel_auditentry WHERE number = 2")
    behind_the_trigger("UPDATE kernel_auditentry SET number = NULL, seal = NULL")
    write(3)
    audit.seal()  # without writing the anchor: the transaction does not commit
    assert audit.verify().reason == "rewritten"


def test_a_forged_row_without_the_key_is_found(tmp_path):
    write(2)
    behind_the_trigger(
        "INSERT INTO kernel_auditentry (id, at, action, obj, organisation, actor, purpose, key_id, mac, seal_key_id)"
        " VALUES (gen_random_uuid(), now(), 'cases.approve', '', '', '{}', '', 'audit-1', '\\x11', '')"
    )
    audit.seal()
    assert audit.verify().broken == 3


def test_old_rows_stay_verifiable_after_a_key_rotation(place):
    write(3)
    audit.seal()
    assert place.rotate("audit") == "audit-2"
    write(3)
    audit.seal()
    assert audit.verify().ok
    assert set(AuditEntry.objects.values_list("key_id", flat=True)) == {"audit-1", "audit-2"}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    ),
    st.text(max_size=50),
)
def test_whatever_is_recorded_verifies(value, purpose):
    audit.record("kernel.try", by=citizen(), obj="x:" + purpose[:5], after={"value": value}, purpose=purpose)
    audit.seal()
    assert sealing.verify(anchor=False).ok


def test_a_large_log_seals_in_batches():
    write(7)
    assert [audit.seal(3), audit.seal(3), audit.seal(3)] == [3, 3, 1]
    assert audit.verify(since=3).ok


TAMPERINGS = {
    "edit": "UPDATE kernel_auditentry SET {column} = {value} WHERE number = {a}",
    "delete": "DELETE FROM kernel_auditentry WHERE number = {a}",
    "swap": "UPDATE kernel_auditentry SET number = CASE number WHEN {a} THEN -1 ELSE -2 END WHERE number IN ({a}, {b});"
    "UPDATE kernel_auditentry SET number = CASE number WHEN -1 THEN {b} ELSE {a} END WHERE number < 0",
    "swap_content": "UPDATE kernel_auditentry x SET mac = y.mac, obj = y.obj, id = gen_random_uuid() "
    "FROM kernel_auditentry y WHERE x.number = {a} AND y.number = {b}",
}
COLUMNS = {"obj": "'case:x'", "at": "now()", "action": "'x.y'", "organisation": "'o'", "purpose": "'p'", "before": "'{}'",
           "seal": "'\\x01'", "key_id": "'audit-9'", "seal_key_id": "'audit-9'"}  # fmt: skip


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.sampled_from(sorted(TAMPERINGS)),
    st.sampled_from(sorted(COLUMNS)),
    st.integers(1, 6),
    st.integers(1, 5),
)
def test_no_tampering_with_sealed_rows_goes_unnoticed(how, column, a, step):
    b = (a + step - 1) % 6 + 1
    with transaction.atomic():
        write(6)
        audit.seal()
        assert sealing.verify(anchor=False).ok
        behind_the_trigger(TAMPERINGS[how].format(column=column, value=COLUMNS[column], a=a, b=b))
        verdict = sealing.verify(anchor=False)
        if not (how == "delete" and a == 6):  # the last row is the anchor's business
            assert not verdict.ok
            assert verdict.broken in (a, b, min(a, b))
        transaction.set_rollback(True)


def test_many_rows_written_at_once_are_like_rows_written_one_by_one(django_assert_num_queries):
    entries = [
        audit.Entry("cases.accept", by=clerk(), obj="case:1", before={"state": "收件"}, after={"n": 1}),
        audit.Entry("cases.note", by=citizen(), obj="case:2", purpose="林小梅"),
        audit.Entry("cases.sweep", by=Actor.system("sweeper"), organisation="350900-fgw"),
    ]
    with django_assert_num_queries(1):
        ids = audit.record_many(entries)
    rows = list(AuditEntry.objects.order_by("seq"))
    assert [row.id for row in rows] == ids
    assert [row.action for row in rows] == ["cases.accept", "cases.note", "cases.sweep"]
    assert (rows[0].before, rows[1].before, rows[2].organisation) == ({"state": "收件"}, None, "350900-fgw")
    assert audit.seal() == 3
    assert audit.verify().ok


def test_nothing_to_record_asks_the_database_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert audit.record_many([]) == []
