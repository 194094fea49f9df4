"""What an attacker with a stolen word, a copied call or a key of their own gets: nothing."""

import json
import threading
from datetime import timedelta
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.db import connection, connections

from citybrain.hub.data.grants.actions import authenticate, keys
from citybrain.hub.data.grants.actions.release import Leaving, release
from citybrain.hub.data.grants.domain import signing
from citybrain.hub.data.models import GrantUse, ShareKey, ShareLog, ShareNonce
from citybrain.hub.data.tests.grants import factories
from citybrain.hub.data.tests.grants.factories import BY, CONSUMER, FOOD, OTHER, ROWS
from citybrain.kernel import clock
from citybrain.kernel.errors import Conflict, Invalid, NotFound, TooMany
from citybrain.kernel.models import AuditEntry

ROWS_URL = "/data/share/v1/gaj.person/rows"
VERIFY_URL = "/data/share/v1/gaj.person/verify"
BATCH_URL = "/data/share/v1/gaj.person/batch"
ODD = ["'", '"', "';DROP TABLE data_grant;--", "name) OR (1=1", "d.income", "*", "\u0001", "%s", "%(x)s", "${x}",
       "$lookup_secret", "../../etc/passwd", "x" * 300, "\ud800", "_key", '"name"', "name --", "（", "1e400"]  # fmt: skip


def code(answer):
    return answer.status_code, answer.json()["error"]["code"]


# -- signatures ---------------------------------------------------------------------------------------------------


def test_a_copied_call_is_refused(app):
    grant = factories.grant()
    headers = app.headers("POST", ROWS_URL, b"{}", grant.id, FOOD.word)
    sent = {"content_type": "application/json", "headers": headers}
    assert app.http.post(ROWS_URL, b"{}", **sent).status_code == 200
    assert code(app.http.post(ROWS_URL, b"{}", **sent)) == (401, "replayed")
    assert ShareLog.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"Signature": "0" * 64},
        {"Signature": ""},
        {"Signature": "签名"},
        {"Key": str(uuid4())},
        {"Key": "'; --"},
        {"Grant": str(uuid4())},
        {"Purpose": "matter:other"},
        {"Timestamp": "1"},
        {"Timestamp": "９９９"},
        {"Nonce": "another-nonce-1234"},
    ],
)
def test_a_call_changed_after_signing_is_refused(app, changed):
    grant = factories.grant()
    changed = {k: v.encode().decode("latin-1") for k, v in changed.items()}
    answer = app.post(ROWS_URL, {}, grant.id, **changed)
    assert code(answer) == (401, "not_authentic")
    assert answer["WWW-Authenticate"]
    assert not ShareLog.objects.exists()
    assert not ShareNonce.objects.exists(), "a forged call must not use up nonces"


def test_a_changed_body_path_or_method_is_refused(app):
    grant = factories.grant()
    headers = app.headers("POST", ROWS_URL, b'{"limit": 1}', grant.id, FOOD.word)
    sent = {"content_type": "application/json", "headers": headers}
    assert code(app.http.post(ROWS_URL, b'{"limit": 9}', **sent)) == (401, "not_authentic")
    assert code(app.http.post(BATCH_URL, b'{"limit": 1}', **sent)) == (401, "not_authentic")
    assert code(app.http.get(ROWS_URL + "?limit=5", headers=headers)) == (401, "not_authentic")


def test_an_old_or_early_call_is_refused(app):
    grant = factories.grant()
    for minutes in (-6, 6):
        with clock.travel(timedelta(minutes=minutes)):
            headers = app.headers("GET", ROWS_URL, b"", grant.id, FOOD.word)
        assert code(app.http.get(ROWS_URL, headers=headers)) == (401, "clock")


@pytest.mark.parametrize("nonce", ["", "short", "x" * 65, "with blank 0123456789", "with-新-0123456789012"])
def test_a_nonce_has_a_shape(app, nonce):
    grant = factories.grant()
    stamp = str(int(clock.now().timestamp()))
    text = signing.canonical(
        method="GET", path=ROWS_URL, timestamp=stamp, nonce=nonce.encode().decode("latin-1"), grant=str(grant.id),
        purpose=FOOD.word, body=b"",
    )  # fmt: skip
    key = signing.signing_key(app.key.secret, str(app.key.id))
    given = {"Key": str(app.key.id), "Timestamp": stamp, "Nonce": nonce.encode().decode("latin-1"),
             "Grant": str(grant.id), "Purpose": FOOD.word, "Signature": signing.signature(key, text)}  # fmt: skip
    answer = app.http.get(ROWS_URL, headers={f"X-Share-{k}": v for k, v in given.items()})
    assert answer.status_code == 401


def test_the_secret_is_not_kept_and_the_signing_key_is_sealed(app):
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text, signing_key FROM data_sharekey t")
        text, sealed = cursor.fetchone()
    derived = signing.signing_key(app.key.secret, str(app.key.id))
    assert app.key.secret not in text
    assert derived not in text
    assert derived.encode() not in bytes(sealed)


