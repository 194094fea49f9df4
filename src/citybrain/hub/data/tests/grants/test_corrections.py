"""Objection and correction: the flag travels, every past reader hears of it, confirms, and is reminded."""

from datetime import timedelta

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.grants.actions.corrections import broadcast_correction, remind_of_corrections
from citybrain.hub.data.grants.data import Wanted
from citybrain.hub.data.models import CorrectionNotice, ShareLog
from citybrain.hub.data.tests.grants import factories
from citybrain.hub.data.tests.grants.factories import BY, CONSUMER, FOOD, OTHER, ROWS
from citybrain.kernel import clock, events, workdays
from citybrain.kernel.errors import Conflict

MEI = ROWS[0]["number"]
ROWS_URL = "/data/share/v1/gaj.person/rows"
BATCH_URL = "/data/share/v1/gaj.person/batch"
VERIFY_URL = "/data/share/v1/gaj.person/verify"
RECEIPTS = "/data/share/v1/receipts"


def corrected():
    return data.RecordCorrected(
        resource="gaj.person", record=MEI, objection_id="o1", old_hash="aa", new_hash="bb"
    )


def objected(record):
    """An objection to a record, registered: the flag is up."""
    made = data.raise_objection(
        resource_key="gaj.person", record=record, item="name", claimed="林晓梅", reason="姓名有误", by=BY
    )
    data.register_objection(made.pk, by=BY)
    return made


def test_the_flag_travels_with_rows_and_answers(app):
    grant = factories.grant()
    objection = data.raise_objection(
        resource_key="gaj.person", record=MEI.lower(), item="name", claimed="林晓梅", reason="姓名有误", by=BY
    )
    assert not data.under_objection("gaj.person", MEI), "the flag goes up when the platform registers it"
    data.register_objection(objection.pk, by=BY)
    told = app.post(ROWS_URL, {}, grant.id).json()
    flagged = [row["name"] for row in told["rows"] if row.get("_under_objection")]
    assert (flagged, told["under_objection"]) == (["林小梅"], 1)
    assert sorted(ShareLog.objects.values_list("disputed", "rows")) == [(False, 2), (True, 1)]
    asked = {"purpose": FOOD.word, "resource": "gaj.person", "item": "name", "by": BY}
    assert not data.verify_fact(**asked, record=MEI, value="x").may_decide_against
    assert data.verify_fact(**asked, record=ROWS[1]["number"], value="x").may_decide_against
    data.settle_objection(objection.pk, corrected=False, answer="与档案一致", by=BY)
    assert not data.under_objection("gaj.person", MEI)


def test_every_past_reader_hears_of_a_correction_once_and_confirms(app, client):
    read_it, other = (
        factories.grant(),
        factories.grant(consumer=OTHER, row_filter='division = "350921000000"'),
    )
    app.post(ROWS_URL, {}, read_it.id)
    factories.Client(client, OTHER).post(ROWS_URL, {}, other.id)
    assert ShareLog.objects.filter(consumer=OTHER, rows=1).exists()
    events.publish(corrected(), aggregate="dataset:gaj.person", by=BY)
    events.deliver_own()
    notice = CorrectionNotice.objects.get()
    assert (notice.consumer, notice.old_hash, notice.new_hash) == (CONSUMER, "aa", "bb")
    assert broadcast_correction(corrected(), by=BY) == 0
    told = app.get(RECEIPTS, "", "").json()["receipts"]
    assert [(r["id"], r["record"]) for r in told] == [(str(notice.pk), MEI)]
    address = f"{RECEIPTS}/{notice.pk}"
    assert factories.Client(client, OTHER).post(address, {"outcome": "corrected"}, "", "").status_code == 404
    assert app.post(address, {"outcome": "burnt"}, "", "").status_code == 422
    assert app.post(address, {"outcome": "corrected"}, "", "").status_code == 200
    assert app.post(address, {"outcome": "corrected"}, "", "").status_code == 200
    assert app.post(address, {"outcome": "reviewed"}, "", "").status_code == 409
    assert app.get(RECEIPTS, "", "").json()["receipts"] == []


def test_a_masked_key_is_not_told_by_a_notice(app):
    grant = factories.grant(masked=["number"], ways=["api"])
    app.post(ROWS_URL, {}, grant.id)
    broadcast_correction(corrected(), by=BY)
    assert app.get(RECEIPTS, "", "").json()["receipts"][0]["record"] is None


def test_who_got_more_rows_than_the_log_names_hears_of_it_too(people):
    grant = factories.grant()
    data.shared_read(grant.id, caller=factories.caller(), purpose=FOOD.word, way="api", wanted=Wanted())
    ShareLog(
        at=clock.now(), grant_id=grant.id, resource="gaj.person", consumer=OTHER, purpose=FOOD.word, way="table",
        items=["name"], grade="L3", rows=20_000,
    ).save()  # fmt: skip
    assert broadcast_correction(corrected(), by=BY) == 2


