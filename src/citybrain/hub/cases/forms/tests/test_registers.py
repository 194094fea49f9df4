"""Answers from registers of the lake: the subject's own record only, under a grant for filling in forms, and logged."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from citybrain.hub.cases.forms.prefill import Known
from citybrain.hub.cases.forms.sources import PREFILL, from_register
from citybrain.hub.data import api as data
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

FIELD = SimpleNamespace(type="text", options=())
BY = Actor.system("tests")
ITEMS = [
    {
        "name": "number",
        "type": "text",
        "title": {"zh": "号码", "en": "Number"},
        "identifier": "citizen_number",
    },
    {"name": "school", "type": "text", "title": {"zh": "学校", "en": "School"}},
]


@pytest.fixture
def register(lake):
    """A published register with one row about the citizen ``mei`` and one about somebody else."""
    import pyarrow as pa

    from citybrain.hub.data.lake import writing

    people.town()
    data.declare_resource(
        "register.pupil", title={"zh": "学生基础库", "en": "Pupils"}, items=ITEMS, by=BY, key_item="number",
        sharing="conditional",
    )  # fmt: skip
    data.publish_resource("register.pupil", by=BY)
    rows = pa.table(
        {"number": [people.number(sequence=2), people.number(sequence=3)], "school": ["一中", "二中"]}
    )
    writing.append("register.pupil", rows, batch="b", at=clock.now(), key="number")


def granted():
    kind, _sep, code = PREFILL.partition(":")
    return data.issue_grant(
        resource="register.pupil", items=["school"], consumer="350902-xgw",
        purpose=data.Purpose(kind, code, "表单预填、免提交"), basis="国办发〔2024〕3号", ways=["api"],
        expires_on=clock.today() + timedelta(days=30), quota_per_day=100, by=BY,
    )  # fmt: skip


def offered(name="register.pupil.school"):
    account = people.citizen()
    return from_register(Known(people.actor(account)), name, FIELD)


def test_the_subjects_own_record_is_offered_under_a_grant(register):
    granted()
    offer = offered()
    assert (offer.value, offer.source.zh, offer.kind) == ("一中", "学生基础库", "register")


def test_nothing_is_offered_without_a_grant_or_of_an_unknown_register(register):
    assert offered() is None
    granted()
    assert from_register(Known(Actor.anonymous()), "register.pupil.school", FIELD) is None
    assert from_register(Known(BY), "register.nothing.school", FIELD) is None
    assert from_register(Known(BY), "register.pupil.number", FIELD) is None
