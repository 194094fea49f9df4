"""Files on people and firms: who may look, what is masked or withheld, what stays on record, whose own file it is."""

import pytest

from citybrain.hub.data.models import FileRead, ReadLog
from citybrain.hub.data.registers.actions.look import Wanted, look, look_at_own
from citybrain.hub.data.tests import factories as rooms
from citybrain.hub.data.tests.registers.factories import CHILD, MEI, MING
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.errors import Invalid, NotAllowed, NotFound
from citybrain.kernel.models import AuditEntry

PURPOSE = "核实高龄津贴申请"


def text_of(answer) -> str:
    return answer.content.decode()


def test_an_official_sees_a_masked_file_and_leaves_a_line_a_block(world, officer):
    found = look("person", Wanted(MEI), purpose=PURPOSE, by=people.actor(officer))
    assert "测试甲" not in str([b.lines for b in found.blocks])
    assert {b.key for b in found.blocks if b.lines} == {"identity", "insurance"}
    line = FileRead.objects.get()
    assert (line.purpose, line.organisation, line.own, line.unmasked) == (PURPOSE, "350902-wjw", False, False)
    assert MEI not in line.subject
    assert set(ReadLog.objects.filter(kind="file").values_list("dataset", flat=True)) >= {
        "gaj.resident",
        "rsj.insured",
    }


def test_what_contradicts_is_kept_beside_what_stands(world, mei):
    found = look_at_own("person", by=people.actor(mei))
    phone = next(s for s in found.summary if s.item == "phone")
    assert (phone.value, phone.source) == ("13900000009", "rsj.insured")
    assert [other[0] for other in phone.others] == ["13800000001"]
    assert phone.confidence < 0.6
    name = next(s for s in found.summary if s.item == "name")
    assert name.others == ()
    assert name.confidence > 0.9


def test_records_without_a_number_come_by_matching(world, doctor):
    found = look("person", Wanted(CHILD), purpose=PURPOSE, by=people.actor(doctor))
    school = found.block("school")
    assert school.lines[0].values[0].shown == "演示小学"
    assert school.confidence < 1
    assert found.minor


def test_a_purpose_and_a_sound_number_are_needed(world, officer):
    by = people.actor(officer)
    with pytest.raises(Invalid):
        look("person", Wanted(MEI), purpose="", by=by)
    with pytest.raises(Invalid):
        look("person", Wanted(MEI[:-1] + "A"), purpose=PURPOSE, by=by)
    with pytest.raises(Invalid):
        look("person", Wanted(name="测试甲"), purpose=PURPOSE, by=by)
    assert not FileRead.objects.exists()


def test_by_name_only_when_exactly_one_matches(world, officer):
    by = people.actor(officer)
    assert look("person", Wanted(name="测试甲", trait="1990-01-01"), purpose=PURPOSE, by=by).number == MEI
    with pytest.raises(NotFound):
        look("person", Wanted(name="测试甲", trait="1991-01-01"), purpose=PURPOSE, by=by)
    rooms.deliver("gaj.resident", [world.person(people.number(sequence=4), "测试甲")])
    world.build()
    with pytest.raises(NotFound):
        look("person", Wanted(name="测试甲", trait="1990-01-01"), purpose=PURPOSE, by=by)


def test_health_is_withheld_without_its_right(world, officer, doctor):
    block = look("person", Wanted(MEI), purpose=PURPOSE, by=people.actor(officer)).block("health")
    assert (block.lines, block.withheld) == ((), "permission")
    assert not ReadLog.objects.filter(dataset="wjw.health").exists()
    block = look("person", Wanted(MEI), purpose=PURPOSE, by=people.actor(doctor)).block("health")
    assert block.lines
    assert "高血压" not in str(block)


def test_a_minors_file_needs_its_own_right(world, officer, doctor):
    with pytest.raises(NotAllowed):
        look("person", Wanted(CHILD), purpose=PURPOSE, by=people.actor(officer))
    assert not FileRead.objects.exists()
    found = look("person", Wanted(CHILD), purpose=PURPOSE, by=people.actor(doctor))
    assert found.block("insurance").withheld == "minor"


def test_unmasking_needs_its_right_and_is_audited(world, officer, keeper):
    with pytest.raises(NotAllowed):
        look("person", Wanted(MEI), purpose=PURPOSE, unmask=True, by=people.actor(officer))
    found = look("person", Wanted(MEI), purpose=PURPOSE, unmask=True, by=people.actor(keeper))
    assert "测试甲" in str(found.block("identity"))
    assert ReadLog.objects.filter(kind="file", unmasked=True).exists()


def test_no_log_no_file(world, officer, monkeypatch):
    def broken(**_line):
        raise OSError("no log")

    monkeypatch.setattr("citybrain.hub.data.registers.actions.look.log_read", broken)
    with pytest.raises(OSError, match="no log"):
        look("person", Wanted(MEI), purpose=PURPOSE, by=people.actor(officer))
    assert not FileRead.objects.exists()


# -- pages ----------------------------------------------------------------------------------------------------------


def test_the_page_of_officials(world, officer, client, django_assert_max_num_queries):
    client.force_login(officer)
    assert "测试" not in text_of(client.get("/data/files/"))
    sent = {"kind": "person", "number": MEI, "purpose": PURPOSE}
    with django_assert_max_num_queries(45):
        answer = client.post("/data/files/", sent)
    page = text_of(answer)
    assert answer["Cache-Control"] == "no-store"
    assert "测**" in page
    assert "138****0001" in page
    assert "测试甲" not in page
    assert "13800000001" not in page


