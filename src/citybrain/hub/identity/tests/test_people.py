"""Persons, legal persons, delegation and acting for others: nobody reaches a stranger's record."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from citybrain.hub.identity import api as identity
from citybrain.hub.identity.actions.people import appoint_handler, dismiss_handler
from citybrain.hub.identity.models import Person
from citybrain.hub.identity.tests import factories as f
from citybrain.kernel import clock
from citybrain.kernel.errors import Invalid, NotAllowed, NotFound
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.usefixtures("town")


def delegate(principal, agent, **kw):
    values = {
        "agent_name": agent.name,
        "agent_number": "",
        "consent": "同意",
        "expires_at": clock.now() + timedelta(days=9),
    }
    person = Person.objects.get(pk=agent.person_id)
    return identity.grant_delegation(
        by=f.actor(principal), **{**values, "agent_number": person.id_number, **kw}
    )


def test_names_numbers_and_phones_are_not_in_the_table_in_clear():
    f.citizen(name="测试林某某")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(p::text, ' ') FROM identity_person p")
        stored = cursor.fetchone()[0]
    assert f.number(sequence=2) not in stored
    assert "13800000000" not in stored
    assert "测试林某某".encode().hex() not in stored


def test_one_number_is_one_person_and_a_lower_level_never_overwrites():
    account = f.citizen()
    again = identity.register_person(
        name="测试甲", id_number=f.number(sequence=2), level="basic", by=f.SYSTEM
    )
    assert again == account.person_id
    assert Person.objects.get(pk=again).level == "verified"
    with pytest.raises(Invalid) as caught:
        identity.register_person(name="别名", id_number=f.number(sequence=2), by=f.SYSTEM)
    assert caught.value.problems[0].code == "name_differs"
    assert identity.person_by_number(f.number(sequence=2)).name == "测试甲"
    assert identity.person_by_number(f.number(sequence=8)) is None


def test_an_unsound_number_is_refused_with_the_field():
    with pytest.raises(Invalid) as caught:
        identity.register_person(name="某", id_number="350902199001010011", by=f.SYSTEM)
    assert [(p.path, p.code) for p in caught.value.problems] == [("id_number", "check_character")]


def test_another_citizens_record_does_not_exist_for_me():
    mine, other = f.citizen("a"), f.citizen("b", "测试乙", 4)
    assert identity.person(f.actor(mine), mine.person_id).name == "测试甲"
    with pytest.raises(NotFound):
        identity.person(f.actor(mine), other.person_id)
    with pytest.raises(NotFound):
        identity.person(f.actor(mine), other.person_id, purpose="curious")
    with pytest.raises(NotFound):
        identity.legal_person(f.actor(mine), f.firm(other))


def test_officials_see_masked_records_until_they_name_a_purpose():
    other = f.citizen()
    clerk = f.actor(f.official("clerk", f.post("receiver", "350902-scjg")))
    masked = identity.person(clerk, other.person_id)
    assert masked.masked
    assert masked.name == "测**"
    assert "********" in masked.id_number
    assert not AuditEntry.objects.filter(action="identity.unmask").exists()
    full = identity.person(clerk, other.person_id, purpose="核对申请人")
    assert full.id_number == f.number(sequence=2)
    assert AuditEntry.objects.get(action="identity.unmask").purpose == "核对申请人"
    idle = f.actor(f.official("idle", f.post("leader", "350902-wjw")))
    with pytest.raises(NotFound):
        identity.person(idle, other.person_id)


def test_an_agent_acts_for_the_principal_only_within_the_delegation():
    principal, agent = f.citizen("p"), f.citizen("g", "测试乙", 4)
    row = delegate(principal, agent, matters=["elderly-allowance"])
    acting = f.actor(agent, f"delegation:{row}")
    assert acting.authority == f"delegation:{row}"
    assert acting.subject_id == principal.person_id
    assert identity.subject_of(acting).name == "测试甲"
    assert identity.may(acting, "identity.own", matter="elderly-allowance")
    assert not identity.may(acting, "identity.own", matter="housing-fund")
    assert identity.prefill(acting)["agent_name"].value == "测试乙"
    assert identity.prefill(acting)["name"].value == "测试甲"


def test_a_delegation_ends_by_time_and_by_revocation():
    principal, agent = f.citizen("p"), f.citizen("g", "测试乙", 4)
    row = delegate(principal, agent)
    with clock.travel(timedelta(days=10)):
        assert f.actor(agent, f"delegation:{row}").subject_id == agent.person_id
    stranger = f.citizen("s", "测试丙", 6)
    with pytest.raises(NotFound):
        identity.revoke_delegation(by=f.actor(stranger), delegation_id=row)
    identity.revoke_delegation(by=f.actor(principal), delegation_id=row)
    after = f.actor(agent, f"delegation:{row}")
    assert (after.authority, after.subject_id) == ("own", agent.person_id)


def test_delegation_needs_a_known_agent_an_end_and_consent():
    principal, agent = f.citizen("p"), f.citizen("g", "测试乙", 4)
    for wrong in (
        {"agent_name": "别人"},
        {"agent_number": f.number(sequence=6)},
        {"agent_number": f.number(sequence=2), "agent_name": "测试甲"},
        {"expires_at": clock.now() + timedelta(days=400)},
        {"expires_at": clock.now() - timedelta(days=1)},
        {"consent": " "},
    ):
        with pytest.raises(Invalid):
            delegate(principal, agent, **wrong)


def test_an_agent_cannot_pass_the_delegation_on():
    principal, agent, third = f.citizen("p"), f.citizen("g", "测试乙", 4), f.citizen("t", "测试丙", 6)
    row = delegate(principal, agent)
    with pytest.raises(NotAllowed):
        identity.grant_delegation(
            by=f.actor(agent, f"delegation:{row}"), agent_name=third.name, agent_number=f.number(sequence=6),
            consent="同意", expires_at=clock.now() + timedelta(days=2),
        )  # fmt: skip


def test_a_legal_representative_acts_for_the_firm_and_may_appoint_a_handler():
    chief, handler = f.citizen("chief"), f.citizen("handler", "测试乙", 4)
    firm = f.firm(chief)
    acting = f.actor(chief, f"legal_person:{firm}")
    subject = identity.subject_of(acting)
    assert (subject.kind, subject.name) == ("legal_person", "测试示例有限公司")
    assert identity.prefill(acting)["legal_representative"].value == "测试甲"
    assert f.actor(handler, f"legal_person:{firm}").authority == "own"
    appoint_handler(
        legal_person=firm, agent_name="测试乙", agent_number=f.number(sequence=4), by=f.actor(chief)
    )
    assert f.actor(handler, f"legal_person:{firm}").subject_id == firm
    with pytest.raises(NotFound):
        appoint_handler(
            legal_person=firm, agent_name="测试甲", agent_number=f.number(sequence=2), by=f.actor(handler)
        )
    dismiss_handler(legal_person=firm, person=handler.person_id, by=f.actor(chief))
    assert f.actor(handler, f"legal_person:{firm}").authority == "own"


@given(st.text(max_size=60))
def test_no_capacity_text_gives_a_strangers_rights(text):
    from citybrain.hub.identity.queries.actor import _subject_of_choice

    kind, _, raw = text.partition(":")
    if kind in {"legal_person", "delegation"}:
        return
    for kind in ("legal_person", "delegation"):
        assert _subject_of_choice(kind, raw, None) is None


def test_names_for_pickers_are_those_of_officials_only():
    clerk, citizen = f.official("picked-clerk"), f.citizen("picked-citizen")
    assert identity.account_names([clerk.pk, citizen.pk]) == {clerk.pk: "picked-clerk"}