def test_signatures_are_compared_in_constant_time(monkeypatch):
    compared = []
    monkeypatch.setattr(signing.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or a == b)
    key = signing.signing_key("secret", "id")
    assert signing.fits(key, b"text", signing.signature(key, b"text"))
    assert not signing.fits(key, b"text", "00")
    assert len(compared) == 2


def test_disabled_ended_and_foreign_keys_are_refused_and_a_rotated_one_lives_on_for_a_day(app):
    grant = factories.grant()
    old = app.key
    app.key = keys.rotate_key(old.id, by=BY)
    assert app.get(ROWS_URL, grant.id).status_code == 200
    fresh, app.key = app.key, old
    assert app.get(ROWS_URL, grant.id).status_code == 200
    with clock.travel(timedelta(hours=25)):
        assert code(app.get(ROWS_URL, grant.id)) == (401, "not_authentic")
    app.key = fresh
    keys.disable_key(fresh.id, by=BY)
    assert code(app.get(ROWS_URL, grant.id)) == (401, "not_authentic")
    with pytest.raises(NotFound):
        keys.disable_key(uuid4(), by=BY)


def test_calls_come_from_allowed_networks_only(people, client):
    grant = factories.grant()
    near = factories.Client(client, addresses=["127.0.0.0/8"])
    far = factories.Client(client, addresses=["10.1.0.0/16", "2001:db8::/32"])
    assert near.get(ROWS_URL, grant.id).status_code == 200
    assert code(far.get(ROWS_URL, grant.id)) == (401, "address")
    with pytest.raises(Invalid):
        keys.register_application(consumer=CONSUMER, name="x", addresses=["nowhere"], by=BY)
    with pytest.raises(Conflict):
        keys.register_application(consumer=CONSUMER, name=near.application.name, by=BY)


def test_guessing_keys_is_limited(app):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(authenticate, "FAILURES", 3)
        answers = [app.post(ROWS_URL, {}, uuid4(), Signature="00") for _ in range(5)]
    assert [a.status_code for a in answers] == [401, 401, 401, 429, 429]
    assert int(answers[-1]["Retry-After"]) >= 1


def test_nonces_are_swept_only_when_their_window_is_over(app):
    app.get(ROWS_URL, factories.grant().id)
    assert authenticate.sweep_nonces() == 0
    with clock.travel(timedelta(minutes=16)):
        assert authenticate.sweep_nonces() == 1


# -- grants -------------------------------------------------------------------------------------------------------


def test_another_consumers_grant_does_not_exist(people, client):
    grant = factories.grant(consumer=OTHER)
    own = factories.Client(client)
    assert code(own.post(ROWS_URL, {}, grant.id)) == (404, "no_grant")
    assert code(own.post(ROWS_URL, {}, uuid4())) == (404, "no_grant")
    assert code(own.post(ROWS_URL, {}, "' OR 1=1")) == (404, "no_grant")
    assert AuditEntry.objects.filter(action="data.refuse_share", organisation=CONSUMER).count() == 3


def test_a_key_in_a_wrong_purpose_is_refused_and_on_record(app):
    grant = factories.grant()
    assert code(app.post(ROWS_URL, {}, grant.id, "matter:fishing")) == (403, "purpose")
    assert code(app.post(ROWS_URL, {}, grant.id, "")) == (403, "purpose")
    assert AuditEntry.objects.filter(action="data.refuse_share", purpose="matter:fishing").exists()


def test_items_outside_the_grant_are_nowhere_to_be_had(app):
    grant = factories.grant()
    filters = [{"item": "income", "op": ">", "value": 0}]
    for body in ({"items": ["income"]}, {"filters": filters}, {"items": ["_batch"]}, {"items": ["_key"]},
                 {"filters": [{"item": "_key", "op": ">", "value": 0}]}, {"order": ["income"]}, {"sort": "income"}):  # fmt: skip
        assert app.post(ROWS_URL, body, grant.id).status_code == 422, body
    assert app.get(f"{ROWS_URL}?order=income", grant.id).status_code == 422
    assert app.post(BATCH_URL, {"records": ["x"], "items": ["income"]}, grant.id).status_code == 422
    assert app.post(VERIFY_URL, {"record": "x", "items": {"income": 1}}, grant.id).status_code == 422
    assert not ShareLog.objects.exists()


def test_the_row_filter_cannot_be_got_round(app):
    grant = factories.grant(row_filter='division = "350902000000" or income > 1000')
    outside = ROWS[2]["number"]
    assert app.post(BATCH_URL, {"records": [outside]}, grant.id).json()["results"][0]["rows"] == []
    said = {"record": outside, "items": {"name": ROWS[2]["name"]}}
    assert app.post(VERIFY_URL, said, grant.id).json()["same"] is False
    wide = [{"item": "number", "op": "in", "value": [r["number"] for r in ROWS]}]
    assert len(app.post(ROWS_URL, {"filters": wide}, grant.id).json()["rows"]) == 2