def test_the_own_file_and_who_looked(world, officer, mei, client, django_assert_max_num_queries):
    look("person", Wanted(MEI), purpose=PURPOSE, by=people.actor(officer))
    client.force_login(mei)
    with django_assert_max_num_queries(40):
        page = text_of(client.get("/data/my/file/"))
    assert "13900000009" in page
    assert "高血压" in page
    assert "查阅记录" in page
    with django_assert_max_num_queries(15):
        reads = text_of(client.get("/data/my/file/reads/"))
    assert PURPOSE in reads
    assert "单位350902-wjw" in reads


def test_a_firms_handler_sees_the_firms_file_and_nobody_elses(world, mei, client):
    people.firm(mei)
    client.force_login(mei)
    assert client.get("/data/my/file/?kind=firm").status_code == 200
    assert "13900000009" not in text_of(client.get("/data/my/file/?kind=firm"))
    with pytest.raises(NotFound):
        look_at_own("firm", by=people.actor(mei))


# -- abuse ----------------------------------------------------------------------------------------------------------


def test_nobody_reaches_another_persons_file(world, mei, officer, client):
    other = people.citizen("ming", "测试乙", sequence=5)
    client.force_login(other)
    for address in (
        f"/data/my/file/?kind=person&number={MEI}",
        f"/data/my/file/?subject={MEI}",
        f"/data/my/file/{MEI}/",
    ):
        page = client.get(address)
        assert "13900000009" not in text_of(page)
    assert (
        client.post("/data/files/", {"kind": "person", "number": MEI, "purpose": PURPOSE}).status_code == 403
    )
    assert client.get("/data/register.person/rows/", {"purpose": PURPOSE}).status_code == 403
    assert client.post("/data/register.person/export/", {"purpose": PURPOSE}).status_code == 403


def test_an_official_has_no_own_file_and_an_agent_not_the_principals(world, officer, mei, client):
    client.force_login(officer)
    assert client.get("/data/my/file/").status_code == 404
    from dataclasses import replace

    agent = replace(
        people.actor(mei),
        authority="delegation:1",
        subject_id=people.citizen("x", "测试丙", sequence=7).person_id,
    )
    with pytest.raises(NotFound):
        look_at_own("person", by=agent)


def test_a_file_officer_cannot_export_the_register(world, officer, client):
    client.force_login(officer)
    assert client.get("/data/register.person/rows/", {"purpose": PURPOSE}).status_code == 403
    assert client.post("/data/register.person/export/", {"purpose": PURPOSE}).status_code == 403
    assert client.get("/data/my/file/reads/").status_code == 404


@pytest.mark.parametrize("odd", ["' OR 1=1 --", "\0", "%", "x" * 900, "测试%", "1990-01-01' OR '1'='1"])
def test_no_word_breaks_out_of_the_question(world, officer, client, odd):
    client.force_login(officer)
    for sent in (
        {"number": odd},
        {"name": odd, "trait": "1990-01-01"},
        {"name": "测试甲", "trait": odd},
        {"kind": odd},
    ):
        answer = client.post("/data/files/", {"kind": "person", "purpose": PURPOSE, **sent})
        assert answer.status_code in (400, 404, 422)
    assert not FileRead.objects.exists()


def test_the_log_and_the_cache_hold_no_number(world, officer, client):
    from citybrain.kernel.models import AuditEntry

    client.force_login(officer)
    client.post("/data/files/", {"kind": "person", "number": MEI, "purpose": PURPOSE})
    kept = [
        str(row)
        for row in (*FileRead.objects.values(), *ReadLog.objects.values(), *AuditEntry.objects.values())
    ]
    assert not any(MEI in line or MING in line for line in kept)


def test_who_looks_in_vain_or_is_refused_stands_on_record(world, officer, client):
    """Asking about people until one of the answers is yes leaves a line for every no; no number stands in it."""
    client.force_login(officer)
    nobody = people.number(sequence=77)
    asked = [
        ({"number": nobody}, 404, "data.look_in_vain"),
        ({"name": "测试甲", "trait": "1991-01-01"}, 404, "data.look_in_vain"),
        ({"number": CHILD}, 403, "data.refuse_minor"),
        ({"number": MEI, "unmask": "1"}, 403, "identity.refuse"),
    ]
    for said, status, action in asked:
        before = AuditEntry.objects.count()
        answer = client.post("/data/files/", {"kind": "person", "purpose": PURPOSE, **said})
        assert answer.status_code == status, said
        assert AuditEntry.objects.count() == before + 1, said
        line = AuditEntry.objects.filter(action=action).first()
        assert line is not None, action
        for number in (nobody, CHILD, MEI):
            assert number not in str(vars(line))


def test_asking_about_people_is_limited(world, officer, client, monkeypatch):
    monkeypatch.setattr("citybrain.hub.data.registers.views.files.LOOKS_A_MINUTE", 2)
    client.force_login(officer)
    sent = {"kind": "person", "name": "测试甲", "trait": "1991-01-01", "purpose": PURPOSE}
    assert [client.post("/data/files/", sent).status_code for _turn in range(3)] == [404, 404, 429]
