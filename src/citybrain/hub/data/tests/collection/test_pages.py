"""Pages of collecting: own units' things only, a bounded number of questions, no word breaks a page."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from citybrain.hub.data.collection.actions.sources import check_config
from citybrain.hub.data.models import Collection, Contract, Source
from citybrain.hub.data.tests.collection import factories as f
from citybrain.kernel import clock
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
ROWS = "编号,名称,成立\n1,甲,\nx,乙,\n".encode()


@pytest.fixture
def run(lake, clerk):
    return f.done(f.collection(ROWS))


def addresses(run) -> dict[str, str]:
    """Every page that shows one thing."""
    made = run.collection
    return {
        "collection": reverse("data:collection", args=[made.pk]), "run": reverse("data:collection_run", args=[run.pk]),
        "source": reverse("data:source", args=[made.source_id]), "job": reverse("data:job", args=[run.job_id]),
    }  # fmt: skip


def test_pages_of_ones_own_unit(run, clerk, client):
    client.force_login(clerk)
    for name in ("collections", "sources", "contracts", "new_collection", "new_source", "new_contract"):
        assert client.get(reverse(f"data:{name}")).status_code == 200, name
    for name, address in addresses(run).items():
        assert client.get(address).status_code == 200, name
    text = client.get(reverse("data:collections")).content.decode()
    assert "企业" in text


def test_another_units_things_do_not_exist(run, clerk, neighbour, client):
    client.force_login(neighbour)
    made, source = run.collection, run.collection.source
    for name, address in addresses(run).items():
        assert client.get(address).status_code == 404, name
    posts = [
        reverse("data:download_rejected", args=[run.pk]), reverse("data:upload_corrected", args=[run.pk]),
        reverse("data:run_now", args=[made.pk]), reverse("data:collection_state", args=[made.pk]),
        reverse("data:check_source", args=[source.pk]), reverse("data:new_push_key", args=[source.pk]),
        reverse("data:change_source", args=[source.pk]), reverse("data:wizard", args=[made.pk, 4]),
        reverse("data:wizard_thing", args=[made.pk]),
    ]  # fmt: skip
    for address in posts:
        assert client.post(address, {"file": SimpleUploadedFile("a.csv", ROWS)}).status_code == 404, address
    assert "企业" not in client.get(reverse("data:collections")).content.decode()
    answer = client.post(reverse("data:new_collection"), {"title": "x", "source": str(source.pk)})
    assert answer.status_code == 404


def test_a_dataset_of_another_unit_cannot_be_filled(run, neighbour):
    from citybrain.hub.data.collection.actions.collections import activate_collection
    from citybrain.kernel.errors import Invalid

    other = f.source("push")
    other.organisation = "350921-scjg"
    other.save()
    made = Collection.objects.create(
        title="x", source=other, organisation="350921-scjg", mapping=[m.as_dict() for m in f.FIRMS], resource="scjg.firm",
        cycle={}, created_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(Invalid):
        activate_collection(made, by=f.BY)


def test_strangers_are_sent_to_sign_in(run, client):
    for address in [*addresses(run).values(), reverse("data:collections"), reverse("data:contracts")]:
        assert client.get(address).status_code == 302


def test_lists_ask_the_same_number_of_questions_however_long(
    run, clerk, client, django_assert_max_num_queries
):
    client.force_login(clerk)
    client.get(reverse("data:collections"))
    for n in range(5):
        f.done(f.collection(ROWS, title=f"企业{n}"))
    for name, most in (("collections", 8), ("sources", 8), ("contracts", 8)):
        with django_assert_max_num_queries(most):
            client.get(reverse(f"data:{name}"))
    with django_assert_max_num_queries(12):
        client.get(reverse("data:collection_run", args=[run.pk]))
    with django_assert_max_num_queries(12):
        client.get(reverse("data:collection", args=[run.collection_id]))


@pytest.mark.parametrize("odd", ["%", "'", '"', "x" * 5000, "<script>", "\u202e", "-1", "9" * 30])
def test_no_word_breaks_a_page(run, clerk, client, odd):
    client.force_login(clerk)
    sent = dict.fromkeys(["q", "state", "page", "kind", "source", "title", "organisation", "host", "port", "url", "price", "begins", "every",
                          "number", "at", "mode", "wish", "thing", "resource", "noun", "users", "items"], odd)  # fmt: skip
    for name in ("collections", "sources", "contracts", "new_collection", "new_source", "new_contract"):
        assert client.get(reverse(f"data:{name}"), sent).status_code < 500, name
        assert client.post(reverse(f"data:{name}"), sent).status_code < 500, name
    assert client.get(reverse("data:collection_run", args=[run.pk]), sent).status_code < 500
    for kind in ("rest", "sftp", "postgresql", "folder", "stream", "push"):
        assert client.post(reverse("data:new_source"), {**sent, "kind": kind}).status_code < 500, kind
    draft = f.collection(ROWS)
    Collection.objects.filter(pk=draft.pk).update(state="draft", step=6)
    for step in range(2, 6):
        assert client.post(reverse("data:wizard", args=[draft.pk, step]), sent).status_code < 500, step


def test_a_download_is_on_record(run, clerk, client):
    client.force_login(clerk)
    client.post(reverse("data:download_rejected", args=[run.pk]))
    assert AuditEntry.objects.filter(action="data.download_rejected", obj=f"run:{run.pk}").exists()


def test_secrets_are_kept_encrypted_and_not_sent_to_a_new_address(run, clerk, client, settings):
    client.force_login(clerk)
    words = {
        "kind": "rest",
        "title": "接口",
        "organisation": f.UNIT,
        "url": "http://127.0.0.1:1/x",
        "secret": "t0psecret",
    }
    page = client.post(reverse("data:new_source"), words)
    source = Source.objects.get(kind="rest")
    assert page.status_code == 302
    assert source.secret == "t0psecret"
    assert "t0psecret" not in client.get(reverse("data:source", args=[source.pk])).content.decode()
    assert "t0psecret" not in client.get(reverse("data:change_source", args=[source.pk])).content.decode()
    moved = client.post(
        reverse("data:change_source", args=[source.pk]),
        {**words, "secret": "", "url": "http://evil.example/"},
    )
    assert moved.status_code == 422
    same = client.post(
        reverse("data:change_source", args=[source.pk]), {**words, "secret": "", "active": "1"}
    )
    assert same.status_code == 302
    source.refresh_from_db()
    assert source.secret == "t0psecret"


def test_a_key_is_shown_once(clerk, client):
    client.force_login(clerk)
    source = f.source("push")
    client.post(reverse("data:new_push_key", args=[source.pk]))
    address = reverse("data:source", args=[source.pk])
    assert "cbp_" in client.get(address).content.decode()
    assert "cbp_" not in client.get(address).content.decode()
    assert check_config(source, by=f.BY)[0].ok


def test_a_random_id_is_not_found(clerk, client):
    client.force_login(clerk)
    for name in ("collection", "collection_run", "source", "contract"):
        assert client.get(reverse(f"data:{name}", args=[uuid.uuid4()])).status_code == 404


# -- bought data ------------------------------------------------------------------------------------------------


def contract(**values) -> dict:
    today = clock.today()
    return {
        "number": "HT-1", "title": "企业用电量数据", "supplier": "某公司", "scope": "经济运行监测", "items": "企业名称\n用电量\n月份",
        "price": "120,000.50", "price_basis": "公开招标", "begins": today.isoformat(), "expires": (today + timedelta(days=30)).isoformat(),
        "organisation": f.UNIT, "users": "", "resource": "", **values,
    }  # fmt: skip


def test_data_is_not_bought_twice(clerk, client):
    client.force_login(clerk)
    assert client.post(reverse("data:new_contract"), contract()).status_code == 302
    made = Contract.objects.get()
    assert made.price_fen == 12_000_050
    page = client.get(reverse("data:contracts")).content.decode()
    assert "即将到期" in page
    again = client.post(
        reverse("data:new_contract"),
        contract(number="HT-2", title="用电量(企业)", items="月份、用电量、企业名称"),
    )
    assert again.status_code == 422
    assert "企业用电量数据" in again.content.decode()
    sure = client.post(reverse("data:new_contract"), contract(number="HT-2", confirmed="1"))
    assert sure.status_code == 302
    assert client.post(reverse("data:new_contract"), contract(confirmed="1")).status_code == 422, (
        "the number is taken"
    )


def test_another_units_contract_is_not_shown(clerk, neighbour, client):
    client.force_login(clerk)
    client.post(reverse("data:new_contract"), contract())
    client.force_login(neighbour)
    assert client.get(reverse("data:contract", args=[Contract.objects.get().pk])).status_code == 404
    assert (
        client.post(reverse("data:new_contract"), contract(number="HT-3", confirmed="1")).status_code == 422
    )


@pytest.mark.parametrize(
    ("word", "value"),
    [("price", "free"), ("price", "-1"), ("price", "1e99"), ("price", "NaN"), ("begins", "2026-02-30"), ("expires", "2020-01-01"), ("users", "nobody"), ("resource", "x.y")],
)  # fmt: skip
def test_what_is_wrong_in_a_contract_is_named(clerk, client, word, value):
    client.force_login(clerk)
    answer = client.post(reverse("data:new_contract"), contract(**{word: value}))
    assert answer.status_code == 422
    assert f"#f-{word}" in answer.content.decode()
