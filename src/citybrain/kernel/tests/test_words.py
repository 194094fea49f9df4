"""Text, masking, clock, actor, errors, permissions, ids."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import translation
from pydantic import BaseModel, ValidationError

from citybrain.kernel import clock, permissions
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import (
    Conflict,
    FieldProblem,
    Invalid,
    NotAllowed,
    NotFound,
    TooMany,
    Unavailable,
)
from citybrain.kernel.ids import new_id
from citybrain.kernel.masking import mask, mask_id_number, mask_name, mask_phone
from citybrain.kernel.tests.factories import citizen, clerk
from citybrain.kernel.text import Text, say


def test_text_speaks_the_language_of_the_reader_and_falls_back_to_chinese():
    both, only = Text(zh="受理", en="Accept"), Text.model_validate("收件")
    with translation.override("zh-hans"):
        assert (both.say(), only.say(), say({"zh": "甲"})) == ("受理", "收件", "甲")
    with translation.override("en"):
        assert (both.say(), only.say(), say({"zh": "甲", "en": "A"})) == ("Accept", "收件", "A")
    assert (say(None), say("plain"), both.say("zh")) == ("", "plain", "受理")


def test_text_in_a_pack_document_may_be_a_plain_string():
    class Doc(BaseModel):
        name: Text

    assert Doc.model_validate({"name": "新办"}).name.zh == "新办"
    for bad in ({"name": 3}, {"name": {"zh": "a", "fr": "b"}}, {"name": {"en": "only"}}):
        with pytest.raises(ValidationError):
            Doc.model_validate(bad)


@pytest.mark.parametrize(("kind", "value", "shown"), [
    ("name", "张三", "张*"),
    ("name", "林小梅", "林**"),
    ("id_number", "35090219900101001X", "350902********001X"),
    ("id_number", "12345", "1***5"),
    ("id_number", "123", "***"),
    ("phone", "13812341234", "138****1234"),
    ("phone", "+8613812341234", "+86138****1234"),
    ("email", "lin@example.com", "l***@example.com"),
    ("account", "6222021234567890", "************7890"),
    ("unknown", "secret", "******"),
    ("name", None, ""),
])  # fmt: skip
def test_masked_values_show_no_more_than_the_rule(kind, value, shown):
    assert mask(kind, value) == shown


def test_short_values_are_not_shown_by_masking():
    for short in ("", "1", "12", "123"):
        assert mask_phone(short).count("*") >= min(len(short), 1)
        assert mask_id_number(short) == "*" * len(short)
    assert mask_name("李") == "李*"


def test_the_clock_can_be_frozen_and_moved_in_its_own_context():
    with clock.freeze("2026-03-02T09:00"):
        assert clock.now() == datetime(2026, 3, 2, 1, tzinfo=UTC)
        with clock.travel(timedelta(days=1)):
            assert clock.today().isoformat() == "2026-03-03"
        assert clock.today().isoformat() == "2026-03-02"
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_the_legal_date_is_the_citys():
    with clock.freeze(datetime(2026, 3, 1, 17, tzinfo=UTC)):
        assert clock.today().isoformat() == "2026-03-02"


def test_an_actor_is_stored_without_permissions_and_comes_back():
    actor = clerk("cases.work")
    stored = json.loads(json.dumps(actor.as_dict()))
    assert "permissions" not in stored
    again = Actor.from_dict(stored)
    assert (again.account_id, again.post_id, again.authority) == (actor.account_id, actor.post_id, "post")
    assert actor.may("cases.work")
    assert not again.may("cases.work")
    assert Actor.system("timer").may("anything")
    assert not Actor.anonymous().is_authenticated
    assert citizen().as_dict()["name"] == "林**"


def test_errors_know_their_status():
    assert [e.status for e in (NotAllowed("x"), NotFound("x"), Conflict("x"), TooMany("x"), Unavailable("x"))] == [
        403, 404, 409, 429, 503,
    ]  # fmt: skip
    wrong = Invalid([FieldProblem("people.0.name", "required", "姓名必填")])
    assert wrong.status == 422
    assert wrong.as_dict()["problems"] == [
        {"path": "people.0.name", "code": "required", "message": "姓名必填"}
    ]
    assert TooMany("x", retry_after=0.2).retry_after == 1


def test_permissions_are_declared_once():
    permissions.declare("kernel.try", zh="试", en="Try")
    permissions.declare("kernel.try", zh="试", en="Try")
    assert permissions.is_declared("kernel.try")
    with pytest.raises(ValueError, match="twice"):
        permissions.declare("kernel.try", zh="另", en="Other")
    with pytest.raises(ValueError, match="verb"):
        permissions.declare("kernel", zh="试", en="Try")
    permissions._declared.pop("kernel.try")


def test_ids_are_version_7_and_ordered_by_time():
    ids = [new_id() for _ in range(50)]
    assert {i.version for i in ids} == {7}
    assert [i.int >> 80 for i in ids] == sorted(i.int >> 80 for i in ids)
    assert uuid4() not in ids
