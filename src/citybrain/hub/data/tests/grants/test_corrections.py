"""Objection and correction: the flag travels, every past reader hears of it, confirms, and is reminded."""

from datetime import timedelta

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.grants.actions.corrections import broadcast_correction, remind_of_corrections
from citybrain.hub.data.grants.data import Wanted
from citybrain.hub.data.models import CorrectionNotice, ShareLog
from citybrain.hub.data.tests.grants import factories
from citybrain.hub.data.tests.grants.factories import BY, CONSUMER, FOOD, OTHER, ROWS
from citybrain.kernel import clock, events

MEI = ROWS[0]["number"]
ROWS_URL = "/data/share/v1/gaj.person/rows"
RECEIPTS = "/data/share/v1/receipts"


def corrected():
    return data.RecordCorrected(
        resource="gaj.person", record=MEI, objection_id="o1", old_hash="aa", new_hash="bb"
    )


def test_the_flag_travels_with_rows_and_answers(app):
    grant = factories.grant()
    objection = data.raise_objection(
        resource_key="gaj.person", record=MEI.lower(), item="name", claimed="林晓梅", reason="姓名有误", by=BY
    )
    assert not data.under_objection(
        "gaj.person", MEI
    )  # raised; the flag goes up when the platform registers it
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


def test_silence_is_reminded(app):
    app.post(ROWS_URL, {}, factories.grant().id)
    broadcast_correction(corrected(), by=BY)
    assert remind_of_corrections(by=BY) == 0
    with clock.travel(timedelta(days=11)):
        assert (remind_of_corrections(by=BY), remind_of_corrections(by=BY)) == (1, 0)
    with clock.travel(timedelta(days=15)):
        assert remind_of_corrections(by=BY) == 1
    assert CorrectionNotice.objects.get().reminders == 2


def test_a_record_nobody_has_read_is_told_to_nobody(people):
    assert broadcast_correction(corrected(), by=BY) == 0


@pytest.mark.parametrize("record", ["", "  "])
def test_no_record_has_no_flag(people, record):
    assert not data.under_objection("gaj.person", record)
