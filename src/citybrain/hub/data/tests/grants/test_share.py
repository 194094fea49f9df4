"""What leaves under a grant: its items, rows and masks, by page, by record, as yes or no."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from citybrain.hub.data import api as data
from citybrain.hub.data.grants.actions import batches
from citybrain.hub.data.jobs import running
from citybrain.hub.data.models import GrantUse, Job, ShareBatch, ShareLog
from citybrain.hub.data.tests import factories as lake_rows
from citybrain.hub.data.tests.grants import factories
from citybrain.hub.data.tests.grants.factories import FOOD, ROWS
from citybrain.kernel import clock

ROWS_URL = "/data/share/v1/gaj.person/rows"
VERIFY_URL = "/data/share/v1/gaj.person/verify"
BATCH_URL = "/data/share/v1/gaj.person/batch"


def test_only_granted_items_and_rows_leave_and_masks_are_on(app):
    grant = factories.grant(masked=["number"], row_filter='division = "350902000000"')
    answer = app.post(ROWS_URL, {}, grant.id)
    assert answer.status_code == 200
    told = answer.json()
    assert sorted(row["name"] for row in told["rows"]) == ["林小梅", "陈建国"]
    assert {row["number"] for row in told["rows"]} == {"350902********0011", "350902********0022"}
    assert set(told["rows"][0]) == {"number", "name"}
    assert (answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) == ("1000", "998")


def test_pages_follow_each_other_without_gap_or_double(app):
    grant = factories.grant()
    seen, after = [], None
    for _page in range(4):
        told = app.post(ROWS_URL, {"limit": 1, **({"after": after} if after else {})}, grant.id).json()
        seen += [row["number"] for row in told["rows"]]
        after = told["next"]
        if not after:
            break
    assert sorted(seen) == sorted(row["number"] for row in ROWS)


def test_filters_narrow_by_query_and_by_body(app):
    grant = factories.grant(items=["number", "name", "income"])
    filters = [
        {"item": "income", "op": ">=", "value": 200},
        {"item": "name", "op": "starts_with", "value": "陈"},
    ]
    assert len(app.post(ROWS_URL, {"filters": filters}, grant.id).json()["rows"]) == 1
    from urllib.parse import quote

    path = f"{ROWS_URL}?items=name&limit=5&filters={quote(json.dumps(filters))}"
    assert app.get(path, grant.id).json()["rows"] == [{"name": "陈建国"}]


def test_records_are_found_by_their_keys(app):
    grant = factories.grant(items=["name"])
    told = app.post(BATCH_URL, {"records": [ROWS[2]["number"], "nobody"]}, grant.id).json()
    assert told["results"] == [
        {"record": ROWS[2]["number"], "rows": [{"name": "黄阿妹"}]},
        {"record": "nobody", "rows": []},
    ]


def test_verification_says_which_item_differs_and_nothing_else(app):
    grant = factories.grant(items=["name", "income"], ways=["verify"])
    asked = {"record": ROWS[0]["number"], "items": {"name": "林小梅", "income": "100"}}
    assert app.post(VERIFY_URL, asked, grant.id).json()["same"] is True
    wrong = app.post(VERIFY_URL, {**asked, "items": {"name": "林大梅", "income": 100}}, grant.id)
    unknown = app.post(VERIFY_URL, {"record": "nobody", "items": asked["items"]}, grant.id)
    assert wrong.json()["differs"] == ["name"]
    assert unknown.json()["differs"] == ["income", "name"]
    assert set(wrong.json()) == set(unknown.json())
    assert "林小梅" not in wrong.content.decode()


def test_every_delivery_is_logged_with_its_records(app):
    grant = factories.grant()
    app.post(ROWS_URL, {}, grant.id)
    line = ShareLog.objects.get()
    assert (line.grant_id, line.consumer, line.purpose, line.way) == (
        grant.id,
        factories.CONSUMER,
        FOOD.word,
        "api",
    )
    assert (line.rows, len(line.records), line.grade, line.items) == (3, 3, "L3", ["number", "name"])
    assert line.key_id == app.key.id


def test_the_log_keeps_filters_but_no_personal_values(app):
    filters = [
        {"item": "name", "op": "=", "value": "林小梅"},
        {"item": "division", "op": "=", "value": "350902000000"},
    ]
    grant = factories.grant(items=["name", "division"])
    assert len(app.post(ROWS_URL, {"filters": filters}, grant.id).json()["rows"]) == 1
    line = ShareLog.objects.get()
    assert json.loads(line.condition) == [["name", "=", "***"], ["division", "=", "350902000000"]]


@pytest.mark.parametrize(
    "broken",
    [
        "ALTER TABLE data_sharelog ADD CONSTRAINT full_disk CHECK (rows < 0)",
        "ALTER TABLE data_sharelog RENAME TO gone",
        "ALTER TABLE data_sharelog DROP COLUMN consumer",
        "ALTER TABLE data_grantuse RENAME TO gone",
    ],
)
def test_without_the_log_nothing_is_shared(app, broken):
    grant = factories.grant()
    with connection.cursor() as cursor:
        cursor.execute(broken)
    for url, body in (
        (ROWS_URL, {}), (VERIFY_URL, {"record": "x", "items": {"name": "y"}}), (BATCH_URL, {"records": [ROWS[0]["number"]]})
    ):  # fmt: skip
        answer = app.post(url, body, grant.id)
        assert answer.status_code == 503
        assert answer.json()["error"]["code"] == "no_evidence"
        assert "林小梅" not in answer.content.decode()
        assert answer["Retry-After"] == "60"


def test_the_log_cannot_be_changed(app):
    from django.db import ProgrammingError, transaction

    app.post(ROWS_URL, {}, factories.grant().id)
    with pytest.raises(ProgrammingError), transaction.atomic():
        ShareLog.objects.update(rows=0)


def test_a_verification_compares_the_newest_version_of_a_record(app):
    """Newest by the resource's own time, even when an older version was delivered later; among equals by delivery."""
    from datetime import UTC, datetime

    items = [("number", "text", {}), ("state", "text", {}), ("changed_at", "datetime", {})]
    lake_rows.lake_resource(
        "gaj.permit", items, key_item="number", time_item="changed_at", organisation_item="", division_item=""
    )
    day = [datetime(2026, 1, d, tzinfo=UTC) for d in (1, 2, 3)]
    lake_rows.deliver(
        "gaj.permit",
        [
            {"number": "P1", "state": "new", "changed_at": day[2]},
            {"number": "P2", "state": "a", "changed_at": day[0]},
        ],
    )
    lake_rows.deliver(
        "gaj.permit",
        [
            {"number": "P1", "state": "old", "changed_at": day[1]},
            {"number": "P2", "state": "b", "changed_at": day[0]},
        ],
    )
    grant = factories.grant(resource="gaj.permit", items=["number", "state"], ways=["verify"])
    for record, state in (("P1", "new"), ("P2", "b")):
        told = app.post(
            "/data/share/v1/gaj.permit/verify", {"record": record, "items": {"state": state}}, grant.id
        ).json()
        assert told["same"] is True, (record, told)


