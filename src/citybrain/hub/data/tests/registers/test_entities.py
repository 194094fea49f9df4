"""Who is who: matching, merging, splitting, taking back; ids stay."""

from datetime import date

import pytest

from citybrain.hub.data.lake import reading
from citybrain.hub.data.models import EntityDecision, MatchPair
from citybrain.hub.data.registers.actions import alike as comparing
from citybrain.hub.data.registers.actions.alike import alike
from citybrain.hub.data.registers.actions.decide_entity import (
    answer_pair,
    merge_entities,
    split_entity,
    undo_decision,
)
from citybrain.hub.data.registers.domain.matching import MODELS
from citybrain.hub.data.registers.domain.scores import scored
from citybrain.hub.data.registers.queries.entities import entity_of_identifier, records_of
from citybrain.hub.data.tests import factories as rooms
from citybrain.hub.data.tests.registers import twins
from citybrain.hub.data.tests.registers.factories import CHILD, MEI, MING
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.errors import Conflict, Invalid, NotAllowed
from citybrain.kernel.models import AuditEntry

LINKS = "std.person_link"


def entity(number: str) -> str:
    return entity_of_identifier("P", number)


def records(number: str) -> set[str]:
    return {record for record, *_rest in records_of(LINKS, "person", entity(number))}


def people_rows() -> int:
    return reading.query("SELECT count(*) FROM register.person").rows[0][0]


def pupil(roll: str, name: str, born: date, phone: str, address: str) -> dict:
    return {
        "roll": roll,
        "name": name,
        "sex": "2",
        "birth_date": born,
        "phone": phone,
        "address": address,
        "school": "演示小学",
        "at": born,
    }


def test_a_record_without_a_number_finds_its_person(world):
    assert records(CHILD) == {f"gaj.resident:{CHILD}", "jyj.pupil:G001"}
    assert people_rows() == 3


def test_a_stranger_stays_alone_under_an_id_that_stays(world):
    rooms.deliver("jyj.pupil", [pupil("G900", "完全另人", date(2012, 3, 4), "13811118888", "别处9号")])
    world.build()
    asked = "SELECT entity FROM std.person_link WHERE record = 'jyj.pupil:G900'"
    first = reading.query(asked).rows
    world.build()
    assert reading.query(asked).rows == first
    assert people_rows() == 4


def test_merge_split_and_undo(world, keeper):
    by = people.actor(keeper)
    made = merge_entities("person", entity(MEI), entity(MING), reason="同一人两个号码", by=by)
    assert records(MEI) == {f"gaj.resident:{MEI}", f"rsj.insured:{MEI}", f"gaj.resident:{MING}"}
    world.build()
    assert people_rows() == 2
    undo_decision(made.pk, reason="核实后确为两人", by=by)
    assert records(MING) == {f"gaj.resident:{MING}"}
    world.build()
    assert people_rows() == 3
    split = split_entity("person", entity(MEI), [f"rsj.insured:{MEI}"], reason="社保登记错号", by=by)
    assert records(MEI) == {f"gaj.resident:{MEI}"}
    assert records_of(LINKS, "person", split.other)[0][0] == f"rsj.insured:{MEI}"
    world.build()
    assert people_rows() == 4
    undo_decision(split.pk, reason="已经核对", by=by)
    assert len(records(MEI)) == 2
    acts = set(AuditEntry.objects.filter(obj=f"entity:{entity(MEI)}").values_list("action", flat=True))
    assert acts == {"data.merge_entities", "data.undo_merge", "data.split_entities", "data.undo_split"}


def test_decisions_are_taken_back_in_order(world, keeper):
    by = people.actor(keeper)
    first = merge_entities("person", entity(MEI), entity(MING), reason="同一人两个号码", by=by)
    merge_entities("person", entity(MEI), entity(CHILD), reason="试一试顺序", by=by)
    with pytest.raises(Conflict):
        undo_decision(first.pk, reason="先撤前面的", by=by)


def test_a_clerk_without_the_right_decides_nothing(world, officer, client):
    by = people.actor(officer)
    with pytest.raises(NotAllowed):
        merge_entities("person", entity(MEI), entity(MING), reason="没有权限", by=by)
    with pytest.raises(NotAllowed):
        split_entity("person", entity(MEI), [f"rsj.insured:{MEI}"], reason="没有权限", by=by)
    client.force_login(officer)
    for address in ("/data/pairs/", f"/data/entities/person/{entity(MEI)}/"):
        assert client.get(address).status_code == 403
    sent = {"register": "person", "kept": entity(MEI), "other": entity(MING), "reason": "没有权限"}
    assert client.post("/data/entities/merge/", sent).status_code == 403
    assert not EntityDecision.objects.exists()


