"""A department's Excel on its whole way in a real browser: collected, catalogued, checked, put right, published, asked for,
called under a key, objected to by its own person, opened without persons, and counted by an indicator."""

import io
import json
import secrets
import time
import urllib.request
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from python_calamine import CalamineWorkbook

from citybrain.apps.opendata.models import OpenDataset
from citybrain.apps.sharing.models import DataRequest, ObjectionCase, QualityWork
from citybrain.hub.data.domain.workbook import Sheet, workbook
from citybrain.hub.data.grants.domain import signing
from citybrain.hub.data.jobs import running
from citybrain.hub.data.models import Job, QualityProfile
from citybrain.hub.data.quality.actions.begin import begin_due
from citybrain.hub.data.registers.actions import demo_rows
from citybrain.hub.data.registers.actions.build import build_one
from citybrain.hub.indicators import api as indicators
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from tests.browser.people import DESK, PHONE, settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BY = Actor.system("tests")
FILES = Path(settings.ROOT) / "docs" / "handbook" / "tour-data"
KEY, SLUG, PURPOSE = "mzj.meal_aid", "meal-aid", "matter:elderly-allowance"
ZHONG = "350902194105060043"  # 钟秀英: 60 in the list, 90 by right
FIRST_MODELS = ("std.person_record", "std.person_link", "register.person_value", "register.person")


@pytest.fixture
def city(transactional_db, lake):
    """The city with its demo accounts and the register of people; of the demo rows only the residents."""
    packs.install("ningde-data", by=BY, demo=True)
    Job.objects.all().delete()
    folder = packs.folder_of("ningde-registers") / "demo" / "rows"
    demo_rows.load("gaj.resident", folder / "gaj-resident.csv", by=BY)
    for key in FIRST_MODELS:
        job = Job.objects.create(kind="registers.build", title={}, created_at=clock.now(), by=BY.as_dict())
        assert build_one(key, running.Run(job), []) == "done"
        job.delete()
    settle()
    QualityProfile.objects.all().delete()  # what else was delivered is nobody's matter here


def work() -> None:
    """What the worker and the job process do: deliver events, do jobs."""
    settle()
    while running.do_next():
        settle()


def quiet() -> None:
    """The same after a quiet minute, when tables with new rows are scanned."""
    work()
    with clock.travel(timedelta(minutes=1)):
        while begin_due():
            work()


def press(page: Any, button: str = "", form: str = "form") -> None:
    """Press a button of a form that leads to a page: the one with these attributes, else the first that sends it."""
    with page.expect_navigation():
        page.locator(f"main {form} button{button or ':not([name])'}").first.click()


def collected(clerk: Any) -> str:
    """The six steps of the wizard with the department's Excel; the address of the run."""
    page = clerk.go("/data/collections/new/")
    page.fill("#f-title", "长者助餐补贴月报")
    page.set_input_files("input[type=file]", str(FILES / "meal-aid-2026-11.xlsx"))
    press(page)
    assert "钟秀英" not in page.locator("main").inner_text(), "the preview masks"
    press(page)
    page.select_option("#f-resource", KEY)
    press(page, "[name=choose]")
    assert [s.input_value() for s in page.locator("main select[name^=item_]").all()] == [
        "number", "name", "age", "contact", "site", "amount", "month", "division",
    ]  # fmt: skip
    press(page)
    page.check("input[name=mode][value=upsert]")
    assert page.is_checked("input[name=key][value=number]")
    press(page)
    press(page)
    press(page, "[name=now]")
    return str(page.url.removeprefix(clerk.home))


def corrected_rejects(clerk: Any, run: str) -> None:
    """Download what was rejected, put it right in the file itself, bring it back."""
    page = clerk.go(run)
    with page.expect_download() as waiting:
        page.click("form[action$='/rejected/'] button")
    content = Path(waiting.value.path()).read_bytes()
    head, *rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    right = {r[1]: r for r in listed("meal-aid-2026-11-corrected.xlsx")[1:]}
    name, number, amount = head.index("姓名"), head.index("公民身份号码"), head.index("月补贴金额(元)")
    assert len(rows) == 2
    for row in rows:
        row[number], row[amount] = right[row[name]][0], right[row[name]][5]
    page.set_input_files("form[action$='/corrected/'] input[type=file]", files=[{
        "name": "corrected.xlsx", "mimeType": "application/octet-stream",
        "buffer": workbook([Sheet("Sheet1", head, rows)]),
    }])  # fmt: skip
    press(page, form="form[action$='/corrected/']")
    work()


def listed(name: str) -> list[list[Any]]:
    """Rows of a file of the tour, with the head."""
    return CalamineWorkbook.from_path(str(FILES / name)).get_sheet_by_index(0).to_python()


