"""The catalogue's pages: what each role gets, how many questions they ask, and what strangers do not see."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from citybrain.hub.data.catalogue.actions.describe import describe_item
from citybrain.hub.data.catalogue.actions.publish import publish_resource
from citybrain.hub.data.models import Duty, Resource, Suggestion
from citybrain.hub.data.tests.catalogue.factories import described
from citybrain.hub.data.tests.catalogue.test_duties import duty
from citybrain.hub.data.tests.catalogue.test_form import filled
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import clock

TABS = ("detail", "items", "lineage", "versions")


def page(client, name, *args, **sent):
    return client.get(reverse(f"data:{name}", args=args), sent)


def form_of(**values):
    """What the description form sends."""
    given = described(**values)
    return {
        "title.zh": given["title"]["zh"], "title.en": "", "description.zh": given["description"]["zh"], "keywords": "食品证",
        **{k: v for k, v in given.items() if k not in ("title", "description", "keywords")},
    }  # fmt: skip


def test_the_list_costs_the_same_for_any_number(draft, clerk, client, django_assert_max_num_queries):
    client.force_login(clerk)
    page(client, "catalogue")
    with django_assert_max_num_queries(16):
        text = page(client, "catalogue", q="许可", grade="L3").content.decode()
    assert "301001/000001" in text
    assert "scjg.licence" not in page(client, "catalogue", q="没有这个").content.decode()


@pytest.mark.parametrize("name", TABS)
def test_tabs_ask_few_questions(draft, clerk, client, django_assert_max_num_queries, name):
    client.force_login(clerk)
    page(client, name, draft.pk)
    with django_assert_max_num_queries(18):
        assert page(client, name, draft.pk).status_code == 200


def test_a_draft_is_its_own_units(draft, clerk, stranger, client):
    client.force_login(stranger)
    for name in (*TABS, "edit_resource", "resource_state"):
        assert page(client, name, draft.pk).status_code == 404, name
    assert "食品经营许可" not in page(client, "catalogue").content.decode()
    assert "食品经营许可" not in client.get(reverse("data:catalogue_export")).content.decode()
    publish_resource(draft.pk, by=people.actor(clerk), complete=True)
    assert page(client, "detail", draft.pk).status_code == 200
    assert page(client, "edit_resource", draft.pk).status_code == 403
    assert (
        client.post(
            reverse("data:resource_state", args=[draft.pk]), {"wish": "withdraw", "reason": "x"}
        ).status_code
        == 403
    )
    assert (
        client.post(
            reverse("data:edit_item", args=[draft.pk, "firm"]), {"title.zh": "x", "type": "text"}
        ).status_code
        == 403
    )
    assert client.post(reverse("data:scan", args=[draft.pk])).status_code == 403


def test_a_reader_only_reads(draft, clerk, client):
    publish_resource(draft.pk, by=people.actor(clerk), complete=True)
    client.force_login(people.official("reader", people.post("reader", "350902-wjw")))
    assert page(client, "detail", draft.pk).status_code == 200
    for name, args in (
        ("new_resource", []),
        ("import", []),
        ("suggestions", []),
        ("new_duty", []),
        ("edit_resource", [draft.pk]),
    ):
        assert page(client, name, *args).status_code == 403, name


def test_the_form_shows_every_fault_and_keeps_what_was_typed(draft, clerk, client):
    client.force_login(clerk)
    address = reverse("data:edit_resource", args=[draft.pk])
    answer = client.post(address, form_of(cycle="often") | {"retention_months": "many", "title.zh": ""})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "f-cycle" in text
    assert "f-retention_months" in text
    assert "f-title-zh" in text
    assert client.post(address, form_of(cycle="weekly")).status_code == 302
    assert Resource.objects.get(pk=draft.pk).cycle == "weekly"


def test_a_description_is_not_given_away_to_another_unit(draft, clerk, client):
    client.force_login(clerk)
    address = reverse("data:edit_resource", args=[draft.pk])
    assert client.post(address, form_of(owner="350902-wjw")).status_code == 403
    assert Resource.objects.get(pk=draft.pk).owner == "350902-scjg"


def test_a_new_draft_from_the_page(city, lake, clerk, client):
    client.force_login(clerk)
    sent = {
        "key": "scjg.shop",
        "title.zh": "店铺",
        "owner": "350902-scjg",
        "item.name": "shop_no",
        "item.title.zh": "编号",
        "item.type": "text",
    }
    answer = client.post(reverse("data:new_resource"), sent | {"key": "gaj.shop"})
    assert answer.status_code == 422
    assert "scjg." in answer.content.decode()
    assert client.post(reverse("data:new_resource"), sent).status_code == 302
    assert client.post(reverse("data:new_resource"), sent).status_code == 422
    item = {"name": "valid_to", "title.zh": "有效期", "type": "date", "grade": "L2"}
    assert client.post(reverse("data:new_item", args=["scjg.shop"]), item).status_code == 302
    assert Resource.objects.get(pk="scjg.shop").grade == "L2"


def test_publishing_from_the_page(draft, clerk, client):
    client.force_login(clerk)
    address = reverse("data:resource_state", args=[draft.pk])
    describe_item(
        draft.pk, "remark", values={"opening": "conditional", "grade": "L4"}, by=people.actor(clerk)
    )
    text = client.post(address, {"wish": "publish"}).content.decode()
    assert "L4级,不得开放" in text
    describe_item(draft.pk, "remark", values={"opening": "", "grade": "L1"}, by=people.actor(clerk))
    assert client.post(address, {"wish": "publish"}).status_code == 302
    assert client.post(address, {"wish": "withdraw", "reason": ""}).status_code == 422
    assert client.post(address, {"wish": "withdraw", "reason": "停用"}).status_code == 302


def test_two_versions_side_by_side(draft, clerk, client):
    describe_item(draft.pk, "remark", values={"grade": "L2"}, by=people.actor(clerk))
    client.force_login(clerk)
    text = page(client, "versions", draft.pk, older=1, newer=2).content.decode()
    assert "L2" in text
    assert page(client, "versions", draft.pk, older=1, newer=99).status_code == 404


def test_watching(draft, clerk, client):
    client.force_login(clerk)
    address = reverse("data:watch", args=[draft.pk])
    client.post(address)
    assert draft.subscriptions.count() == 1
    client.post(address, {"wish": "end"})
    assert draft.subscriptions.count() == 0


def test_findings_are_for_the_units_own_people(draft, clerk, stranger, client, django_assert_max_num_queries):
    made = Suggestion.objects.create(
        resource=draft, item="remark", kind="phone", checked=10, hits=9, samples=["138****1234"], grade="L3", personal="phone",
        found_at=clock.now(),
    )  # fmt: skip
    client.force_login(stranger)
    assert "138****1234" not in page(client, "suggestions").content.decode()
    address = reverse("data:decide_suggestion", args=[made.pk])
    assert client.post(address, {"wish": "confirm"}).status_code == 404
    client.force_login(clerk)
    page(client, "suggestions")
    with django_assert_max_num_queries(10):
        assert "138****1234" in page(client, "suggestions").content.decode()
    assert client.post(address, {"wish": "confirm"}).status_code == 302
    assert draft.items.get(name="remark").grade == "L3"


def test_the_form_by_upload(city, lake, clerk, client, django_capture_on_commit_callbacks):
    client.force_login(clerk)
    assert client.get(reverse("data:import_template")).content[:2] == b"PK"
    assert client.post(reverse("data:import")).status_code == 422
    file = SimpleUploadedFile("表.xlsx", filled())
    answer = client.post(reverse("data:import"), {"file": file})
    assert answer.status_code == 302
    assert "食品经营许可" in client.get(answer["Location"]).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(answer["Location"]).status_code == 302
    assert Resource.objects.filter(pk="scjg.shop").exists()


def test_another_persons_form_is_not_shown(city, lake, clerk, stranger, client):
    client.force_login(clerk)
    answer = client.post(reverse("data:import"), {"file": SimpleUploadedFile("x.xlsx", filled())})
    client.force_login(stranger)
    assert client.get(answer["Location"]).status_code == 404
    assert client.post(answer["Location"]).status_code == 404


def test_the_duty_list(draft, clerk, keeper, client, django_assert_max_num_queries):
    row = duty()
    client.force_login(keeper)
    page(client, "duties")
    with django_assert_max_num_queries(16):
        assert "市场主体登记" in page(client, "duties").content.decode()
    assert "市场主体登记" in page(client, "duties", only="unbound").content.decode()
    sent = {
        "organisation": "350902-scjg",
        "title_zh": "改",
        "elements": "enterprise.name 名称\nbad",
        "basis": "条例",
        "basis_tag": "K",
    }
    address = reverse("data:edit_duty", args=[row.pk])
    assert client.post(address, sent).status_code == 422
    assert client.post(address, sent | {"elements": "enterprise.name 名称"}).status_code == 302
    assert Duty.objects.get(pk=row.pk).elements == [
        {"name": "enterprise.name", "title": {"zh": "名称", "en": "Name"}}
    ]
    new = sent | {"key": "scjg-more", "elements": "enterprise.phone 电话"}
    assert client.post(reverse("data:new_duty"), new).status_code == 302
    client.force_login(clerk)
    assert client.post(reverse("data:bind_duty", args=[row.pk]), {"resource": draft.pk}).status_code == 302
    assert "scjg.licence" in page(client, "duty", row.pk).content.decode()
    assert client.get(reverse("data:duties"), {"as": "csv"})["Content-Type"].startswith("text/csv")


def test_a_duty_of_another_unit_is_not_bound(draft, stranger, client, city):
    row = duty()
    client.force_login(stranger)
    assert client.post(reverse("data:bind_duty", args=[row.pk]), {"resource": draft.pk}).status_code == 403


def test_exports_keep_the_filter_and_run_nothing(draft, clerk, client):
    Resource.objects.filter(pk=draft.pk).update(title={"zh": "=cmd()", "en": ""})
    client.force_login(clerk)
    text = client.get(reverse("data:catalogue_export"), {"grade": "L3"}).content.decode()
    assert "'=cmd()" in text
    assert (
        "scjg.licence" not in client.get(reverse("data:catalogue_export"), {"grade": "L1"}).content.decode()
    )
    assert client.get(reverse("data:catalogue_export"), {"as": "form"}).content[:2] == b"PK"


@pytest.mark.parametrize("odd", ["\0", "%", "'", "x" * 3000, "<script>", "-name", "=1"])
def test_no_word_breaks_a_page(draft, clerk, client, odd):
    client.force_login(clerk)
    sent = dict.fromkeys(
        (
            "q",
            "sort",
            "page",
            "class",
            "owner",
            "state",
            "grade",
            "older",
            "newer",
            "resource",
            "kind",
            "only",
        ),
        odd,
    )
    for name, args in (
        ("catalogue", []),
        ("duties", []),
        ("suggestions", []),
        *((tab, [draft.pk]) for tab in TABS),
    ):
        assert page(client, name, *args, **sent).status_code in (200, 400, 404), name
    for name, args in (("edit_resource", [draft.pk]), ("new_resource", []), ("new_item", [draft.pk])):
        posted = dict.fromkeys(
            ("key", "name", "title.zh", "owner", "type", "classification", "cycle", "item.name"), odd
        )
        assert client.post(reverse(f"data:{name}", args=args), posted).status_code in (302, 400, 403, 422), (
            name
        )


def test_whoever_publishes_for_the_whole_city_sees_every_draft(draft, keeper, client):
    client.force_login(keeper)
    assert "食品经营许可" in page(client, "catalogue").content.decode()
    for name in (*TABS, "resource_state"):
        assert page(client, name, draft.pk).status_code == 200, name


def test_a_draft_says_what_is_missing_and_offers_the_next_step(draft, clerk, keeper, client):
    Resource.objects.filter(pk=draft.pk).update(security_owner="")
    client.force_login(clerk)
    text = page(client, "detail", draft.pk).content.decode()
    assert "尚未发布" in text
    assert f'href="/data/{draft.pk}/state/"' in text
    Resource.objects.filter(pk=draft.pk).update(security_owner="信息中心")
    assert "尚未发布" not in page(client, "detail", draft.pk).content.decode()