def test_a_reason_is_needed_and_records_must_be_of_the_subject(world, keeper):
    by = people.actor(keeper)
    with pytest.raises(Invalid):
        merge_entities("person", entity(MEI), entity(MING), reason="", by=by)
    with pytest.raises(Conflict):
        split_entity("person", entity(MEI), [f"gaj.resident:{MING}"], reason="别人的记录", by=by)
    with pytest.raises(Conflict):
        merge_entities("person", entity(MEI), entity(MEI), reason="同一个", by=by)


def test_a_doubtful_pair_is_answered_by_a_person(world, keeper, client):
    rooms.deliver("jyj.pupil", [pupil("G500", "测试乙", date(1985, 12, 31), "13822223333", "别处9号")])
    world.build()
    pair = MatchPair.objects.filter(right="jyj.pupil:G500").first()
    assert pair is not None
    client.force_login(keeper)
    page = client.get("/data/pairs/").content.decode()
    assert "测试乙" not in page
    assert "测**" in page
    answer_pair(pair.pk, same=True, by=people.actor(keeper))
    world.build()
    assert "jyj.pupil:G500" in records(MING)
    pair.refresh_from_db()
    assert pair.state == "same"


@pytest.mark.parametrize(
    ("register", "make", "precision", "recall"),
    [("person", twins.people, 0.99, 0.93), ("firm", twins.firms, 0.985, 0.88)],
)
def test_matching_is_as_good_as_the_handbook_says(register, make, precision, recall):
    made, model = make(800, 5), MODELS[register]
    known = {row["record"] for row in made.known}
    found = [
        (p.left, p.right, p.probability) if p.right in known else (p.right, p.left, p.probability)
        for p in alike(register, made.known, made.bare)
    ]
    told = scored(
        [p for p in found if p[0] not in known and p[1] in known], made.truth, model.auto, model.review
    )
    assert told.precision >= precision
    assert told.recall >= recall


def test_many_rounds_find_what_one_finds(monkeypatch, db):
    made = twins.people(300, 5)
    whole = alike("person", made.known, made.bare)
    assert len(whole) > 100
    monkeypatch.setattr(comparing, "ASKED", 40)
    monkeypatch.setattr(comparing, "PIECE", 50)
    assert alike("person", iter(made.known), iter(made.bare)) == whole


def test_two_records_without_a_number_find_each_other(db):
    one = {"record": "a:1", "source": "a", "number": None, "name": "测试甲", "birth_date": date(1990, 1, 1), "sex": "2",
           "phone": "13800000001", "address": "演示路1号"}  # fmt: skip
    found = alike("person", [], [one, {**one, "record": "b:1", "source": "b"}])
    assert [(p.left, p.right, p.left_entity) for p in found] == [("a:1", "b:1", "")]


def test_a_key_that_everybody_shares_is_forgotten_and_others_still_find(monkeypatch, db):
    """A phone number that stands in every record is a placeholder: it must not make a pair of everybody with everybody."""
    made = twins.people(300, 5)
    shared = {"phone": "13800000000"}
    known, bare = ([{**row, **shared} for row in rows] for rows in (made.known, made.bare))
    monkeypatch.setattr(comparing, "MOST_PAIRS", 5_000)
    compared = []
    real = comparing.compare

    def counted(engine, *rest):
        real(engine, *rest)
        compared.append(
            engine.execute("SELECT count(*) FILTER (k2 IS NOT NULL), count(k0) FROM records").fetchall()[0]
        )

    monkeypatch.setattr(comparing, "compare", counted)
    names = {row["record"] for row in made.known}
    found = {
        (a, b)
        for p in alike("person", known, bare)
        for a, b in ((p.left, p.right), (p.right, p.left))
        if b in names
    }
    assert compared[0][0] == 0
    assert compared[0][1] > 300
    right = sum((twin, record) in found for twin, record in made.truth.items())
    assert right > 0.85 * len(made.truth)


def test_pages_of_models_pairs_and_entities(world, keeper, client, django_assert_max_num_queries):
    client.force_login(keeper)
    with django_assert_max_num_queries(15):
        assert "register.person" in client.get("/data/models/").content.decode()
    with django_assert_max_num_queries(15):
        assert "gaj.resident" in client.get("/data/models/std.person_record/").content.decode()
    with django_assert_max_num_queries(15):
        assert client.get("/data/pairs/").status_code == 200
    with django_assert_max_num_queries(15):
        assert "rsj.insured" in client.get(f"/data/entities/person/{entity(MEI)}/").content.decode()
    assert client.get("/data/models/no.model/").status_code == 404
    answer = client.post("/data/models/build/", {"key": "std.person_record"})
    assert answer.status_code == 302
