"""Who reaches a certificate: its holder, an official in scope, the public with number and code. Nobody else."""

from datetime import timedelta
from uuid import uuid4

import pytest

from citybrain.hub.certificates import api as certificates
from citybrain.hub.certificates.models import Certificate, CertificateUse
from citybrain.hub.certificates.tests.factories import BY, ORGANISATION, citizen, company, person
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed, NotFound, TooMany

pytestmark = pytest.mark.django_db
DATA = {"premises": "蕉城区八一五中路1号", "phone": "13800001234"}


@pytest.fixture
def mine(food):
    """A holder, the holder's actor and the certificate."""
    holder = person()
    made = certificates.issue(
        type_key="food-licence", holder=holder, issuer_org=ORGANISATION, data=DATA, by=BY
    )
    return holder, citizen(holder), made


def code_of(made) -> str:
    return Certificate.objects.get(pk=made.id).verify_code


def test_the_holder_reaches_it_and_a_stranger_does_not(mine):
    _holder, actor, made = mine
    stranger = citizen(person("陈大明"))
    assert certificates.certificate_for(actor, made.id).number == made.number
    for act in (certificates.certificate_for, certificates.pdf_for, certificates.make_show_code):
        with pytest.raises(NotFound):
            act(stranger, made.id)
    with pytest.raises(NotFound):
        certificates.present(stranger, made.id, purpose="x")
    assert certificates.wallet(stranger) == []


@pytest.mark.parametrize(
    "guess", ["", "../../etc/passwd", "1", "0" * 64, "01999999-0000-7000-8000-000000000000", "%00", "None"]
)
def test_guessed_ids_find_nothing(mine, guess):
    with pytest.raises(NotFound):
        certificates.certificate_for(citizen(person()), guess)


def test_acting_for_a_firm_does_not_mix_the_two_wallets(food):
    owner, firm = person("陈大明"), company()
    certificates.issue(type_key="food-licence", holder=firm, issuer_org=ORGANISATION, data=DATA, by=BY)
    as_firm = Actor(
        kind="citizen", person_id=owner.id, subject_id=firm.id, authority=f"legal_person:{firm.id}"
    )
    assert len(certificates.wallet(as_firm)) == 1
    assert certificates.wallet(citizen(owner)) == []


def test_an_official_reaches_only_the_issuers_in_scope(mine, monkeypatch):
    from citybrain.hub.identity.data import ALL, Scope, ScopePart

    _holder, _actor, made = mine
    official = Actor(kind="official", permissions=frozenset({"certificates.view"}))
    inside = Scope((ScopePart(frozenset({ORGANISATION}), ALL),))
    outside = Scope((ScopePart(frozenset({"350921-scjg"}), ALL),))
    monkeypatch.setattr(identity, "scope", lambda actor, permission: inside)
    assert certificates.certificate_for(official, made.id)
    monkeypatch.setattr(identity, "scope", lambda actor, permission: outside)
    with pytest.raises(NotFound):
        certificates.certificate_for(official, made.id)
    monkeypatch.setattr(identity, "scope", lambda actor, permission: Scope())
    with pytest.raises(NotFound):
        certificates.certificate_for(official, made.id)


def test_number_and_code_verify_and_show_only_what_is_needed(mine):
    holder, _actor, made = mine
    seen = certificates.verify(
        made.number, code_of(made).lower()[:4] + "-" + code_of(made)[4:], by=Actor.anonymous()
    )
    assert (seen.state, seen.number) == ("valid", made.number)
    assert [text for _label, text in seen.facts] == [DATA["premises"]]
    shown = repr(seen)
    for secret in (holder.name, holder.id_number, "13800001234", str(made.id)):
        assert secret not in shown
    assert CertificateUse.objects.filter(kind="verify").count() == 1


def test_the_identifier_verifies_as_well_and_wrong_codes_do_not(mine):
    _holder, _actor, made = mine
    assert certificates.verify(made.identifier, code_of(made)).number == made.number
    for number, code in [(made.number, "AAAAAAAA"), (made.number, ""), ("nothing", code_of(made)), ("", "")]:
        with pytest.raises(NotFound) as refused:
            certificates.verify(number, code)
        assert refused.value.code == "not_verified"


def test_guessing_codes_is_slowed_down(mine):
    _holder, _actor, made = mine
    answers = []
    for _n in range(40):
        with pytest.raises((NotFound, TooMany)) as refused:
            certificates.verify(made.number, "WRONGONE", by=Actor.anonymous(ip="203.0.113.9"))
        answers.append(refused.type)
    assert answers[0] is NotFound
    assert answers[-1] is TooMany


def test_a_replaced_version_still_verifies_as_replaced(mine):
    _holder, _actor, made = mine
    old_code = code_of(made)
    newer = certificates.change(made.id, by=BY, data={"premises": "新址"})
    assert certificates.verify(made.number, old_code).superseded
    assert certificates.verify(made.number, code_of(newer)).state == "valid"


def test_presenting_draws_the_data_and_leaves_a_trace(mine):
    holder, actor, made = mine
    case = uuid4()
    assert [c.id for c in certificates.usable(holder, "food-licence")] == [made.id]
    drawn = certificates.present(
        actor, made.id, purpose="变更申请", case_id=case, matter="food-licence-change"
    )
    assert drawn.data["premises"] == DATA["premises"]
    assert holder.name not in str(drawn.as_dict())
    use = CertificateUse.objects.get(pk=drawn.use_id)
    assert (use.purpose, use.case_id, use.matter) == ("变更申请", case, "food-licence-change")


def test_only_a_valid_certificate_is_usable(mine):
    holder, actor, made = mine
    certificates.suspend(made.id, by=BY, reason="检查")
    assert certificates.usable(holder, "food-licence") == []
    with pytest.raises(certificates.NotUsable):
        certificates.present(actor, made.id, purpose="x")
    with pytest.raises(certificates.NotUsable):
        certificates.make_show_code(actor, made.id)


def test_an_official_cannot_present_for_a_holder(mine):
    _holder, _actor, made = mine
    with pytest.raises(NotAllowed):
        certificates.present(Actor(kind="official"), made.id, purpose="x")


def test_a_show_code_works_once_and_dies_soon(mine):
    _holder, actor, made = mine
    code, until = certificates.make_show_code(actor, made.id)
    assert until - clock.now() <= timedelta(minutes=3)
    assert certificates.redeem_show_code(code, by=Actor.anonymous()).number == made.number
    with pytest.raises(NotFound):
        certificates.redeem_show_code(code, by=Actor.anonymous())
    code, until = certificates.make_show_code(actor, made.id)
    with clock.travel(timedelta(minutes=4)), pytest.raises(NotFound):
        certificates.redeem_show_code(code, by=Actor.anonymous())


def test_a_new_show_code_kills_the_older(mine):
    _holder, actor, made = mine
    first, _until = certificates.make_show_code(actor, made.id)
    certificates.make_show_code(actor, made.id)
    with pytest.raises(NotFound):
        certificates.redeem_show_code(first, by=Actor.anonymous())
