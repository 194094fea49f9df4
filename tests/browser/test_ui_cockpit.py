"""The board on three ends in a real browser: exact on the wall, readable, alive, honest when the stream is gone."""

import pytest

from citybrain.apps.cockpit.actions.refresh_board import refresh_board
from citybrain.apps.cockpit.tests.conftest import as_actor, totals  # noqa: F401 - fixtures
from citybrain.apps.cockpit.tests.factories import board, figure
from citybrain.hub.places.tests import factories as places

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WALL, DESK = "/cockpit/city/?end=wall", "/cockpit/city/"
CLIPPED = """[...document.querySelectorAll('.tile')].filter(e => e.offsetParent &&
    (e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)).map(e => e.id)"""


@pytest.fixture
def shown(transactional_db, totals, as_actor):  # noqa: F811
    """A computed board and somebody who may see it."""
    places.install("350902", "350981")
    row = board()
    refresh_board(row)
    as_actor("cockpit.view")
    return row


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160), (1280, 720)])
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_wall_fits_exactly_and_cuts_nothing(look, shown, width, height, lang):
    page = look(WALL, width=width, height=height, lang=lang)
    size = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert size == [width, height]
    assert page.evaluate(CLIPPED) == []
    bottom = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.tile')].map(e => e.getBoundingClientRect().bottom))"
    )
    assert height * 0.97 <= bottom <= height


def test_nothing_on_the_wall_is_too_small_for_eight_metres(look, shown):
    page = look(WALL, width=1920, height=1080)
    small = page.evaluate(
        "[...document.querySelectorAll('.tile *')].filter(e => e.offsetParent && e.children.length === 0 &&"
        " e.textContent.trim() && !e.closest('svg, script, .sr') && parseFloat(getComputedStyle(e).fontSize) < 18).map(e => e.textContent)"
    )
    assert small == []
    assert (
        page.evaluate("parseFloat(getComputedStyle(document.querySelector('.figure-value')).fontSize)") >= 56
    )


@pytest.mark.parametrize(("width", "height"), [(390, 844), (768, 1024), (1440, 900)])
def test_desk_and_phone_never_scroll_sideways(look, shown, width, height):
    page = look(DESK, width=width, height=height)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CLIPPED) == []


@pytest.mark.parametrize(
    ("path", "width"), [(DESK, 1440), (DESK, 390), (WALL, 1920), ("/cockpit/city/map/350902/", 1280)]
)
def test_the_board_keeps_wcag_aa(look, shown, accessible, path, width):
    accessible(look(path, width=width, height=1080))


def test_without_scripts_the_board_is_complete(look, shown):
    page = look(DESK, scripts=False)
    assert page.locator(".figure-value").first.inner_text() == "98.6"
    assert page.locator("use.county").count() == 9
    box = page.locator("use.county").first.bounding_box()
    assert box["width"] > 30
    assert box["height"] > 30
    assert page.locator("path.line").first.is_visible()
    page.locator("svg.map a").first.click()
    assert "/map/" in page.url


def test_charts_draw_under_the_strict_policy(look, shown):
    page = look(DESK)
    page.wait_for_selector(".chart canvas")


def test_a_change_reaches_an_open_screen(look, shown, totals):  # noqa: F811
    page = look(DESK)
    totals.figures["SVC01"] = figure("SVC01", "4,321")
    refresh_board(shown)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector("#card-receipts .figure-value:has-text('4,321')")
    assert page.locator("#card-on-time .figure-value").inner_text() == "98.6"


def test_a_screen_that_is_cut_off_turns_grey_and_says_since_when(look, shown):
    page = look(DESK, lang="en")
    page.route("**/cards/**", lambda route: route.abort())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector(".cards.is-stopped")
    assert "No new data since" in page.locator("[data-pulse]").inner_text()


def test_the_keyboard_reaches_every_county(look, shown):
    page = look(DESK)
    names = page.evaluate(
        "[...document.querySelectorAll('svg.map a')].map(a => { a.focus(); return document.activeElement === a && a.getAttribute('aria-label'); })"
    )
    assert len(names) == 9
    assert all(names)