# -- batches of more records than one answer takes ------------------------------------------------------------------

CROWD = [{**ROWS[0], "number": f"35090219900404{n:04d}", "name": f"乙{n}"} for n in range(1203)]


@pytest.fixture
def crowd(app):
    lake_rows.deliver("gaj.person", [{**row, "income": 1.0} for row in CROWD])
    return [row["number"] for row in CROWD]


def fetched(app, grant, batch):
    found = []
    for part in range(1, app.get(f"/data/share/v1/batches/{batch}", grant.id).json()["parts"] + 1):
        found += app.get(f"/data/share/v1/batches/{batch}/parts/{part}", grant.id).json()["results"]
    return found


def test_a_large_batch_becomes_a_job_and_is_fetched_in_parts(app, crowd, client):
    grant = factories.grant(quota_per_day=2000, masked=["name"])
    answer = app.post(BATCH_URL, {"records": [*crowd, "nobody"], "items": ["name"]}, grant.id)
    told = answer.json()
    assert (answer.status_code, told["state"], told["records"], told["parts"], told["rows"]) == (
        202,
        "queued",
        1204,
        3,
        None,
    )
    address = f"/data/share/v1/batches/{told['batch']}"
    assert app.get(f"{address}/parts/1", grant.id).status_code == 404
    with connection.cursor() as cursor:
        cursor.execute("SELECT b::text FROM data_sharebatch b")
        assert crowd[0] not in cursor.fetchone()[0], "keys are sealed"
    while running.do_next():
        pass
    done = app.get(address, grant.id).json()
    assert (done["state"], done["rows"], done["withheld"]) == ("done", 1203, 0)
    results = fetched(app, grant, told["batch"])
    assert [r["record"] for r in results] == [*crowd, "nobody"]
    assert [len(r["rows"]) for r in results] == [1] * 1203 + [0]
    assert results[0]["rows"] == [{"name": "乙*"}]
    assert sum(ShareLog.objects.filter(way="batch").values_list("rows", flat=True)) == 1203
    assert GrantUse.objects.get().used == 1203
    other = factories.Client(client, factories.OTHER)
    assert other.get(address, grant.id).status_code == 404
    assert app.get(f"{address}/parts/9", grant.id).status_code == 404
    data.suspend_grant(grant.id, reason="核查", by=factories.BY)
    assert app.get(f"{address}/parts/1", grant.id).status_code == 403, "what waits is under the grant, too"


