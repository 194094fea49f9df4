"""What the door refuses: strangers, ended clients, other units' tables, files outside the table, upkeep, odd bodies."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from citybrain.hub.data.lake import reading, tables
from citybrain.hub.data.lake.door.actions import tokens
from citybrain.hub.data.lake.door.actions.clients import disable_client
from citybrain.hub.data.lake.door.domain.grants import LakeGrant
from citybrain.hub.data.models import LakeClient, Resource
from citybrain.hub.data.tests import factories
from citybrain.hub.data.tests.lakedoor.conftest import BY, new_client
from citybrain.kernel import clock, ratelimit
from citybrain.kernel.models import AuditEntry

WRITE = LakeGrant("gaj", write=True)
TABLE = "/data/iceberg/v1/namespaces/gaj/tables/person"


@pytest.fixture
def person(lake):
    factories.lake_resource()
    factories.lake_resource("scjg.firm", owner="350900-scjg", grade="L2")
    for key in ("gaj.person", "scjg.firm"):
        factories.deliver(key, [{"number": "1", "income": Decimal("1.5")}])
    return "gaj.person"


def asking(client, made, path: str = TABLE, body=None, method: str = ""):
    """An answer of the door to a client's token."""
    headers = {"Authorization": f"Bearer {tokens.issue_token(made)}"}
    if body is None:
        return getattr(client, method or "get")(path, headers=headers)
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(path, text, content_type="application/json", headers=headers)


def kind_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["type"]


def test_without_a_right_token_there_is_401_in_the_specifications_form(client, person):
    made, _secret = new_client(WRITE)
    for headers in (
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": f"Basic {tokens.issue_token(made)}"},
    ):
        answer = client.get(TABLE, headers=headers)
        assert kind_of(answer) == (401, "NotAuthorizedException")
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_an_old_token_is_refused(client, person, monkeypatch):
    made, _secret = new_client(WRITE)
    assert asking(client, made).status_code == 200
    monkeypatch.setattr(tokens, "SECONDS", -1)
    assert kind_of(asking(client, made)) == (401, "NotAuthorizedException")


def test_a_disabled_or_expired_client_is_out_at_once(client, person):
    made, secret = new_client(WRITE)
    disable_client(made.pk, by=BY)
    assert kind_of(asking(client, made)) == (401, "NotAuthorizedException")
    sent = {"grant_type": "client_credentials", "client_id": str(made.pk), "client_secret": secret}
    assert client.post(reverse("data:iceberg_tokens"), sent).json()["error"] == "invalid_client"
    late, _secret = new_client(WRITE)
    LakeClient.objects.filter(pk=late.pk).update(expires_at=clock.now() - timedelta(seconds=1))
    assert kind_of(asking(client, late)) == (401, "NotAuthorizedException")


def test_secrets_are_not_kept_and_guessing_is_slowed(client, person):
    made, secret = new_client(WRITE)
    assert secret not in str(LakeClient.objects.values().get(pk=made.pk))
    sent = {"grant_type": "client_credentials", "client_id": str(made.pk), "client_secret": "0"}
    answers = [client.post(reverse("data:iceberg_tokens"), sent).status_code for _ in range(35)]
    assert answers[0] == 401
    assert answers[-1] == 429
    ratelimit.clear("lake door failed:127.0.0.1")


def test_tables_of_others_and_of_a_higher_grade_are_not_there(client, person):
    made, _secret = new_client(WRITE, grade="L2")
    assert kind_of(asking(client, made)) == (404, "NoSuchTableException")
    assert asking(client, made, "/data/iceberg/v1/namespaces/gaj/tables").json() == {"identifiers": []}
    for path in ("namespaces/scjg/tables/firm", "namespaces/scjg/tables", "namespaces/scjg"):
        assert asking(client, made, f"/data/iceberg/v1/{path}").status_code == 404
    single, _secret = new_client(LakeGrant("gaj", "other"))
    assert asking(client, single).status_code == 404