@pytest.fixture
def holidays(db):
    """Years whose tables are loaded: weekends only, and a holiday of five days."""
    first = clock.today() + timedelta(days=1)
    days = [first + timedelta(days=n) for n in range(5)]
    for year in {clock.today().year, (clock.today() + timedelta(days=60)).year}:
        told = [
            {"date": d.isoformat(), "kind": "holiday", "name": {"zh": "假", "en": "h"}}
            for d in days
            if d.year == year
        ]
        workdays.load_year(year, told, "tests", confirmed=True)
    workdays.forget()


def test_a_receipt_is_due_in_working_days(app, holidays):
    app.post(ROWS_URL, {}, factories.grant().id)
    broadcast_correction(corrected(), by=BY)
    notice = CorrectionNotice.objects.get()
    assert notice.due_at == workdays.due(notice.made_at, workdays.Limit(10, "workday"))
    assert notice.due_at - notice.made_at > timedelta(days=14), "weekends and the holiday do not count"


def test_without_the_table_of_the_year_nothing_is_guessed(app):
    from citybrain.kernel.models import Holiday

    Holiday.objects.all().delete()
    workdays.forget()
    app.post(ROWS_URL, {}, factories.grant().id)
    assert broadcast_correction(corrected(), by=BY) == 1
    assert CorrectionNotice.objects.get().due_at is None
    with clock.travel(timedelta(days=40)):
        assert remind_of_corrections(by=BY) == 0
    for year in (clock.today().year, (clock.today() + timedelta(days=60)).year):
        workdays.load_year(year, [], "tests", confirmed=True)
    workdays.forget()
    remind_of_corrections(by=BY)
    assert CorrectionNotice.objects.get().due_at is not None


def test_an_adverse_decision_cannot_rest_on_a_record_under_objection_alone(app):
    grant = factories.grant()
    objection = objected(MEI)
    logged = ShareLog.objects.count()
    said = {"record": MEI, "items": {"name": "林小梅"}}
    refused = app.post(VERIFY_URL, {**said, "use": "adverse_decision"}, grant.id)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "under_objection")
    assert ShareLog.objects.count() == logged, "nothing left"
    assert app.post(VERIFY_URL, said, grant.id).json()["may_decide_against"] is False
    fine = app.post(
        VERIFY_URL, {"record": ROWS[1]["number"], "items": {"name": "x"}, "use": "adverse_decision"}, grant.id
    )
    assert (fine.json()["may_decide_against"], fine.json()["differs"]) == (True, ["name"])
    told = app.post(ROWS_URL, {"use": "adverse_decision"}, grant.id).json()
    assert (len(told["rows"]), told["withheld"], MEI in str(told)) == (2, 1, False)
    batch = app.post(
        BATCH_URL, {"records": [MEI, ROWS[1]["number"]], "use": "adverse_decision"}, grant.id
    ).json()
    assert [(len(r["rows"])) for r in batch["results"]] == [0, 1]
    assert app.get(f"{ROWS_URL}?use=adverse_decision&limit=1", grant.id).status_code == 200
    assert app.post(ROWS_URL, {"use": "fine"}, grant.id).status_code == 422
    asked = {"purpose": FOOD.word, "resource": "gaj.person", "by": BY, "record": MEI, "adverse": True}
    for ask in (
        lambda: data.verify_fact(**asked, item="name", value="x"),
        lambda: data.fetch_facts(**asked, items=["name"]),
    ):
        with pytest.raises(Conflict):
            ask()
    data.settle_objection(objection.pk, corrected=False, answer="与档案一致", by=BY)
    assert app.post(VERIFY_URL, {**said, "use": "adverse_decision"}, grant.id).json()["same"] is True


def test_pages_go_on_behind_a_withheld_record(app):
    grant = factories.grant()
    for row in ROWS[:2]:
        objected(row["number"])
    seen, after = [], ""
    for _page in range(5):
        told = app.post(ROWS_URL, {"limit": 1, "use": "adverse_decision", "after": after}, grant.id).json()
        seen += [row["number"] for row in told["rows"]]
        after = told["next"]
        if not after:
            break
    assert seen == [ROWS[2]["number"]]


def test_silence_is_reminded(app, holidays):
    app.post(ROWS_URL, {}, factories.grant().id)
    broadcast_correction(corrected(), by=BY)
    assert remind_of_corrections(by=BY) == 0
    with clock.travel(timedelta(days=25)):
        assert (remind_of_corrections(by=BY), remind_of_corrections(by=BY)) == (1, 0)
    with clock.travel(timedelta(days=29)):
        assert remind_of_corrections(by=BY) == 1
    assert CorrectionNotice.objects.get().reminders == 2


def test_a_record_nobody_has_read_is_told_to_nobody(people):
    assert broadcast_correction(corrected(), by=BY) == 0


@pytest.mark.parametrize("record", ["", "  "])
def test_no_record_has_no_flag(people, record):
    assert not data.under_objection("gaj.person", record)
