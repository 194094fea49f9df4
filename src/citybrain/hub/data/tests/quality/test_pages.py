"""The pages of quality as officials get them: what they show, to whom, with how many queries; what is refused."""

import io

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from citybrain.hub.data.jobs import running
from citybrain.hub.data.models import Item, Job, QualityRule, QualityWeight, ReadLog, Resource
from citybrain.hub.data.quality.actions.write_rule import new_version
from citybrain.hub.data.quality.queries.problems import problems_of
from citybrain.hub.data.tests.quality import factories as f
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.errors import NotFound

PROVIDER = ["data.view", "data.check", "data.export"]
STEWARD = [*PROVIDER, "data.rule", "data.weigh", "data.unmask", "data.read"]


@pytest.fixture
def provider(db):
    """An official of the department that provides the table."""
    people.town()
    people.role("provider", PROVIDER)
    return people.official("provider", people.post("provider", "350902-scjg"))


@pytest.fixture
def stranger(db):
    """The same post in another department."""
    people.town()
    people.role("provider", PROVIDER)
    return people.official("stranger", people.post("provider", "350902-wjw"))


@pytest.fixture
def keeper(db):
    """The city's data steward."""
    people.town()
    people.role("keeper", STEWARD)
    return people.official("keeper", people.post("keeper", "350900-fgw", reach="all"))


@pytest.fixture
def checked(lake):
    f.table()
    f.deliver([*f.ROWS, {"number": "=1+1", "name": "@cmd", "amount": 9}])
    f.scanned()


def get(client, name, *args, **query):
    return client.get(reverse(f"data:{name}", args=args), query)


PAGES = [
    ("quality", [], 22),
    ("quality_resource", [f.KEY], 28),
    ("quality_departments", [], 18),
    ("quality_department", ["350902-scjg"], 22),
    ("quality_valid", [], 22),
    ("quality_definition", [], 14),
    ("quality_rules", [], 15),
    ("quality_rules_of", [f.KEY], 20),
]


@pytest.mark.parametrize(("name", "args", "most"), PAGES)
def test_pages_answer_in_few_queries(
    checked, provider, client, name, args, most, django_assert_max_num_queries
):
    client.force_login(provider)
    with django_assert_max_num_queries(most):
        answer = get(client, name, *args)
    assert answer.status_code == 200
    assert "林" not in answer.content.decode()  # figures only, no rows


def test_more_tables_cost_no_more_queries(lake, provider, client, django_assert_max_num_queries):
    for n in "abcdefgh":
        f.table(f"scjg.t{n}")
        f.deliver(key=f"scjg.t{n}")
        f.scanned(f"scjg.t{n}")
    client.force_login(provider)
    with django_assert_max_num_queries(22):
        assert "scjg.th" in get(client, "quality").content.decode()
    assert ">scjg.ta<" not in get(client, "quality", q="scjg.tb").content.decode()


def test_nothing_checked_yet_says_what_to_do(provider, client):
    client.force_login(provider)
    for name in ("quality", "quality_departments", "quality_valid", "quality_rules"):
        assert get(client, name).status_code == 200


def test_a_provider_sees_its_problem_rows_masked_and_logged(checked, provider, client):
    client.force_login(provider)
    page = get(client, "quality_problems", f.KEY, "auto_identifier_number").content.decode()
    assert "350902********0000" in page
    assert "350902199001010000" not in page
    assert ReadLog.objects.get(kind="problems").rows == 2
    asked = get(client, "quality_problems", f.KEY, "auto_identifier_number", unmask="1").content.decode()
    assert "350902199001010000" not in asked


def test_a_steward_may_unmask_on_record(checked, keeper, client):
    client.force_login(keeper)
    page = get(client, "quality_problems", f.KEY, "auto_identifier_number", unmask="1").content.decode()
    assert "350902199001010000" in page
    assert ReadLog.objects.get(kind="problems").unmasked


def test_another_department_gets_neither_rows_nor_export_nor_checks(checked, stranger, client):
    client.force_login(stranger)
    assert get(client, "quality_resource", f.KEY).status_code == 200
    assert get(client, "quality_problems", f.KEY, "auto_identifier_number").status_code == 403
    for name, args in (
        ("quality_problems_export", [f.KEY, "auto_identifier_number"]),
        ("quality_check", [f.KEY]),
    ):
        assert client.post(reverse(f"data:{name}", args=args)).status_code == 403
    assert get(client, "quality_rule_new", f.KEY).status_code == 403
    assert not ReadLog.objects.exists()
    assert "problems/auto_identifier_number" not in get(client, "quality_resource", f.KEY).content.decode()


