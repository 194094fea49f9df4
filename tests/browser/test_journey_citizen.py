"""The whole path in a real browser: phone, window, back office, certificate, proof, rating, and the figures move."""

import re

import pytest

from citybrain.apps.services.tests import factories as f
from citybrain.hub.cases import api as cases
from citybrain.hub.indicators import api as indicators
from citybrain.hub.indicators.actions.compute import refresh_live
from citybrain.hub.packs import api as packs
from citybrain.kernel.actor import Actor
from tests.browser.people import PHONE, settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def city(transactional_db):
    """The city with its demo people and the social security card, really installed."""
    packs.install("social-security-card", by=Actor.system("tests"), demo=True)
    packs.install("ningde-plan", by=Actor.system("tests"), demo=True)


def apply(page, photo: str) -> str:
    """Fill in the social security card as a citizen does; the case's id."""
    page.locator("a.btn-primary", has_text="开始办理").click()
    page.check("input[value=adult]")
    page.click("main form button.btn-primary")
    for _page in range(8):
        if "/review/" in page.url:
            break
        for choice in ("card_bank", "delivery_way"):
            value = f.FIELDS[choice]
            if page.locator(f"input[name={choice}]").count():
                page.check(f"input[name={choice}][value={value}]")
        if page.locator("input[type=file]").count():
            page.set_input_files("input[type=file]", photo)
        page.click("button[value=continue]")
    page.check("input[name=declared]")
    page.click("main form button.btn-primary")
    assert "/done/" in page.url, page.locator("main").inner_text()
    return page.url.split("/")[-3]


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.pdf"
    path.write_bytes(f.SCAN)
    return str(path)


def received() -> int:
    refresh_live()
    return int(indicators.value("SVC01").value or 0)


def test_from_the_phone_to_the_leaders_screen(city, person, photo):
    before = received()
    citizen = person(f.CITIZEN, PHONE)
    page = citizen.go("/")
    page.fill("#q", "社保卡")
    page.press("#q", "Enter")
    page.click(f"a[href='/guide/{f.CARD}/']")
    case_id = apply(page, photo)

    person("window").act(case_id, "receive")
    person("reviewer.rsj").act(case_id, "accept")
    person("reviewer.rsj").act(case_id, "review", verdict="pass", opinion="材料与条件相符")
    person("decider.rsj").act(case_id, "approve", reason="材料齐全，符合法定条件")
    cases.act(case_id, "certify", by=f.official("issuer"))
    settle()

    page = citizen.go(f"/my/cases/{case_id}/")
    assert "社会保障卡" in page.locator("main").inner_text()
    page.click("a[href^='/certificates/']")
    number = re.search(r"/certificates/([0-9a-f-]{36})/", page.url)
    assert number
    pdf = citizen.context.request.get(f"{citizen.home}/certificates/{number[1]}/file/")
    assert pdf.status == 200
    assert pdf.body()[:5] == b"%PDF-"

    citizen.go(f"/my/cases/{case_id}/")
    page.click(f"a[href='/my/cases/{case_id}/rate/']")
    assert page.locator("input[name=grade]:checked").count() == 0
    page.check("input[name=grade][value='1']")
    page.click("main form button.btn-primary")
    assert "非常满意" in page.locator("main").inner_text()
    assert received() == before + 1


def test_the_same_form_without_scripts(city, person, photo):
    citizen = person(f.CITIZEN, PHONE, scripts=False)
    page = citizen.page
    page.goto(f"{citizen.home}/guide/{f.CARD}/")
    case_id = apply(page, photo)
    assert cases.case_for(f.citizen(), case_id, purpose="own").record.state == "submitted"


PAGES = ["/", "/search/?q=社保卡", f"/guide/{f.CARD}/", "/browse/", "/halls/"]
MINE = ["/my/", "/my/cases/"]


def test_the_main_pages_keep_wcag_aa(city, person, accessible):
    citizen, case = person(f.CITIZEN, PHONE), f.finished()
    for path in [
        *PAGES,
        *MINE,
        f"/my/cases/{case.id}/",
        f"/my/cases/{case.id}/rate/",
        f.start(f.visitor(f.CITIZEN)),
    ]:
        accessible(citizen.go(path))
    clerk = person("window")
    for path in ("/window/", "/window/identify/"):
        accessible(clerk.go(path))
    chief = person("hall")
    for path in ("/lights/", "/ratings/"):
        accessible(chief.go(path))
