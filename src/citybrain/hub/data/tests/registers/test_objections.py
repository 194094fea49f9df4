"""Objecting to a value: who may, what is flagged, who answers, what is told."""

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.models import Objection
from citybrain.hub.data.registers.actions.look import look_at_own
from citybrain.hub.data.registers.actions.objections import (
    raise_objection,
    register_objection,
    settle_objection,
)
from citybrain.hub.data.registers.queries.objections import under_objection
from citybrain.hub.data.tests.registers.factories import BY, MEI, MING
from citybrain.hub.identity import api as identity
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import events
from citybrain.kernel.errors import Conflict, Invalid, NotAllowed
from citybrain.kernel.models import AuditEntry

ADDRESS = "/data/my/file/person/object/"


def raised(**more):
    said = {
        "resource_key": "gaj.resident",
        "record": MEI,
        "item": "phone",
        "claimed": "13911112222",
        "reason": "号码早已停用",
        "by": BY,
    }
    return raise_objection(**{**said, **more})


@pytest.fixture
def clerk(db):
    """A clerk of 公安 who does data work there."""
    from citybrain.hub.identity.models import Organisation

    people.town()
    Organisation.objects.update_or_create(
        code="350902-gaj",
        defaults={"slug": "gaj", "jurisdiction": "350902", "name": {"zh": "公安", "en": "Police"}, "short": {"zh": "公安", "en": "Police"},
                  "type": "GOV", "level": "county", "division": "350902000000", "parent_code": "350902-zf", "order": 99, "search_text": "gaj"},
    )  # fmt: skip
    people.touch()
    people.role("clerk", ["data.work"])
    return people.official("clerk", people.post("clerk", "350902-gaj"))


def test_a_person_objects_and_the_value_is_flagged(world, mei, client):
    client.force_login(mei)
    query = {"block": "identity", "row": "0", "item": "phone"}
    assert "13800000001" in client.get(ADDRESS, query).content.decode()
    assert client.post(ADDRESS, {**query, "reason": ""}).status_code == 422
    answer = client.post(ADDRESS, {**query, "claimed": "13911112222", "reason": "号码早已停用"})
    assert answer.status_code == 302
    row = Objection.objects.get()
    assert (row.resource, row.item, row.owner, row.state) == ("gaj.resident", "phone", "350902-gaj", "raised")
    assert row.claimed == "13911112222"
    assert not under_objection("gaj.resident", MEI)
    register_objection(row.pk, by=BY)
    assert under_objection("gaj.resident", f" {MEI.lower()}")
    told = {s.item: s.objected for s in look_at_own("person", by=people.actor(mei)).summary}
    assert (told["phone"], told["name"]) == (
        False,
        False,
    )  # the phone that stands comes from somebody else
    other = raised(item="name", claimed="测试嘉")
    register_objection(other.pk, by=BY)
    told = {s.item: s.objected for s in look_at_own("person", by=people.actor(mei)).summary}
    assert (told["phone"], told["name"]) == (False, True)
    assert not under_objection("gaj.resident", MING)
    assert "异议中" in client.get("/data/my/file/").content.decode()
    assert client.post(ADDRESS, {**query, "reason": "再说一遍"}).status_code == 422


@pytest.mark.parametrize(
    "odd",
    [{"block": "health2"}, {"row": "7"}, {"row": "-1"}, {"row": "²"}, {"item": "number"}, {"item": "_key"}],
)
def test_only_what_stands_in_the_own_file_can_be_objected_to(world, mei, client, odd):
    client.force_login(mei)
    sent = {"block": "identity", "row": "0", "item": "phone", "reason": "号码早已停用", **odd}
    assert client.post(ADDRESS, sent).status_code == 404
    assert not Objection.objects.exists()


def test_what_is_claimed_is_encrypted_and_the_event_tells_no_values(world):
    told = []
    events.subscriber(data.ObjectionRaised, name="tests.heard")(lambda event, meta: told.append(event))
    try:
        raised()
        events.deliver_own()
    finally:
        events.forget_subscriber("tests.heard")
    assert told[0].owner == "350902-gaj"
    assert MEI not in str(told)
    assert "13911112222" not in str(told)
    assert not Objection.objects.extra(where=["position('13911112222'::bytea in claimed) > 0"]).exists()


def test_the_source_department_settles_it_and_readers_are_told(world, clerk):
    told = []
    events.subscriber(data.RecordCorrected, name="tests.corrected")(lambda event, meta: told.append(event))
    row = raised()
    by = people.actor(clerk)
    with pytest.raises(Conflict):
        settle_objection(row.pk, corrected=True, answer="已更正", by=by)
    register_objection(row.pk, by=by)
    try:
        settle_objection(row.pk, corrected=True, answer="已核实更正", by=by, old_hash="a", new_hash="b")
        events.deliver_own()
    finally:
        events.forget_subscriber("tests.corrected")
    assert (told[0].old_hash, told[0].new_hash, told[0].objection_id) == ("a", "b", str(row.pk))
    assert not under_objection("gaj.resident", MEI)
    raised()


def test_another_department_does_not_answer(world, keeper, officer):
    row = raised()
    with pytest.raises(NotAllowed) as refused:
        register_objection(row.pk, by=people.actor(officer))
    identity.keep_refusal(refused.value)
    assert AuditEntry.objects.filter(action="data.refuse_objection").count() == 1, "rolled back with the act"


def test_an_objection_names_an_item_and_a_reason(world):
    with pytest.raises(Invalid):
        raised(item="nothing")
    with pytest.raises(Invalid):
        raised(reason=" ")


def test_rows_and_their_export_say_what_is_under_objection(world, keeper, client):
    people.role("keeper", ["data.view", "data.read", "data.export", "data.unmask"])
    people.touch()
    by, said = people.actor(keeper), {"columns": ["name"], "purpose": "核对登记信息"}
    assert data.read(by, "gaj.resident", **said).disputed == ()
    register_objection(raised().pk, by=BY)
    found = data.read(by, "gaj.resident", unmask=True, **said)
    assert {row[0]: under for row, under in zip(found.rows, found.disputed, strict=True)} == {
        "测试甲": True, "测试乙": False, "测试小童": False,
    }  # fmt: skip
    client.force_login(keeper)
    assert "不得单独" in client.get("/data/gaj.resident/rows/", {"purpose": "核对登记信息"}).content.decode()
    lines = (
        client.post("/data/gaj.resident/export/", {"purpose": "核对登记信息"}).content.decode().splitlines()
    )
    assert lines[0].endswith("异议中")
    assert sum(line.endswith("是") for line in lines) == 1
