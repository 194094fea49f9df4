"""Bought data is read by the units its contract names, from its first day to its last, through every door; before the end
people are told."""

from datetime import timedelta

import pytest
import yaml
from django.conf import settings

from citybrain.hub.data import api as data
from citybrain.hub.data.collection.actions import warn_of_contracts as warning
from citybrain.hub.data.collection.actions.contracts import keep_contract
from citybrain.hub.data.data import Rows
from citybrain.hub.data.grants.data import Wanted
from citybrain.hub.data.lake.door.domain.grants import LakeGrant
from citybrain.hub.data.lake.door.domain.spec import DoorError
from citybrain.hub.data.lake.door.queries.visible import require_table, visible_tables
from citybrain.hub.data.models import Contract, ReadLog
from citybrain.hub.data.tests.grants import factories as share
from citybrain.hub.data.tests.lakedoor.conftest import new_client
from citybrain.hub.data.workbench.queries.tables import readable_tables
from citybrain.hub.identity.tests import factories as people
from citybrain.hub.messages.models import Message
from citybrain.hub.messages.tests.factories import notice
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Invalid, NotAllowed

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")
KEEPER, NAMED, OTHER = "350900-gaj", "350902-scjg", "350921-scjg"
WHY = "分析用电情况"


@pytest.fixture
def bought(lake):
    people.town()
    people.role("analyst", ["data.view", "data.read", "data.sql"])
    share.people()
    return contract()


def contract(**values) -> Contract:
    today = clock.today()
    given = {
        "number": "HT-1", "title": "用电数据", "supplier": "供电公司", "scope": "企业月度用电", "price_fen": 1, "price_basis": "磋商",
        "begins": today - timedelta(days=10), "expires": today + timedelta(days=100), "organisation": KEEPER, "users": [NAMED],
        "resource_id": "gaj.person",
    }  # fmt: skip
    return keep_contract(by=BY, **{**given, **values})


def reader(unit: str) -> Actor:
    account = people.official(f"reader-{unit}-{Contract.objects.count()}", people.post("analyst", unit))
    return people.actor(account)


def rows(actor: Actor) -> Rows:
    return data.read(actor, "gaj.person", purpose=WHY)


def refusal(asked, *given, **named) -> str:
    with pytest.raises(NotAllowed) as refused:
        asked(*given, **named)
    return refused.value.code


def test_read_by_those_it_names_and_nobody_else(bought):
    named, other = reader(NAMED), reader(OTHER)
    assert rows(named).columns
    assert refusal(rows, other) == "contract"
    with pytest.raises(NotAllowed), data.stream(other, "gaj.person", purpose=WHY):
        pass
    assert set(ReadLog.objects.values_list("organisation", flat=True)) == {NAMED}
    Contract.objects.update(users=[])
    assert rows(other).columns, "no names: all units"


def test_read_from_its_first_day_to_its_last(bought):
    named = reader(NAMED)
    with clock.travel(timedelta(days=100)):
        assert rows(named).columns, "the last day counts"
    for days in (101, -11):
        with clock.travel(timedelta(days=days)):
            assert refusal(rows, named) == "contract_ended"
    contract(
        number="HT-2", begins=clock.today() + timedelta(days=101), expires=clock.today() + timedelta(days=400)
    )
    with clock.travel(timedelta(days=101)):
        assert rows(named).columns, "bought on"


def test_other_datasets_know_no_contract(bought):
    bought.resource_id = None
    bought.save()
    assert rows(reader(OTHER)).columns


def test_the_workbench_and_the_lakes_door_show_it_to_those_it_names(bought):
    assert "gaj.person" in readable_tables(reader(NAMED))
    assert "gaj.person" not in readable_tables(reader(OTHER))
    mine, _secret = new_client(LakeGrant("gaj", "person"), organisation=NAMED)
    theirs, _secret = new_client(LakeGrant("gaj", "person"), organisation=OTHER)
    assert visible_tables(mine, "gaj") == ["person"]
    assert require_table(mine, "gaj", "person")
    assert visible_tables(theirs, "gaj") == []
    with pytest.raises(DoorError):
        require_table(theirs, "gaj", "person")