def called(home: str, key_id: str, secret: str, grant: str, record: str) -> dict[str, Any]:
    """A signed call of the batch interface, as an application of the department makes it."""
    path = f"/data/share/v1/{KEY}/batch"
    raw = json.dumps({"records": [record]}).encode()
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    text = signing.canonical(
        method="POST", path=path, timestamp=stamp, nonce=nonce, grant=grant, purpose=PURPOSE, body=raw
    )
    headers = {
        "Content-Type": "application/json", "X-Share-Key": key_id, "X-Share-Timestamp": stamp, "X-Share-Nonce": nonce,
        "X-Share-Grant": grant, "X-Share-Purpose": PURPOSE,
        "X-Share-Signature": signing.signature(signing.signing_key(secret, key_id), text),
    }  # fmt: skip
    with urllib.request.urlopen(urllib.request.Request(home + path, raw, headers)) as answer:
        return json.load(answer)["results"][0]["rows"][0]


def test_from_a_spreadsheet_to_an_open_dataset(city, person):
    clerk, steward = person("liaison.mzj"), person("steward")
    assert indicators.value("SOC02").value is None

    # 1 collected, what was rejected comes back corrected
    run = collected(clerk)
    work()
    assert "148" in clerk.go(run).locator("main .kpis").inner_text()
    corrected_rejects(clerk, run)
    page = clerk.go(run)
    page.click("main nav a[href='/data/mzj.meal_aid/']")

    # 2 catalogued: the scanner's finding confirmed, the duty bound, the description completed
    press(page, form="form[action$='/scan/']")
    work()
    clerk.go("/data/findings/")
    press(page, "[value=confirm]")
    clerk.go("/data/duties/welfare-meal-aid/")
    page.select_option("#f-resource", KEY)
    press(page, form="form:has(#f-resource)")
    clerk.go(f"/data/{KEY}/")
    assert "尚未发布" in page.locator("main").inner_text()
    page.click("main nav a[href='/data/mzj.meal_aid/edit/'].btn")
    page.fill("[name='description.zh']", "全市长者助餐补贴每月发放名单")
    page.fill("[name=security_owner]", "市民政局养老服务科")
    page.fill("[name=sharing_condition]", "办理老年人福利事项时核对")
    for way in ("api", "verify", "batch"):
        page.check(f"[name=sharing_ways][value={way}]")
    press(page)
    assert "尚未发布" not in page.locator("main").inner_text()

    # 3 a rule finds an amount with a zero too many; the work order leads to its correction
    page = steward.go(f"/data/quality/{KEY}/rules/new/?kind=range")
    for name, value in {"rule_key": "amount_bounds", "title": "月补贴金额在0至600元之间", "least": "0", "most": "600"}.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.check("[name=items][value=amount]")
    press(page, "[name=act][value=save]")
    quiet()
    order = QualityWork.objects.get(resource=KEY, rule="amount_bounds")
    page = clerk.go("/sharing/")
    assert order.case_no in page.locator("main").inner_text()
    clerk.go(f"/data/quality/{KEY}/problems/amount_bounds/")
    assert "6,000" in page.locator("main").inner_text().replace("6000", "6,000")
    page.click("main nav a[href^='/data/collections/']")
    page.set_input_files("input[type=file]", str(FILES / "meal-aid-2026-11-corrected.xlsx"))
    press(page, form="form[action$='/run/']")
    work()
    clerk.act(str(order.case_id), "report", measures="核对台账，多录一个0，已更正并重新上传")
    quiet()
    order.refresh_from_db()
    assert order.state == "cured"

    # 4 published by the data steward
    page = steward.go(f"/data/{KEY}/")
    page.click("main nav a[href='/data/mzj.meal_aid/state/'].btn")
    press(page, "[value=publish]")
    work()

    # 5 another department asks, the authority forwards, the provider agrees
    user = person("liaison.xgw")
    page = user.go(f"/data/{KEY}/")
    page.click("main nav a[href^='/sharing/requests/new/']")
    for item in ("number", "site", "amount"):
        page.check(f"[name=items][value={item}]")
    page.check("[name=purpose_kind][value=matter]")
    for name, value in {"purpose_code": "elderly-allowance", "purpose_text": "办理高龄津贴时核对是否已享受助餐补贴", "basis": "老年人权益保障法"}.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    for way in ("api", "batch"):
        page.check(f"[name=ways][value={way}]")
    press(page)
    asked = DataRequest.objects.get(resource=KEY)
    steward.act(str(asked.case_id), "forward", remark="用途明确")
    clerk.act(str(asked.case_id), "agree", conditions="仅用于核对")
    work()

    # 6 a key, and a call that is really signed with it
    page = user.go(f"/sharing/requests/{asked.pk}/")
    page.click("main a[href^='/data/grants/']")
    grant = page.url.rstrip("/").rpartition("/")[2]
    page.click("main a[href='/data/applications/']")
    page.fill("#f-name", "综合窗口系统")
    press(page, form="form:has(#f-name)")
    press(page, form="form[action$='/key/']")
    key_id, secret = (dd.inner_text().strip() for dd in page.locator("main dl dd").all()[:2])
    assert float(called(user.home, key_id, secret, grant, ZHONG)["amount"]) == 60

    # 7 the person objects on their phone; the source corrects; who had read is told
    citizen = person("zhong.xiuying", PHONE)
    page = citizen.go("/data/my/file/?kind=person")
    link = page.locator("a[href*='block=meal'][href*='item=amount']")
    link.evaluate(
        "e => { for (let d = e.closest('details'); d; d = d.parentElement.closest('details')) d.open = true }"
    )
    link.click()
    page.fill("#f-claimed", "90")
    page.fill("#f-reason", "我已满80周岁，应为90元，社区有登记")
    press(page)
    settle()
    objection = ObjectionCase.objects.get(resource=KEY)
    steward.act(str(objection.case_id), "register")
    settle()
    assert called(user.home, key_id, secret, grant, ZHONG)["_under_objection"] is True
    clerk.act(str(objection.case_id), "correct", new_value="90", evidence="社区台账")
    work()
    after = called(user.home, key_id, secret, grant, ZHONG)
    assert float(after["amount"]) == 90
    assert "_under_objection" not in after
    assert "已更正" in citizen.go("/data/my/file/?kind=person").locator("main").inner_text()
    page = user.go("/data/corrections/")
    page.click("main details summary")
    press(page, form="form[action*='/corrections/']")
    assert page.locator("main form[action*='/corrections/']").count() == 0

    # 8 opened: without persons, with a report, decided by four people
    page = clerk.go(f"/data/{KEY}/")
    page.click("main nav a[href^='/opendata/bench/propose/']")
    for name, value in {"slug": SLUG, "summary_zh": "各县市区长者助餐补贴发放情况，已去标识化"}.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=theme]", index=1)
    for name, step in {"number": "drop", "name": "drop", "contact": "drop", "age": "age_band", "division": "county"}.items():  # fmt: skip
        page.select_option(f"[name='step.{name}']", step)
    for name in ("age", "division"):
        page.select_option(f"[name='role.{name}']", "quasi")
    page.select_option("[name=division]", "division")
    page.fill("[name=k]", "3")
    page.fill("[name=reference]", KEY)
    press(page)
    work()
    text = clerk.go(f"/opendata/bench/datasets/{SLUG}/").locator("main").inner_text()
    assert "检查通过" in text
    opened = OpenDataset.objects.get(slug=SLUG)
    person("leader.mzj").act(str(opened.case_id), "agree", opinion="不涉密，个人信息已删除")
    steward.act(str(opened.case_id), "pass_check", opinion="k=3 满足", report_read=True)
    person("opener").act(str(opened.case_id), "approve", reason="同意开放")
    work()

    # 9 anybody finds, reads and downloads it; machines do by DCAT and CKAN; nobody is in it
    visitor = person("", DESK)
    page = visitor.go("/opendata/")
    page.fill("main input[type=search]", "助餐")
    page.press("main input[type=search]", "Enter")
    page.wait_for_url("**/opendata/search/**")
    page.click(f"main a[href='/opendata/datasets/{SLUG}/']")
    with page.expect_download() as waiting:
        page.click(f"main a[href='/opendata/datasets/{SLUG}/v1.csv']")
    lines = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) - 1 == opened.versions.get().rows > 100
    assert not any(name in "\n".join(lines) for name in ("钟秀英", ZHONG, "1380000"))
    fetch = visitor.context.request.get
    assert "dcat:Dataset" in fetch(f"{visitor.home}/opendata/datasets/{SLUG}.ttl").text()
    shown = fetch(f"{visitor.home}/opendata/api/3/action/package_show?id={SLUG}").json()
    assert shown["success"]
    assert {r["format"] for r in shown["result"]["resources"]} >= {"CSV", "XLSX"}

    # 10 the list feeds an indicator, the indicator the leaders' board; the lineage shows the whole way
    assert indicators.value("SOC02").value == 150
    board = person("mayor").go("/cockpit/data/")
    assert "长者助餐补贴人数" in board.locator("main").inner_text()
    drawn = clerk.go(f"/data/{KEY}/lineage/").locator("main").inner_text()
    for word in ("长者助餐补贴月报", "SOC02", SLUG):
        assert word in drawn
