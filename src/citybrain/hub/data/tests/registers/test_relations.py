"""Guardians open the files of minors, legal representatives those of firms: by a relation in a register, never by a name."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.models import FileRead, Objection, SubjectFile
from citybrain.hub.data.registers.actions.look import Wanted, look, look_at_own, others_of
from citybrain.hub.data.registers.queries.objections import subject_mark
from citybrain.hub.data.registers.queries.reads import reads_of
from citybrain.hub.data.tests import factories as rooms
from citybrain.hub.data.tests.registers.factories import BY, CHILD, MEI, MING, item
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound

ITEMS = [
    item("subject", personal="id_number"),
    item("other"),
    item("kind"),
    item("since", "date"),
    item("until", "date"),
]
WARD = subject_mark("person", CHILD)


@pytest.fixture
def related(world, mei):
    """测试甲 is guardian of 测试小童; the relation with 测试乙, a grown-up, and one that ended open nothing."""
    data.declare_resource(
        "register.relation", title={"zh": "关系", "en": "Relations"}, items=ITEMS, by=BY, owner="350902-gaj", key_item="subject"
    )  # fmt: skip
    data.publish_resource("register.relation", by=BY)
    rooms.deliver("register.relation", [
        {"subject": MEI, "other": CHILD, "kind": "guardian", "since": date(2018, 6, 5), "until": None},
        {"subject": MEI, "other": MING, "kind": "guardian", "since": date(1990, 1, 1), "until": None},
        {"subject": MING, "other": CHILD, "kind": "guardian", "since": date(2018, 6, 5), "until": date(2020, 1, 1)},
    ])  # fmt: skip
    SubjectFile.objects.update(relations="register.relation")
    return mei


def test_a_guardian_opens_the_file_of_the_minor_who_is_told(related):
    by = people.actor(related)
    assert [(one.right, one.name) for one in others_of(by)] == [("guardian", "测试小童")]
    found = look_at_own("person", of=WARD, by=by)
    assert found.name == "测试小童"
    assert found.block("school").lines[0].values[0].shown == "演示小学"
    line = reads_of(WARD).get()
    assert not line.own
    assert line.actor["person_id"] == str(related.person_id)
    assert not FileRead.objects.filter(own=True).exists()


def test_the_right_ends_when_the_minor_grows_up_or_the_relation_ends(related):
    by = people.actor(related)
    with clock.travel(timedelta(days=365 * 12)):
        assert others_of(by) == []
        with pytest.raises(NotFound):
            look_at_own("person", of=WARD, by=by)


@pytest.mark.parametrize("number", [MING, "nobody"])
def test_nobody_else_is_opened(related, number):
    with pytest.raises(NotFound):
        look_at_own("person", of=subject_mark("person", number), by=people.actor(related))
    assert not FileRead.objects.exists()


def test_an_ended_relation_an_agent_and_somebody_of_the_same_name_open_nothing(related):
    namesake = people.citizen("namesake", "测试甲", sequence=6)
    assert others_of(people.actor(namesake)) == []
    agent = replace(people.actor(related), authority="delegation:1")
    with pytest.raises(NotFound):
        look_at_own("person", of=WARD, by=agent)
    firm = people.firm(related)
    acting = replace(people.actor(related), authority=f"legal_person:{firm}", subject_id=firm)
    assert others_of(acting) == []


def test_a_guardian_reads_who_looked_and_objects_from_the_page(related, doctor, client):
    look("person", Wanted(CHILD), purpose="入学体检核对", by=people.actor(doctor))
    client.force_login(related)
    own = client.get("/data/my/file/").content.decode()
    assert "测试小童" in own
    assert CHILD not in own
    page = client.get("/data/my/file/", {"of": WARD}).content.decode()
    assert "演示小学" in page
    assert "入学体检核对" in client.get("/data/my/file/reads/", {"of": WARD}).content.decode()
    sent = {
        "of": WARD,
        "block": "school",
        "row": "0",
        "item": "school",
        "claimed": "演示二小",
        "reason": "已经转学",
    }
    assert client.post("/data/my/file/person/object/", sent).status_code == 302
    row = Objection.objects.get()
    assert (row.resource, row.subject, row.stood) == ("jyj.pupil", WARD, "演示小学")
    told = client.get("/data/my/file/reads/", {"of": WARD}).content.decode()
    assert "监护人" in told
    assert client.get("/data/my/file/", {"of": subject_mark("person", MING)}).status_code == 404
    assert client.post("/data/my/file/person/object/", {**sent, "of": "0" * 32}).status_code == 404


def test_a_legal_representative_opens_the_file_of_the_firm(related):
    uscc = "91350902MADEM00116"
    rooms.deliver(
        "register.relation",
        [{"subject": MEI, "other": uscc, "kind": "representative", "since": None, "until": None}],
    )
    SubjectFile.objects.create(
        key="firm", subject="firm", title={"zh": "一企一档", "en": "Firm"}, register="register.firm", links="std.firm_link",
        permission="data.files", relations="register.relation", blocks=[],
    )  # fmt: skip
    mark = subject_mark("firm", uscc)
    assert {one.mark for one in others_of(people.actor(related))} == {WARD, mark}
    with pytest.raises(NotFound):  # a relation to a firm opens no person's file
        look_at_own("person", of=mark, by=people.actor(related))