def test_a_grant_needs_the_contract_when_it_is_given_and_whenever_it_is_used(bought):
    last = clock.today() + timedelta(days=100)
    with pytest.raises(Invalid) as refused:
        share.grant(consumer=OTHER, expires_on=last)
    assert [(p.path, p.code) for p in refused.value.problems] == [("consumer", "contract")]
    with pytest.raises(Invalid) as refused:
        share.grant(expires_on=last + timedelta(days=1))
    assert [(p.path, p.code) for p in refused.value.problems] == [("expires_on", "contract")]
    made = share.grant(expires_on=last)
    asked = {"caller": share.caller(), "purpose": share.FOOD.word, "way": "api", "wanted": Wanted()}
    assert data.shared_read(made.id, **asked).rows
    Contract.objects.update(users=[OTHER])
    assert refusal(data.shared_read, made.id, **asked) == "contract"
    Contract.objects.update(users=[NAMED], expires=clock.today() - timedelta(days=1))
    assert refusal(data.shared_read, made.id, **asked) == "contract_ended"


@pytest.fixture
def told(monkeypatch):
    """Who was told what, instead of sending it."""
    found: list[tuple[str, str, int]] = []
    monkeypatch.setattr(
        warning,
        "notify",
        lambda unit, what, _about, *, number, **_more: found.append((unit, what, number % 100)),
    )
    return found


def test_keeper_and_users_are_told_before_the_end_and_at_it_once(bought, told):
    share.grant(consumer=NAMED, expires_on=clock.today() + timedelta(days=50))
    assert warning.warn_of_contracts() == 0, "a hundred days are long"
    for days, distance in ((10, 90), (70, 30), (93, 7)):
        with clock.travel(timedelta(days=days)):
            assert [warning.warn_of_contracts() for _ in range(2)] == [1, 0]
        assert told == [(unit, "contract_expiring", distance) for unit in (KEEPER, NAMED)]
        told.clear()
    with clock.travel(timedelta(days=101)):
        assert [warning.warn_of_contracts() for _ in range(2)] == [1, 0]
    assert told == [(unit, "contract_ended", 0) for unit in (KEEPER, NAMED)]


def test_users_of_a_contract_for_all_are_those_with_a_grant(bought, told):
    Contract.objects.update(users=[], expires=clock.today() + timedelta(days=60))
    share.grant(consumer=OTHER, expires_on=clock.today() + timedelta(days=50))
    warning.warn_of_contracts()
    assert [unit for unit, _what, _distance in told] == [KEEPER, OTHER]


def test_a_contract_that_was_prolonged_warns_anew(bought, told):
    Contract.objects.update(expires=clock.today() + timedelta(days=5))
    warning.warn_of_contracts()
    keep_contract(by=BY, contract=Contract.objects.get(), expires=clock.today() + timedelta(days=89))
    told.clear()
    assert warning.warn_of_contracts() == 1
    assert {distance for _unit, _what, distance in told} == {90}


@pytest.mark.parametrize(("days", "word"), [(5, "expiring"), (-1, "ended")])
def test_the_words_reach_the_liaison_of_the_unit(bought, days, word):
    said = yaml.safe_load(
        (settings.PACKS_DIR / "service-base" / "notices" / f"data_contract_{word}.yaml").read_text()
    )
    notice(said["key"], **{name: said[name] for name in ("title", "body", "placeholders", "channels")})
    people.role("liaison", ["data.view"])
    liaison = people.official("liaison", people.post("liaison", NAMED))
    Contract.objects.update(expires=clock.today() + timedelta(days=days))
    assert warning.warn_of_contracts() == 1
    (message,) = Message.objects.all()
    assert message.holder_id == liaison.pk
    assert "用电数据" in str(message.title)
    assert "HT-1" in str(message.body)