def test_a_table_without_a_provider_is_for_city_wide_posts(checked, provider, keeper, client):
    Resource.objects.update(owner="")
    client.force_login(provider)
    assert get(client, "quality_problems", f.KEY, "auto_identifier_number").status_code == 403
    client.force_login(keeper)
    assert get(client, "quality_problems", f.KEY, "auto_identifier_number").status_code == 200


def test_exports_run_nothing(checked, keeper, client):
    client.force_login(keeper)
    address = reverse("data:quality_problems_export", args=[f.KEY, "auto_identifier_number"])
    text = client.post(address, {"unmask": "1"}).content.decode()
    assert "'=1+1" in text
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(client.post(address, {"format": "xlsx", "unmask": "1"}).content)
    )
    rows = book.get_sheet_by_index(0).to_python()
    assert any("'=1+1" in row for row in rows)
    assert ReadLog.objects.filter(kind="export", rows=2).count() == 2


def test_an_item_that_left_the_catalogue_is_hidden(checked):
    Item.objects.filter(name="number").delete()
    assert "350902" not in str(problems_of(f.KEY, "auto_identifier_number").rows)


FORM = {
    "kind": "range", "rule_key": "amount_small", "title": "金额不大于1", "items": "amount", "most": "1",
    "severity": "mandatory", "weight": "10", "reason": "测试",
}  # fmt: skip


def test_a_rule_is_tried_then_saved_then_checked(checked, keeper, client):
    client.force_login(keeper)
    address = reverse("data:quality_rule_new", args=[f.KEY])
    assert client.get(address).status_code == 200
    assert client.get(address, {"kind": "range"}).status_code == 200
    tried = client.post(address, {**FORM, "act": "try"}).content.decode()
    assert not QualityRule.objects.exists()
    assert "林*" in tried or "350902" in tried
    assert f.GOOD[2] not in tried
    assert ReadLog.objects.filter(kind="try_rule").exists()
    assert client.post(address, {**FORM, "act": "save"}).status_code == 302
    f.scanned()
    assert problems_of(f.KEY, "amount_small").failed == 2
    edit = reverse("data:quality_rule", args=[f.KEY, "amount_small"])
    assert client.post(edit, {**FORM, "most": "5", "act": "save"}).status_code == 302
    assert QualityRule.objects.get(current=True).version == 2
    assert client.get(edit).status_code == 200
    assert client.post(edit, {**FORM, "most": "5", "act": "save"}).status_code == 302
    assert QualityRule.objects.count() == 2


@pytest.mark.parametrize("kind", ["required", "format", "pattern", "length", "code", "identifier", "range", "condition", "unique", "relation", "same_value", "row_count", "timely", "reachable"])  # fmt: skip
def test_every_kind_has_its_form(checked, keeper, client, kind):
    client.force_login(keeper)
    address = reverse("data:quality_rule_new", args=[f.KEY])
    assert client.get(address, {"kind": kind}).status_code == 200
    assert client.post(address, {"kind": kind, "act": "save"}).status_code == 422


@pytest.mark.parametrize(
    "odd",
    [
        {"items": 'amount" > 1 OR "x'},
        {"items": "nothing"},
        {"most": "1); DROP TABLE x; --"},
        {"weight": "-1"},
        {"weight": "9" * 4000},
        {"rule_key": "../../x"},
        {"rule_key": "a\0b"},
        {"kind": "pattern", "items": "name", "pattern": "("},
        {"kind": "pattern", "items": "name", "pattern": "(?P<x>"},
        {"kind": "pattern", "items": "name", "pattern": "((a{900}){900}){900}"},
        {"kind": "pattern", "items": "name", "pattern": "(?=a)b"},
        {"kind": "code", "items": "name", "table": "x'; --"},
        {"kind": "condition", "condition": "read_csv('/etc/passwd') = 1"},
        {"kind": "relation", "items": "name", "resource": "data_job", "item": "id"},
        {"dimension": "beauty"},
    ],
    ids=str,
)
def test_rule_parameters_cannot_smuggle_anything(checked, keeper, client, odd):
    client.force_login(keeper)
    answer = client.post(reverse("data:quality_rule_new", args=[f.KEY]), {**FORM, **odd, "act": "try"})
    assert answer.status_code in (400, 422)  # 400: NUL is refused at the door
    assert not QualityRule.objects.exists()


