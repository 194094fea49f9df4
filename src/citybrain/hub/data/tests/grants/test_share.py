"""What leaves under a grant: its items, rows and masks, by page, by record, as yes or no."""

import json

import pytest
from django.db import connection

from citybrain.hub.data.models import ShareLog
from citybrain.hub.data.tests import factories as lake_rows
from citybrain.hub.data.tests.grants import factories
from citybrain.hub.data.tests.grants.factories import FOOD, ROWS

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