def test_a_batch_killed_between_log_and_answer_is_logged_and_counted_once(app, crowd, monkeypatch):
    grant = factories.grant(quota_per_day=2000)
    batch = app.post(BATCH_URL, {"records": crowd}, grant.id).json()["batch"]
    keep, calls = batches.ShareBatchPart.objects.get_or_create, []

    def lost(**values):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return keep(**values)

    monkeypatch.setattr(batches.ShareBatchPart.objects, "get_or_create", lost)
    job = Job.objects.get(kind="share_batch")
    with pytest.raises(RuntimeError):
        batches.read_batch(running.Run(job))
    batches.read_batch(running.Run(Job.objects.get(pk=job.pk)))
    assert len(fetched(app, grant, batch)) == 1203
    assert sum(ShareLog.objects.filter(way="batch").values_list("rows", flat=True)) == 1203
    assert GrantUse.objects.get().used == 1203


def test_a_batch_stops_where_its_grant_does(app, crowd):
    grant = factories.grant(quota_per_day=700)
    batch = app.post(BATCH_URL, {"records": crowd}, grant.id).json()["batch"]
    while running.do_next():
        pass
    told = app.get(f"/data/share/v1/batches/{batch}", grant.id).json()
    assert (told["state"], told["error"]) == ("failed", "quota")
    assert GrantUse.objects.get().used == 500
    assert app.get(f"/data/share/v1/batches/{batch}/parts/1", grant.id).status_code == 404


def test_batches_are_bounded_and_forgotten(app, crowd):
    grant = factories.grant()
    for wrong in ([*crowd, ""], [f"x{n}" for n in range(10_001)], [*crowd, "x" * 101]):
        assert app.post(BATCH_URL, {"records": wrong}, grant.id).status_code in (413, 422)
    assert app.post(BATCH_URL, {"records": crowd, "items": ["income"]}, grant.id).status_code == 422
    assert app.post(BATCH_URL, {"records": crowd}, grant.id, "matter:other").status_code == 403
    for _n in range(5):
        assert app.post(BATCH_URL, {"records": crowd}, grant.id).status_code == 202
    assert app.post(BATCH_URL, {"records": crowd}, grant.id).status_code == 429
    assert batches.sweep_batches() == 0
    ShareBatch.objects.update(made_at=clock.now() - timedelta(days=8))
    batches.sweep_batches()
    assert not ShareBatch.objects.exists()
