"""What people can rely on: a decision is signed by who took it, and every later change shows."""

import copy
import re

import pytest
from django.db import connection

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.actions.signing import verify_signatures
from citybrain.hub.cases.commands import check_signatures
from citybrain.hub.cases.domain import bpmn
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.models import Transition
from citybrain.hub.cases.tests import factories as make
from citybrain.hub.cases.tests.test_pages import ask
from citybrain.hub.cases.views import case
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


def decided(staff):
    record = make.accepted(staff)
    cases.act(record.id, "approve", by=staff.decider, data=make.REASONS, comment="同意")
    return record.id


def tamper(sql, *params):
    """What somebody with the database could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing may wait for a table that is altered
        for table in ("cases_transition", "identity_signingkey"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(sql, params)
        for table in ("cases_transition", "identity_signingkey"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def broken(case_id):
    return [b.reason for b in verify_signatures(case_id).broken]


def line(case_id, actor, action="approve"):
    return next(t for t in cases.timeline(actor, case_id) if t.action == action)


def test_a_decision_is_signed_by_the_officer_who_took_it_and_nothing_else_is(staff):
    case_id = decided(staff)
    signature = line(case_id, staff.decider).signature
    assert signature.who == staff.decider.name
    assert signature.organisation == make.ORG
    assert signature.fault == ""
    assert signature.key_id == identity.signing_key(staff.decider).key_id
    assert [t.action for t in cases.timeline(staff.decider, case_id) if t.signature] == ["approve"]
    assert verify_signatures(case_id).checked == 1
    assert broken(case_id) == []


def test_the_audit_log_keeps_key_and_digest(staff):
    case_id = decided(staff)
    entry = AuditEntry.objects.get(action="cases.approve", obj=f"case:{case_id}")
    assert entry.after["digest"] == line(case_id, staff.decider).signature.digest


def test_the_applicant_sees_that_it_is_signed_but_not_the_name(staff):
    case_id = decided(staff)
    shown = line(case_id, staff.citizen)
    assert shown.signature.fault == ""
    assert shown.signature.who == ""


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("action", "reject", "changed"),
        ("at", "2026-01-01T00:00:00Z", "changed"),
        ("organisation", "350981-scjg", "changed"),
        ("signature", None, "missing"),
        ("signing_key", "officer-nobody", "unknown_key"),
    ],
)
def test_a_changed_column_is_found(staff, column, value, reason):
    case_id = decided(staff)
    tamper(f"UPDATE cases_transition SET {column} = %s WHERE signature IS NOT NULL", value)
    assert reason in broken(case_id)


def test_changed_reasons_and_an_exchanged_name_are_found(staff):
    case_id = decided(staff)
    row = Transition.objects.get(case=case_id, action="approve")
    row.data = {**row.data, "reason": "另一个理由"}
    field = Transition._meta.get_field("data")
    sealed = field.get_db_prep_value(row.data, connection)
    tamper("UPDATE cases_transition SET data = %s WHERE id = %s", sealed, row.pk)
    assert broken(case_id) == ["changed"]
    assert line(case_id, staff.decider).signature.fault == "changed"


def test_bytes_that_do_not_decrypt_are_named_and_the_others_are_still_checked(staff):
    case_id, other = decided(staff), decided(make.Staff())
    tamper(
        "UPDATE cases_transition SET comment = %s WHERE case_id = %s AND action = 'approve'",
        b"x" * 40,
        case_id,
    )
    verdict = verify_signatures()
    assert [(b.case_id, b.reason) for b in verdict.broken] == [(case_id, "unreadable")]
    assert verdict.checked == 2
    assert other != case_id


def test_a_line_taken_out_before_the_decision_is_found(staff):
    case_id = decided(staff)
    tamper("DELETE FROM cases_transition WHERE case_id = %s AND action = 'accept'", case_id)
    assert broken(case_id) == ["changed"]


def test_another_officers_key_and_a_forged_key_are_found(staff):
    case_id = decided(staff)
    other = identity.signing_key(make.official("decider")).key_id
    mine = identity.signing_key(staff.decider).key_id
    tamper("UPDATE cases_transition SET signing_key = %s WHERE signing_key = %s", other, mine)
    assert broken(case_id) == ["other_holder"]
    tamper("UPDATE cases_transition SET signing_key = %s WHERE signing_key = %s", mine, other)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE identity_signingkey SET holder = '别人' WHERE key_id = %s", [mine])
    assert broken(case_id) == ["key_forged"]


def test_what_was_signed_under_a_former_key_still_holds_after_a_rotation(staff):
    case_id = decided(staff)
    before = identity.signing_key(staff.decider)
    after = identity.rotate_signing_key(staff.decider)
    assert after.key_id != before.key_id
    assert after.public != before.public
    assert broken(case_id) == []


def test_an_expired_key_is_replaced_at_the_next_signature(staff):
    before = identity.signing_key(staff.decider)
    with clock.freeze(before.valid_to):
        assert identity.signing_key(staff.decider).key_id != before.key_id


def test_citizens_and_the_system_have_no_signature(staff):
    from citybrain.kernel.actor import Actor
    from citybrain.kernel.errors import NotAllowed

    for actor in (staff.citizen, Actor.system("x")):
        with pytest.raises(NotAllowed):
            identity.sign(actor, bytes(32))


def test_a_machine_cannot_ask_the_applicant_or_the_system_to_sign():
    raw = copy.deepcopy(make.machine_file("permit"))
    next(t for t in raw["transitions"] if t["action"] == "submit")["signed"] = True
    with pytest.raises(ValueError, match="signed is for officials"):
        Machine.model_validate(raw)


def test_the_diagram_keeps_which_steps_are_signed(base):
    machine = cases.machine("permit")
    again = Machine.model_validate(bpmn.read(bpmn.export(machine)).document)
    assert again == machine
    assert {t.action for t in again.transitions if t.signed} >= {"approve", "reject", "suspend", "extend"}


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_case_page_says_who_signed_and_when_it_does_not_hold(staff, lang):
    case_id = decided(staff)
    page = ask(case.detail, staff.decider, case_id, lang=lang).content.decode()
    assert ("电子签名有效" if lang == "zh-hans" else "Signature verified") in page
    assert re.search(r"officer-[0-9a-f]{16}", page)
    assert staff.decider.name in page
    tamper("UPDATE cases_transition SET organisation = 'x' WHERE signature IS NOT NULL")
    page = ask(case.detail, staff.decider, case_id, lang=lang).content.decode()
    assert ("电子签名无效" if lang == "zh-hans" else "Signature does not hold") in page


def test_the_command_counts_signatures_and_names_what_does_not_hold(staff, capsys):
    case_id = decided(staff)
    assert check_signatures() == 0
    assert "1 checked" in capsys.readouterr().out
    tamper("UPDATE cases_transition SET role = 'x' WHERE case_id = %s AND action = 'approve'", case_id)
    assert check_signatures() == 1
    assert "(approve): the record was changed after it was signed" in capsys.readouterr().out


def test_the_form_says_that_confirming_signs(staff):
    record = make.accepted(staff)
    signs = "用您本人的密钥"
    assert signs in ask(case.detail, staff.decider, record.id).content.decode()
    reviewer = {a.action: a.signed for a in cases.actions_for(staff.reviewer, record.id)}
    assert reviewer["suspend"]
    assert not reviewer["review"]
