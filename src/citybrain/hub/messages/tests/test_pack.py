"""The pack part ``notices``."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from pydantic import ValidationError

from citybrain.hub.messages import api as messages
from citybrain.hub.messages.models import Notice
from citybrain.hub.messages.pack import NoticeDocument, Notices
from citybrain.hub.messages.tests.factories import LIN, SYSTEM, notice

pytestmark = pytest.mark.django_db
SHIPPED = sorted((Path(__file__).resolve().parents[5] / "packs" / "service-base" / "notices").glob("*.yaml"))
PART = Notices()


def document(key="acceptance", pack="mine", **more):
    values = {
        "title": {"zh": "受理 {case_no}", "en": "x"},
        "body": {"zh": "甲", "en": "A"},
        "placeholders": ["case_no"],
    }
    data = NoticeDocument.model_validate(values | more)
    return SimpleNamespace(pack=pack, part="notices", key=key, version=data.version, data=data)


class Ctx:
    def problem(self, doc, pointer=(), *, zh, en, code="check", level="error"):
        return code


def check(*docs):
    return list(PART.check(Ctx(), docs))


def test_a_good_notice_passes_and_can_be_sent():
    assert check(document()) == []
    PART.apply(Ctx(), document())
    messages.send(
        template="acceptance",
        to=messages.Recipient(person_id=LIN.person_id),
        context={"case_no": "7"},
        key="k",
        by=SYSTEM,
    )
    assert messages.inbox(LIN).items[0].title["zh"] == "受理 7"
    assert PART.used("mine", "acceptance", 1)
    assert not PART.used("mine", "acceptance", 2)


@pytest.mark.parametrize(("more", "code"), [
    ({"body": {"zh": "{nobody}"}}, "placeholder"),
    ({"body": {"zh": "{case_no.__class__}"}}, "brace"),
    ({"body": {"zh": "100 %} off"}}, "brace"),
    ({"mandatory": True, "channels": ["sms"]}, "mandatory_inbox"),
    ({"sms": {"zh": "长" * 501}}, "long"),
])  # fmt: skip
def test_mistakes_are_named(more, code):
    assert check(document(**more)) == [code]


def test_a_key_of_another_pack_is_refused():
    notice("acceptance")
    assert check(document()) == ["taken"]


@pytest.mark.parametrize(
    "wrong", [{"channels": ["fax"]}, {"channels": []}, {"template": "x"}, {"version": 0}]
)
def test_a_document_of_another_shape_is_refused(wrong):
    with pytest.raises(ValidationError):
        document(**wrong)


def test_applying_twice_changes_nothing_and_hiding_hides():
    PART.apply(Ctx(), document())
    PART.apply(Ctx(), document())
    assert Notice.objects.count() == 1
    PART.hide(Ctx(), "mine", "acceptance")
    assert Notice.objects.get().hidden
    PART.apply(Ctx(), document())
    assert not Notice.objects.get().hidden


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_notices_are_well_formed_in_both_languages(path):
    raw = yaml.safe_load(path.read_text("utf-8"))
    doc = document(raw.pop("key", path.stem), "service-base", **raw)
    assert check(doc) == []
    assert doc.data.title.en
    assert doc.data.body.en
    assert set(doc.data.placeholders)
