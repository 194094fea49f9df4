"""The design system in a real browser: sizes, languages, large type, keyboard, WCAG 2.2 AA."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOODS = ("/ui/gallery/", "/ui/gallery/bench/", "/ui/gallery/board/")


@pytest.mark.parametrize("path", MOODS)
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_every_component_keeps_wcag_aa(look, accessible, path, lang):
    accessible(look(path, lang=lang))


@pytest.mark.parametrize("elder", [False, True])
def test_a_phone_never_scrolls_sideways_and_keeps_wcag_aa(look, accessible, elder):
    page = look("/ui/gallery/", width=390, height=844, elder=elder)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)


def test_large_type_is_22_pixels(look):
    page = look("/ui/gallery/", elder=True)
    assert page.evaluate("getComputedStyle(document.body).fontSize") == "22px"


@pytest.mark.parametrize(("elder", "least"), [(False, 44), (True, 56)])
def test_touch_targets_are_large_enough(look, elder, least):
    page = look("/ui/gallery/", width=390, height=844, elder=elder)
    heights = page.evaluate(
        "[...document.querySelectorAll('.btn:not(.btn-small):not(.btn-link), input.input, select.input, .choice')]"
        ".filter(e => e.offsetParent).map(e => Math.round(e.getBoundingClientRect().height))"
    )
    assert min(heights) >= least


def test_language_and_type_size_work_without_scripts(look):
    page = look("/ui/gallery/", scripts=False)
    page.click("text=English")
    assert page.url.endswith("/ui/gallery/")
    assert page.locator("html").get_attribute("lang") == "en"
    page.click("text=Large type")
    assert "elder" in page.locator("html").get_attribute("class")


def test_the_first_tab_skips_to_the_main_content(look):
    page = look("/ui/gallery/", lang="en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_focus_is_always_visible(look):
    page = look("/ui/gallery/", lang="en")
    for _ in range(12):
        page.keyboard.press("Tab")
        width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert width >= 2, page.evaluate("document.activeElement.outerHTML.slice(0, 80)")


def test_a_confirmation_opens_and_escape_closes_it(look):
    page = look("/ui/gallery/", lang="en")
    page.click("summary:has-text('Withdraw application')")
    assert page.is_visible("text=Yes, withdraw")
    page.keyboard.press("Escape")
    assert not page.is_visible("text=Yes, withdraw")


def test_a_rare_character_of_a_town_has_a_glyph(look):
    page = look("/ui/gallery/")
    width = page.evaluate(
        "c => { const k = document.createElement('canvas').getContext('2d'); k.font = '32px ' + getComputedStyle(document.body).fontFamily;"
        " return [k.measureText(c).width, k.measureText('镇').width]; }",
        "𬇙",
    )
    assert width[0] == width[1]


def test_an_error_page_looks_like_the_city(look, accessible):
    page = look("/ui/gallery/cinema/", status=404, lang="en")
    assert page.is_visible("text=To the home page")
    accessible(page)