def test_a_mask_cannot_be_felt_through_a_filter(app):
    grant = factories.grant(masked=["number"])
    asked = {"filters": [{"item": "number", "op": "starts_with", "value": "3509021990"}]}
    assert app.post(ROWS_URL, asked, grant.id).status_code == 422


def test_a_cursor_is_good_for_its_own_question_only(app):
    narrow = factories.grant(row_filter='division = "350902000000"')
    wide = factories.grant(purpose=factories.Purpose("duty", "x", "other duty"))
    after = app.post(ROWS_URL, {"limit": 1}, wide.id, "duty:x").json()["next"]
    for grant, body in (
        (narrow, {"after": after}),
        (narrow, {"after": "x"}),
        (narrow, {"after": after[:-4] + "AAAA"}),
    ):
        answer = app.post(ROWS_URL, body, grant.id)
        assert answer.status_code == 422
        assert answer.json()["error"]["problems"][0]["code"] == "cursor"


@pytest.mark.parametrize("odd", ODD)
def test_no_parameter_carries_sql(app, odd):
    grant = factories.grant()
    bodies = [
        (ROWS_URL, {"items": [odd]}), (ROWS_URL, {"filters": odd}), (ROWS_URL, {"after": odd}), (ROWS_URL, {"limit": odd}),
        (ROWS_URL, {"filters": [{"item": odd, "op": "=", "value": 1}]}),
        (ROWS_URL, {"filters": [{"item": "name", "op": odd, "value": 1}]}),
        (ROWS_URL, {"filters": [{"item": "name", "op": "=", "value": odd}]}),
        (ROWS_URL, {"filters": [{"item": "name", "op": "in", "value": [odd]}]}),
        (ROWS_URL, {"filters": [{"item": "name", "op": "=", "value": {"a": [odd]}}]}),
        (ROWS_URL, {odd: odd}), (BATCH_URL, {"records": [odd]}), (BATCH_URL, {"records": odd}),
        (VERIFY_URL, {"record": odd, "items": {"name": odd}}), (VERIFY_URL, {"record": "x", "items": {odd: "x"}}),
    ]  # fmt: skip
    for url, body in bodies:
        raw = json.dumps(body).encode()
        answer = app.post(url, raw, grant.id)
        assert answer.status_code < 500, (url, body)
        assert "林小梅" not in answer.content.decode(), (url, body)
    path = f"{ROWS_URL}?items={quote(odd.encode('utf-8', 'replace'))}&filters={quote(odd.encode('utf-8', 'replace'))}"
    assert app.get(path, grant.id).status_code in (401, 422)
    assert (
        app.get(f"/data/share/v1/{quote(odd.encode('utf-8', 'replace'), safe='')}/rows", grant.id).status_code
        < 500
    )
    assert ShareKey.objects.count() == 1


@pytest.mark.parametrize(
    "raw", [b"[]", b"{", b"null", b"\xff\xfe", b'{"limit": 1e999}', b"[" * 50_000, b'{"a":' * 5000]
)
def test_bodies_that_are_no_question(app, raw):
    assert app.post(ROWS_URL, raw, factories.grant().id).status_code in (400, 422)


def test_large_bodies_and_other_methods_and_forms(app):
    grant = factories.grant()
    assert app.post(ROWS_URL, b" " * 300_000, grant.id).status_code == 413
    assert code(app.get(VERIFY_URL, grant.id)) == (405, "method")
    answer = app.http.post(ROWS_URL, {"a": "b"})
    assert answer.status_code in (400, 401)
    assert answer["Content-Type"] == "application/json"


def test_a_verification_is_limited_against_guessing(app):
    grant = factories.grant()
    said = {"record": ROWS[0]["number"], "items": {"name": "王"}}
    statuses = [app.post(VERIFY_URL, said, grant.id).status_code for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2


# -- quota --------------------------------------------------------------------------------------------------------


def test_a_quota_is_not_passed(app):
    grant = factories.grant(quota_per_day=4)
    first = app.post(ROWS_URL, {}, grant.id)
    assert first["RateLimit-Remaining"] == "1"
    answer = app.post(ROWS_URL, {}, grant.id)
    assert code(answer) == (429, "quota")
    assert 1 <= int(answer["Retry-After"]) <= 86_400
    assert app.post(ROWS_URL, {"limit": 1}, grant.id).status_code == 200
    with clock.travel(timedelta(days=1)):
        assert app.post(ROWS_URL, {}, grant.id).status_code == 200


def test_calls_at_the_same_time_do_not_pass_the_quota_together(transactional_db, lake):
    from citybrain.hub.identity.tests import factories as town

    town.town()
    factories.people()
    grant = factories.grant(quota_per_day=25)
    let, refused = [], []

    def take():
        leaving = Leaving(grant.id, "gaj.person", FOOD.word, "api", ("name",), "L3", rows=3)
        try:
            for _ in range(4):
                try:
                    let.append(release(leaving, factories.caller()))
                except TooMany:
                    refused.append(1)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(let), len(refused)) == (8, 16)
    assert GrantUse.objects.get().used == 24
    assert ShareLog.objects.count() == 8
