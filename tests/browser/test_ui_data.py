"""Data room, sharing and open data in a real browser: WCAG on phone and desk, keyboard, and no need for scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from citybrain.apps.opendata.actions import build, release
from citybrain.apps.opendata.models import OpenDataset
from citybrain.apps.services.tests import factories as people
from citybrain.hub.data.jobs import running
from citybrain.hub.data.models import Job
from citybrain.hub.data.registers.actions import demo_rows
from citybrain.hub.data.registers.actions.build import build_one
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock, events
from citybrain.kernel.actor import Actor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BY = Actor.system("tests")
ROWS = Path(settings.ROOT) / "packs/ningde-registers/demo/rows/gaj-resident.csv"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
STEWARD = (
    "/sharing/", "/sharing/department/", "/sharing/requests/", "/data/", "/data/gaj.resident/", "/data/gaj.resident/items/",
    "/data/register.person/lineage/", "/data/duties/", "/data/quality/", "/data/jobs/", "/data/lake/", "/data/workbench/",
    "/opendata/bench/",
)  # fmt: skip
CLERK = ("/data/collections/new/", "/data/sources/new/?kind=sftp", "/sharing/requests/new/gaj.resident/")
ANYBODY = ("/opendata/", "/opendata/search/", "/opendata/datasets/working-days/", "/opendata/api/")
CSV = "编号,名称,金额\n1,甲,10\n2,乙,二十\n".encode("gb18030")


@pytest.fixture
def city(transactional_db, lake, plain_files):
    """Ningde with its registers and demo accounts, the residents as rows, one public dataset."""
    for name in ("data-sharing", "open-data-base", "ningde-registers"):
        packs.install(name, by=BY, demo=True)
    Job.objects.all().delete()
    demo_rows.load("gaj.resident", ROWS, by=BY)
    calendar = OpenDataset.objects.get(slug="working-days")
    build.make_version(calendar, 1, by=BY)
    release.publish_version(calendar.pk, 1, by=BY)
    while events.dispatch_once(100):
        pass


@pytest.fixture
def known(city):
    """The residents in the register of people, as its models build it."""
    for key in ("std.person_record", "std.person_link", "register.person_value", "register.person"):
        job = Job.objects.create(
            kind="registers.build", title={}, created_at=clock.now(), by=BY.as_dict(), state="running"
        )
        assert build_one(key, running.Run(job), []) == "done"
        job.delete()


@pytest.fixture
def visit(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """``visit("steward")``: a page of somebody signed in, in Chinese; ``""`` is nobody. Broken scripts fail the test."""
    contexts, broken = [], []

    def begin(username: str = "", size: dict[str, int] = DESK, *, scripts: bool = True) -> Any:
        context = chromium.new_context(
            viewport=size, java_script_enabled=scripts, reduced_motion="reduce", base_url=live_server.url
        )
        contexts.append(context)
        cookies = {"django_language": "zh-hans"}
        if username:
            name = settings.SESSION_COOKIE_NAME
            cookies[name] = people.visitor(username).cookies[name].value
        context.add_cookies([{"name": k, "value": v, "url": live_server.url} for k, v in cookies.items()])
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        return page

    yield begin
    for context in contexts:
        context.close()
    assert broken == []


def go(page: Any, path: str) -> Any:
    """A page that answers and does not scroll sideways."""
    answer = page.goto(path)
    assert answer.status == 200, f"{path}: {answer.status}"
    return page


def reached(page: Any, selector: str, most: int = 90) -> bool:
    """Whether Tab comes to an element, and the focus is seen there."""
    for _n in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth) >= 2")
    return False


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_of_data_keep_wcag_aa_and_never_scroll_sideways(city, visit, accessible, size):
    for username, paths in (("steward", STEWARD), ("liaison.mzj", CLERK), ("", ANYBODY)):
        page = visit(username, size)
        for path in paths:
            go(page, path)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
            accessible(page)


def test_a_card_of_a_table_names_every_value_beside_it(city, visit):
    page = go(visit("steward", PHONE), "/data/")
    cell = page.locator(".table-cards tbody tr td:not(.none)").first
    name = cell.get_attribute("data-label")
    assert name
    assert cell.evaluate("e => getComputedStyle(e, '::before').content") == f'"{name}"'
    label, value = cell.evaluate(
        "e => { const r = document.createRange(); r.selectNodeContents(e); const box = r.getBoundingClientRect();"
        " return [e.getBoundingClientRect().left + parseFloat(getComputedStyle(e).paddingLeft), box.left]; }"
    )
    assert value >= label - 1
    assert page.locator(".table-cards thead").bounding_box()["height"] <= 1


def test_a_long_menu_unfolds_the_section_one_is_in(city, visit):
    page = go(visit("steward"), "/sharing/requests/")
    parts = page.locator(".bench-nav-part")
    folded = parts.evaluate_all("all => all.filter(p => !p.open).length")
    assert folded == parts.count() - 1
    assert page.locator(".bench-nav-part[open] [aria-current]").inner_text() == "数据申请"
    page.locator(".bench-nav-part:not([open]) summary").first.press("Enter")
    assert parts.evaluate_all("all => all.filter(p => p.open).length") == 2


def test_the_wizard_of_a_collection_is_walked_by_keyboard(city, visit, tmp_path):
    page = go(visit("liaison.mzj"), "/data/collections/new/")
    assert reached(page, "[name=title]")
    page.keyboard.type("测试名册")
    assert reached(page, "[type=file]")
    page.set_input_files("[type=file]", {"name": "list.csv", "mimeType": "text/csv", "buffer": CSV})
    for step in (2, 3, 4):
        assert reached(page, "main form button.btn-primary:not([name])"), page.url
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url.endswith(f"/step/{step}/"), page.locator("main").inner_text()
    assert reached(page, "[name=key]")
    page.keyboard.press("Space")
    assert page.is_checked("[name=key] >> nth=0")


def test_the_form_of_a_request_is_filled_in_by_keyboard_and_says_what_is_missing(city, visit):
    page = go(visit("liaison.mzj"), "/sharing/requests/new/gaj.resident/")
    assert page.locator(".field-error").count() == 0
    assert reached(page, "[name=items]")
    page.keyboard.press("Space")
    assert reached(page, "[name=purpose_text]")
    page.keyboard.type("核对申领人户籍")
    assert reached(page, "main form button.btn-primary")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "error-summary"
    assert page.input_value("[name=purpose_text]") == "核对申领人户籍"
    page.click(".error-summary a[href='#f-basis']")
    page.fill("[name=basis]", "户口登记条例")
    page.fill("[name=purpose_code]", "elderly-allowance")
    with page.expect_navigation():
        page.locator("main form button.btn-primary").press("Enter")
    assert "/sharing/requests/" in page.url
    with page.expect_navigation():
        page.click("main .buttons a")
    shown = page.locator(".case-main").inner_text()
    assert "核对申领人户籍" in shown
    assert page.locator(".case-main a[href='/data/gaj.resident/']").is_visible()


def test_citizens_need_no_scripts_to_search_ask_and_object(known, visit):
    page = go(visit("lin.xiaomei", PHONE, scripts=False), "/opendata/")
    page.fill("main [name=q], .od-hero [name=q]", "工作日")
    page.locator(".od-search button").click()
    page.locator(".od-card a").first.click()
    assert page.locator("#first-rows").is_visible()
    go(page, "/opendata/requests/new/")
    page.fill("[name=title]", "公交站点位置")
    page.locator("main form button").click()
    assert page.locator(".field-error").first.is_visible()
    assert page.input_value("[name=title]") == "公交站点位置"
    page.fill("[name=purpose]", "做一个查站点的小程序")
    page.locator("main form button").click()
    assert "/opendata/my/" in page.url
    assert page.locator("main >> text=公交站点位置").is_visible()
    go(page, "/data/my/file/")
    page.locator("a[href*='/object/']").first.click()
    page.fill("[name=claimed]", "林晓梅")
    page.fill("[name=reason]", "户口簿上写的是晓，请核对。")
    page.locator("main form button").click()
    assert page.locator(".notice-success").is_visible()
    assert page.locator("#said").is_visible()
