"""The catalogue pages as officials get them."""

import re

import pytest
from django.urls import reverse

from citybrain.hub.data import api as data
from citybrain.hub.data.models import ReadLog, Resource
from citybrain.hub.data.tests import factories


@pytest.fixture
def catalogued(visits):
    data.sync_catalogue()
    factories.put([{"id": 7, "organisation": "350902-scjg", "applicant": "=林小梅", "channel": "=1+1"}])


def test_the_catalogue_lists_owner_shape_and_personal_columns(catalogued, steward, client):
    client.force_login(steward)
    text = client.get(reverse("data:catalogue"), {"q": "visit"}).content.decode()
    assert "data.visit" in text
    page = client.get(reverse("data:items", args=["data.visit"])).content.decode()
    assert "worked_days" in page


def test_rows_need_a_purpose_and_show_only_the_scope(catalogued, steward, client):
    client.force_login(steward)
    address = reverse("data:rows", args=["data.visit"])
    assert client.get(address, {"purpose": ""}).status_code == 422
    assert client.get(address, {"purpose": "monthly check", "where": "nothing ="}).status_code == 422
    assert "=林*" not in client.get(address).content.decode()
    assert "350902-scjg" in client.get(address, {"purpose": "monthly check"}).content.decode()


def test_an_export_is_logged_and_harmless(catalogued, steward, client):
    client.force_login(steward)
    address = reverse("data:export", args=["data.visit"])
    assert client.get(address).status_code == 405
    answer = client.post(address, {"purpose": "monthly check"})
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=1+1" in answer.content.decode()
    assert ReadLog.objects.filter(kind="export", rows=1).exists()


def test_strangers_are_sent_to_sign_in_and_others_refused(catalogued, steward, client):
    for name, args in (("catalogue", []), ("detail", ["data.visit"]), ("rows", ["data.visit"]), ("log", [])):
        assert client.get(reverse(f"data:{name}", args=args)).status_code == 302
    client.force_login(steward)
    assert client.get(reverse("data:log")).status_code == 403


def test_a_changed_shape_is_a_new_version_and_a_gone_dataset_is_marked(db):
    with factories.registered(factories.visits()):
        data.sync_catalogue()
        assert data.sync_catalogue() == 0
    fewer = factories.visits()
    object.__setattr__(fewer, "columns", fewer.columns[:-1])
    with factories.registered(fewer):
        data.sync_catalogue()
        assert Resource.objects.get(pk="data.visit").version == 2
    data.sync_catalogue()
    assert not Resource.objects.get(pk="data.visit").alive


@pytest.mark.parametrize("odd", ["\0", "a\0b", "%", "'", '"', "x" * 5000, '"\0" = "\0"'])
def test_no_word_in_an_address_breaks_a_page(catalogued, watcher, client, odd):
    client.force_login(watcher)
    sent = {"q": odd, "purpose": f"check {odd}", "where": odd, "dataset": odd}
    for name, args in (("catalogue", []), ("detail", ["data.visit"]), ("rows", ["data.visit"]), ("log", [])):
        assert client.get(reverse(f"data:{name}", args=args), sent).status_code < 500
    assert client.post(reverse("data:export", args=["data.visit"]), sent).status_code < 500
    assert client.get("/data/no%00thing/").status_code < 500


def test_the_log_names_datasets_and_narrows_by_dataset_kind_and_day(catalogued, steward, watcher, client):
    client.force_login(steward)
    client.get(reverse("data:rows", args=["data.visit"]), {"purpose": "monthly check"})
    client.post(reverse("data:export", args=["data.visit"]), {"purpose": "quarterly check"})
    client.force_login(watcher)
    address, title = reverse("data:log"), Resource.objects.get(pk="data.visit").title["zh"]
    page = client.get(address).content.decode()
    assert "monthly check" in page
    assert title in page
    assert "monthly check" in client.get(address, {"dataset": title}).content.decode()
    only = client.get(address, {"kind": "export"}).content.decode()
    assert "quarterly check" in only
    assert "monthly check" not in only
    assert "monthly check" not in client.get(address, {"until": "2020-01-01"}).content.decode()
    assert client.get(address, {"since": "yesterday"}).status_code == 422
    rows = client.get(address, {"as": "csv", "kind": "export"})
    assert rows["Content-Type"].startswith("text/csv")
    assert "quarterly check" in rows.content.decode()


def test_the_log_is_paged_by_its_last_line(catalogued, steward, watcher, client, monkeypatch):
    monkeypatch.setattr("citybrain.hub.data.views.rows.LOG_PAGE", 2)
    client.force_login(steward)
    for number in range(5):
        client.get(reverse("data:rows", args=["data.visit"]), {"purpose": f"look number {number}"})
    client.force_login(watcher)
    seen, after = [], ""
    for _page in range(3):
        page = client.get(reverse("data:log"), {"after": after}).content.decode()
        seen += re.findall(r"look number \d", page)
        after = (re.findall(r"after=([0-9a-f-]{36})", page) or [""])[0]
    assert seen == [f"look number {n}" for n in (4, 3, 2, 1, 0)]
    assert after == ""
    assert client.get(reverse("data:log"), {"after": "nonsense"}).status_code == 200
