"""The pages: who sees what, and what is never on them."""

import re
from uuid import uuid4

import pytest

from citybrain.hub.certificates import api as certificates
from citybrain.hub.certificates.models import Certificate
from citybrain.hub.certificates.tests.factories import BY, ORGANISATION, citizen, person
from citybrain.hub.identity import api as identity
from citybrain.hub.identity.data import ALL, Scope, ScopePart
from citybrain.kernel.actor import Actor

pytestmark = pytest.mark.django_db
DATA = {"premises": "蕉城区八一五中路1号", "phone": "13800001234"}


@pytest.fixture
def as_actor(monkeypatch):
    """Answer the next requests as this actor."""
    from citybrain.hub.certificates.views import holder, officials, public
    from citybrain.kernel import guard

    def become(actor):
        for module in (guard, holder, officials, public):
            monkeypatch.setattr(module, "actor_of", lambda request: actor)

    become(Actor.anonymous(ip="198.51.100.7"))
    return become


@pytest.fixture
def mine(food):
    holder = person()
    made = certificates.issue(
        type_key="food-licence", holder=holder, issuer_org=ORGANISATION, data=DATA, by=BY
    )
    return holder, made


def test_the_wallet_needs_a_sign_in(client, as_actor):
    assert client.get("/certificates/").status_code == 302


def test_the_holder_sees_wallet_certificate_and_file(client, as_actor, mine):
    holder, made = mine
    as_actor(citizen(holder))
    assert made.number in client.get("/certificates/").content.decode()
    page = client.get(f"/certificates/{made.id}/").content.decode()
    assert DATA["premises"] in page
    assert holder.id_number not in page
    file = client.get(f"/certificates/{made.id}/file/")
    assert file["Content-Type"] == "application/pdf"
    assert "attachment" in file["Content-Disposition"]
    assert "no-store" in file["Cache-Control"] or "no-cache" in file["Cache-Control"]


@pytest.mark.parametrize("tail", ["", "file/"])
def test_another_citizen_gets_not_found(client, as_actor, mine, tail):
    as_actor(citizen(person("陈大明")))
    answer = client.get(f"/certificates/{mine[1].id}/{tail}")
    assert answer.status_code == 404
    assert mine[1].number not in answer.content.decode()


def test_another_citizen_cannot_show_or_end_it(client, as_actor, mine):
    as_actor(citizen(person("陈大明")))
    assert client.post(f"/certificates/{mine[1].id}/show/").status_code == 404
    assert client.post(f"/certificates/{mine[1].id}/revoke/", {"reason": "x"}).status_code == 403


def test_verification_by_square_code_shows_only_what_is_needed(client, as_actor, mine):
    holder, made = mine
    row = Certificate.objects.get(pk=made.id)
    page = client.get("/certificates/verify/", {"n": made.identifier, "c": row.verify_code}).content.decode()
    assert made.number in page
    for secret in (holder.name, holder.id_number, DATA["phone"], str(made.id)):
        assert secret not in page


def test_a_wrong_code_says_so_without_saying_which_was_wrong(client, as_actor, mine):
    answer = client.post("/certificates/verify/", {"n": mine[1].number, "c": "AAAAAAAA"})
    assert answer.status_code == 404
    unknown = client.post("/certificates/verify/", {"n": "JY0", "c": "AAAAAAAA"})
    strip = lambda page: re.sub(r'value="[^"]*"|nonce="[^"]*"', "", page.content.decode())  # noqa: E731
    assert strip(answer) == strip(unknown)


def test_an_empty_form_names_its_fields(client, as_actor):
    answer = client.post("/certificates/verify/", {"n": " ", "c": "x"})
    assert answer.status_code == 422


@pytest.mark.parametrize("nasty", ["\0", "x" * 5000, "<script>alert(1)</script>", "' or 1=1 --", "１２３４"])
def test_odd_input_never_breaks_the_page(client, as_actor, nasty):
    answer = client.post("/certificates/verify/", {"n": nasty, "c": nasty})
    assert answer.status_code in (400, 404, 422)
    assert "<script>alert" not in answer.content.decode()


def test_a_show_code_is_spent_by_opening_not_by_looking(client, as_actor, mine):
    holder, made = mine
    as_actor(citizen(holder))
    page = client.post(f"/certificates/{made.id}/show/").content.decode()
    code = re.search(r"/certificates/shown/([\w-]+)/", page).group(1)
    as_actor(Actor.anonymous())
    assert client.get(f"/certificates/shown/{code}/").status_code == 200
    assert made.number in client.post(f"/certificates/shown/{code}/open/").content.decode()
    assert client.post(f"/certificates/shown/{code}/open/").status_code == 404


def test_officials_list_is_masked_and_scoped(client, as_actor, mine, monkeypatch):
    holder, made = mine
    official = Actor(
        kind="official", account_id=uuid4(), post_id=uuid4(), permissions=frozenset({"certificates.view"})
    )
    as_actor(official)
    inside, outside = (Scope((ScopePart(frozenset({code}), ALL),)) for code in (ORGANISATION, "350921-scjg"))
    monkeypatch.setattr(identity, "scope", lambda actor, permission: inside)
    page = client.get("/certificates/issued/").content.decode()
    assert made.number in page
    assert holder.name not in page
    assert made.number in client.get("/certificates/issued/", {"q": holder.id_number}).content.decode()
    monkeypatch.setattr(identity, "scope", lambda actor, permission: outside)
    assert made.number not in client.get("/certificates/issued/").content.decode()


def test_ending_needs_the_right_and_a_reason(client, as_actor, mine, monkeypatch):
    _holder, made = mine
    words = frozenset({"certificates.view", "certificates.manage"})
    as_actor(Actor(kind="official", account_id=uuid4(), post_id=uuid4(), permissions=words))
    monkeypatch.setattr(identity, "scope", lambda actor, permission: Scope((ScopePart(ALL, ALL),)))
    monkeypatch.setattr(identity, "require", lambda *a, **k: None)
    monkeypatch.setattr(identity, "may", lambda *a, **k: True)
    assert client.post(f"/certificates/{made.id}/revoke/", {"reason": ""}).status_code == 422
    assert client.post(f"/certificates/{made.id}/destroy/", {"reason": "x"}).status_code == 404
    assert client.post(f"/certificates/{made.id}/suspend/", {"reason": "检查"}).status_code == 302
    assert "暂扣" in client.get(f"/certificates/{made.id}/").content.decode()


def test_a_sample_is_public_and_holds_no_facts(client, as_actor, mine):
    answer = client.get("/certificates/samples/food-licence/")
    assert answer.content.startswith(b"%PDF")
    assert client.get("/certificates/samples/nothing/").status_code == 404
