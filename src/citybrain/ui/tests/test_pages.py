"""Pages of the design system: both languages, large type, strict policy, preferences that lead nowhere else."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

pytestmark = pytest.mark.django_db
PAGES = ("/ui/gallery/", "/ui/gallery/bench/", "/ui/gallery/board/", "/ui/accessibility/")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_speaks_both_languages(client, page, language):
    client.cookies["django_language"] = language
    html = client.get(page).content.decode()
    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}"' in html
    assert "<h1>" in html
    assert ("Skip to the main content" in html) == (language == "en")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_carries_inline_style_or_script(client, page):
    html = client.get(page).content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", html)


def test_ids_are_unique_and_labels_lead_to_fields(client):
    html = client.get("/ui/gallery/").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
    assert set(re.findall(r'<label[^>]*for="([^"]+)"', html)) <= set(ids)


def test_language_and_type_size_return_to_the_same_address(client):
    answer = client.get("/ui/language/en/?next=/ui/gallery/%3Fa%3D1")
    assert answer["Location"] == "/ui/gallery/?a=1"
    assert answer.cookies["django_language"].value == "en"
    answer = client.get("/ui/mode/elder/?next=/ui/gallery/")
    assert answer.cookies["citybrain_mode"].value == "elder"
    assert 'class="mood-public elder' in client.get("/ui/gallery/").content.decode()
    client.get("/ui/mode/plain/?next=/")
    assert "elder" not in client.get("/ui/accessibility/").content.decode().split("<head>")[0]


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:evil"],
)
def test_a_preference_never_leads_to_another_site(client, target):
    assert client.get("/ui/mode/elder/", {"next": target})["Location"] == "/"


@pytest.mark.parametrize("path", ["/ui/language/xx/", "/ui/mode/huge/", "/ui/gallery/cinema/"])
def test_unknown_choices_are_not_found(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 429, 500, 503])
def test_error_pages_say_what_happened_what_is_safe_and_what_to_do(status, django_assert_num_queries):
    request = RequestFactory().get("/x")
    with translation.override("en"), django_assert_num_queries(0):
        html = render_to_string(
            "ui/errors/error.html", {"status": status, "reference": "abc"}, request=request
        )
    assert f"Error {status}" in html
    assert len(re.findall(r"<p>[^<]+</p>", html)) >= 2
    assert "abc" in html


def test_an_error_page_uses_the_words_of_the_refusal():
    request = RequestFactory().get("/x")
    html = render_to_string(
        "ui/errors/error.html",
        {"status": 422, "title": "T1", "message": "W1", "safe": "S1", "todo": "D1", "retry_after": 7,
         "problems": [{"path": "a.b", "message": "P1"}]},
        request=request,
    )  # fmt: skip
    for word in ("T1", "W1", "S1", "D1", "P1", "#f-a-b"):
        assert word in html


def test_the_home_page_of_a_stranger_has_no_menu_of_the_bench(client):
    assert '<nav class="bench-nav"' not in client.get("/ui/gallery/").content.decode()
