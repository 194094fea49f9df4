"""Pushing: a key opens its own source, a repeated request is taken once, and everything has a bound."""

import json

import pytest

from citybrain.hub.data.collection.actions.sources import new_push_key
from citybrain.hub.data.models import Receipt
from citybrain.hub.data.tests.collection import factories as f

pytestmark = pytest.mark.django_db
ROWS = [{"编号": 1, "名称": "甲", "成立": "2020-01-01"}, {"编号": "x", "名称": "乙"}]


@pytest.fixture
def inbox(db):
    source = f.source("push")
    return source, new_push_key(source, by=f.BY)


def send(client, source, key, rows=ROWS, again="1", **more):
    body = rows if isinstance(rows, str | bytes) else json.dumps(rows)
    headers = {"authorization": f"Bearer {key}", "idempotency-key": again}
    return client.post(
        f"/data/push/{source.pk}/", body, content_type=more.get("type", "application/json"), headers=headers
    )


def test_rows_pushed_are_taken_in_once(client, inbox, lake):
    source, key = inbox
    first = send(client, source, key)
    assert first.status_code == 202
    again = send(client, source, key)
    assert (again.status_code, again.json()["receipt"], again.json()["repeated"]) == (
        202,
        first.json()["receipt"],
        True,
    )
    made = f.collection(given=source, thing="inbox")
    run = f.done(made)
    assert (run.collected, run.accepted, run.rejected) == (2, 1, 1)
    assert f.done(made).collected == 0
    send(client, source, key, rows=[ROWS[0]], again="2")
    assert f.done(made).accepted == 1
    assert Receipt.objects.filter(run_id=None).count() == 0


def test_a_key_used_for_other_rows_is_refused(client, inbox):
    source, key = inbox
    send(client, source, key)
    assert send(client, source, key, rows=[{"a": 1}]).status_code == 409


def test_keys_open_their_own_source_only(client, inbox):
    source, key = inbox
    other = f.source("push")
    new_push_key(other, by=f.BY)
    assert send(client, other, key).status_code == 401
    assert send(client, source, "").status_code == 401
    assert send(client, source, "cbp_" + "x" * 43).status_code == 401
    assert send(client, f.source("rest", url="http://x"), key).status_code == 401
    fresh = new_push_key(source, by=f.BY)
    assert send(client, source, key).status_code == 401
    assert send(client, source, fresh).status_code == 202


@pytest.mark.parametrize(
    ("rows", "again", "status"),
    [("{", "1", 422), ("[]", "1", 422), ("[1]", "1", 422), (ROWS, "", 422), (ROWS, "x" * 65, 422), ("[" * 100_000, "1", 422),
     ([{"a": 1}] * 10_001, "1", 422), (b"\xff", "1", 422)],
)  # fmt: skip
def test_what_is_no_list_of_objects_is_refused_in_a_sentence(client, inbox, rows, again, status):
    source, key = inbox
    answer = send(client, source, key, rows=rows, again=again)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]


def test_ndjson(client, inbox):
    source, key = inbox
    assert (
        send(client, source, key, rows='{"a":1}\n{"a":2}\n', type="application/x-ndjson").json()["rows"] == 2
    )


def test_only_post(client, inbox):
    assert client.get(f"/data/push/{inbox[0].pk}/").status_code == 405