def test_a_rule_does_not_spy_on_another_departments_table(checked, client, db):
    f.table("wjw.patient", owner="350902-wjw")
    people.role("writer", [*PROVIDER, "data.rule"])
    client.force_login(people.official("writer", people.post("writer", "350902-scjg")))
    spying = {
        **FORM,
        "kind": "relation",
        "items": "name",
        "resource": "wjw.patient",
        "item": "name",
        "act": "try",
    }
    address = reverse("data:quality_rule_new", args=[f.KEY])
    assert client.post(address, spying).status_code == 422
    Resource.objects.filter(pk="wjw.patient").update(sharing="unconditional")
    assert client.post(address, spying).status_code == 200


def test_rules_of_packs_are_read_only(checked, keeper, client):
    new_version(f.rule(), None, by=f.BY, origin="pack", pack="tests")
    client.force_login(keeper)
    edit = reverse("data:quality_rule", args=[f.KEY, "amount_small"])
    assert client.post(edit, {**FORM, "most": "99", "act": "save"}).status_code == 200
    switch = reverse("data:quality_rule_switch", args=[f.KEY, "amount_small"])
    assert client.post(switch, {"active": "0", "reason": "不需要了"}).status_code == 409
    assert QualityRule.objects.get().params == {"most": "1"}


def test_an_automatic_rule_is_switched_off_with_a_reason(checked, keeper, client):
    client.force_login(keeper)
    switch = reverse("data:quality_rule_switch", args=[f.KEY, "auto_length_name"])
    client.post(switch, {"active": "0", "reason": ""})
    assert not QualityRule.objects.exists()
    client.post(switch, {"active": "0", "reason": "来源系统另有规定"})
    f.scanned()
    with pytest.raises(NotFound):
        problems_of(f.KEY, "auto_length_name")
    client.post(switch, {"active": "1", "reason": "恢复"})
    client.post(switch, {"active": "1", "reason": "恢复检测"})
    f.scanned()
    assert problems_of(f.KEY, "auto_length_name").failed == 0


def test_a_check_is_asked_for_on_the_page(checked, provider, client):
    client.force_login(provider)
    assert client.post(reverse("data:quality_check", args=[f.KEY])).status_code == 302
    again = client.post(reverse("data:quality_check", args=[f.KEY]), {"rule": "auto_key_unique"})
    assert again.status_code == 302
    while running.do_next():
        pass
    assert set(Job.objects.values_list("kind", "state")) == {
        ("quality_scan", "done"),
        ("quality_recheck", "done"),
    }


def test_weights_are_set_by_those_who_may(checked, provider, keeper, client):
    given = {"normativity": "1", "completeness": "1", "accuracy": "0", "consistency": "0", "timeliness": "0", "accessibility": "0"}  # fmt: skip
    address = reverse("data:quality_weigh")
    client.force_login(provider)
    assert client.post(address, given).status_code == 403
    client.force_login(keeper)
    assert client.post(address, {**given, "accuracy": "-1"}).status_code == 422
    assert client.post(address, dict.fromkeys(given, "0")).status_code == 422
    assert client.post(address, given).status_code == 302
    assert QualityWeight.objects.count() == 6
    f.scanned()
    assert "92.86" in get(client, "quality_resource", f.KEY).content.decode()


def test_historical_rows_need_a_reason(checked, keeper, client):
    client.force_login(keeper)
    address = reverse("data:quality_historical", args=[f.KEY])
    client.post(address, {"historical": "1", "historical_reason": ""})
    assert "auto" in get(client, "quality_rules_of", f.KEY).content.decode()
    client.post(address, {"historical": "1", "historical_reason": "登记事实不随周期失效"})
    assert "登记事实不随周期失效" in get(client, "quality_rules_of", f.KEY).content.decode()


@pytest.mark.parametrize("odd", ["\0", "%", "'", '"', "x" * 3000, "-1", "99999999999999999999"])
def test_no_word_in_an_address_breaks_a_page(checked, keeper, client, odd):
    client.force_login(keeper)
    sent = dict.fromkeys(("q", "owner", "order", "page", "kind", "dimension", "origin", "format"), odd)
    for name, args, _most in PAGES:
        assert get(client, name, *args, **sent).status_code < 500
    assert get(client, "quality_problems", f.KEY, "auto_key_unique", **sent).status_code < 500
    assert get(client, "quality_rule_new", f.KEY, **sent).status_code < 500


def test_lists_are_exported(checked, keeper, client):
    client.force_login(keeper)
    for name in ("quality_departments", "quality_valid", "quality_rules"):
        for kind, mark in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
            assert get(client, name, format=kind).content.startswith(mark)