def test_the_highest_grade_leaves_by_no_grant(client, person):
    Resource.objects.filter(pk="gaj.person").update(grade="L4")
    made, _secret = new_client(WRITE)
    assert asking(client, made).status_code == 404


@pytest.mark.parametrize(
    "update",
    [
        {"action": "set-location", "location": "file:///etc"},
        {"action": "remove-snapshots", "snapshot-ids": [1]},
        {"action": "remove-snapshot-ref", "ref-name": "main"},
        {"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": 1},
        {"action": "set-snapshot-ref", "ref-name": "mine", "type": "tag", "snapshot-id": 1},
        {"action": "set-properties", "updates": {"py-io-impl": "os.system"}},
        {"action": "set-properties", "updates": {"s3.endpoint": "http://elsewhere"}},
        {"action": "set-properties", "updates": {"write.data.path": "file:///tmp"}},
        {"action": "set-properties", "updates": {"write.py-location-provider.impl": "a.b"}},
        {"action": "remove-properties", "removals": ["citybrain.history-from"]},
        {"action": "remove-properties", "removals": ["write.target-file-size-bytes", "citybrain.keep-days"]},
        {"action": "remove-properties", "removals": ["write.parquet.compression-codec"]},
        {"action": "upgrade-format-version", "format-version": 3},
        {"action": "add-schema", "schema": {"type": "struct", "schema-id": 1, "fields": []}},
    ],
    ids=lambda update: json.dumps(update)[:70],
)
def test_upkeep_and_leading_our_readers_astray_are_refused(client, person, update):
    made, _secret = new_client(WRITE)
    answer = asking(client, made, body={"requirements": [], "updates": [update]})
    assert kind_of(answer) == (403, "ForbiddenException")
    assert reading.query("SELECT count(*) FROM gaj.person").rows == [(1,)]


def test_a_snapshot_cannot_name_another_tables_files(client, person):
    other = tables.table("scjg.firm")
    stolen = other.current_snapshot().model_dump(mode="json", by_alias=True)
    forged = {**stolen, "snapshot-id": 7, "sequence-number": 9, "parent-snapshot-id": None}
    made, _secret = new_client(WRITE)
    body = {"updates": [{"action": "add-snapshot", "snapshot": forged}]}
    assert kind_of(asking(client, made, body=body)) == (403, "ForbiddenException")
    for path in ("/etc/passwd", f"{tables.table(person).location()}/../../scjg/firm/x", "http://elsewhere/x"):
        forged["manifest-list"] = path
        assert kind_of(asking(client, made, body=body)) == (403, "ForbiddenException")


def test_a_manifest_inside_cannot_name_files_outside(client, person, lake):
    """The manifest list and the manifest lie in the own table, the data file named in it does not."""
    from pyiceberg.io.pyarrow import PyArrowFileIO
    from pyiceberg.manifest import write_manifest, write_manifest_list

    mine, other, io = tables.table(person), tables.table("scjg.firm"), PyArrowFileIO()
    entry = other.current_snapshot().manifests(io)[0].fetch_manifest_entry(io)[0]
    inside = f"{mine.location()}/metadata/forged.avro"
    with write_manifest(2, mine.spec(), mine.schema(), io.new_output(inside), 7, "null") as writer:
        writer.add_entry(entry)
    manifests = f"{mine.location()}/metadata/forged-list.avro"
    with write_manifest_list(2, io.new_output(manifests), 7, None, 9, "null") as listed:
        listed.add_manifests([writer.to_manifest_file()])
    shown = {
        "snapshot-id": 7, "sequence-number": 9, "timestamp-ms": 1, "manifest-list": manifests, "schema-id": 0,
        "summary": {"operation": "append"},
    }  # fmt: skip
    made, _secret = new_client(WRITE)
    answer = asking(client, made, body={"updates": [{"action": "add-snapshot", "snapshot": shown}]})
    assert kind_of(answer) == (403, "ForbiddenException")


@pytest.mark.parametrize("forged", ["yesterday", "tomorrow", "delivery"])
def test_history_is_not_written_from_outside(client, person, forged):
    """Neither what the table was on an earlier day nor a delivery that is still to come."""
    from pyiceberg.io.pyarrow import PyArrowFileIO
    from pyiceberg.manifest import write_manifest_list

    mine = tables.table(person)
    manifests = f"{mine.location()}/metadata/forged-list.avro"
    with write_manifest_list(2, PyArrowFileIO().new_output(manifests), 7, None, 9, "null"):
        pass  # an empty snapshot: all rows gone
    day, now = 86_400_000, int(clock.now().timestamp() * 1000)
    shown = {
        "snapshot-id": 7, "sequence-number": 9, "manifest-list": manifests, "schema-id": 0,
        "timestamp-ms": now + {"yesterday": -day, "tomorrow": day, "delivery": 0}[forged],
        "summary": {"operation": "append", **({"citybrain.batch": "run:1"} if forged == "delivery" else {})},
    }  # fmt: skip
    updates = [
        {"action": "add-snapshot", "snapshot": shown},
        {"action": "set-snapshot-ref", "ref-name": "main", "type": "branch", "snapshot-id": 7},
    ]
    made, _secret = new_client(WRITE)
    answer = asking(client, made, body={"updates": updates})
    assert kind_of(answer) == (403, "ForbiddenException")
    assert reading.query("SELECT count(*) FROM gaj.person").rows == [(1,)]


@pytest.mark.parametrize(
    "body",
    ["", "[]", "nonsense", "{" * 5000, '{"updates": [{"action": "rule"}]}', '{"updates": 7}', '"\\ud800"'],
)
def test_odd_bodies_get_a_plain_refusal(client, person, body):
    made, _secret = new_client(WRITE)
    for path in (TABLE, "/data/iceberg/v1/namespaces/gaj/tables"):
        assert asking(client, made, path, body=body).status_code in (200, 400)


def test_a_body_is_bounded_and_other_methods_are_not_there(client, person):
    made, _secret = new_client(WRITE)
    assert asking(client, made, body=json.dumps({"x": "y" * 2_000_000})).status_code == 413
    assert asking(client, made, method="delete").status_code == 405
    assert client.get(reverse("data:iceberg_tokens")).status_code == 405


@pytest.mark.parametrize("name", ["../x", "Person", "p;drop", "a" * 70, "x.y", ""])
def test_odd_names_make_no_table(client, person, name):
    made, _secret = new_client(WRITE)
    body = {"name": name, "schema": {"type": "struct", "fields": []}}
    assert asking(client, made, "/data/iceberg/v1/namespaces/gaj/tables", body=body).status_code == 400


def test_tables_lie_where_the_city_puts_them_and_readers_make_none(client, person):
    body = {"name": "mine", "schema": {"type": "struct", "fields": []}, "location": "file:///tmp/x"}
    path = "/data/iceberg/v1/namespaces/gaj/tables"
    assert asking(client, new_client(WRITE)[0], path, body=body).status_code == 403
    assert asking(client, new_client(LakeGrant("gaj"))[0], path, body=body).status_code == 403
    assert asking(client, new_client(LakeGrant("gaj", "mine", True))[0], path, body=body).status_code == 403


def test_without_evidence_there_is_no_answer(client, person, monkeypatch):
    from django.db import DatabaseError

    from citybrain.hub.data.lake.door.views import door

    made, _secret = new_client(WRITE)

    def broken(*_args, **_kwargs):
        raise DatabaseError("the log is full")

    monkeypatch.setattr(door.audit, "record", broken)
    assert kind_of(asking(client, made)) == (503, "ServiceUnavailableException")


def test_a_refusal_is_in_the_audit_log(client, person):
    made, _secret = new_client(LakeGrant("gaj"))
    asking(client, made, body={"updates": []})
    row = AuditEntry.objects.get(action="data.lake_door")
    assert row.after["refused"] == "ForbiddenException"
    assert row.organisation == "350900-gaj"
