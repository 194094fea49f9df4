"""Components say what they show to eyes, keyboards and screen readers."""

import re

import pytest
from django.template import engines
from django.utils import translation


def render(source: str, **context) -> str:
    """A template text with the components imported as ``c``."""
    template = engines["jinja2"].from_string('{% import "ui/components.html" as c %}' + source)
    return template.render(context)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_an_error_stands_beside_its_field_and_is_announced_with_it():
    html = render(
        '{{ c.field("people.0.name", "Name", error="Enter a name", hint="As on the card", required=True) }}'
    )
    assert 'id="f-people-0-name"' in html
    assert 'aria-describedby="f-people-0-name-error f-people-0-name-hint"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="f-people-0-name-error"' in html
    assert "(required)" in html


def test_the_error_summary_links_to_the_field_with_the_problem():
    html = render(
        "{{ c.error_summary(p) }}", p=[{"path": "people.0.name", "message": "Enter a name"}, "Whole form"]
    )
    assert '<a href="#f-people-0-name">Enter a name</a>' in html
    assert "Whole form" in html
    assert 'role="alert"' in html


def test_no_problems_means_no_error_summary():
    assert render("{{ c.error_summary([]) }}").strip() == ""


@pytest.mark.parametrize(("light", "shape", "word"), [
    ("green", "<circle", "On time"),
    ("yellow", "M10 1.5 19.5 18H.5z", "Due soon"),
    ("red", "M6.3 1h7.4", "Overdue"),
    ("", "<circle", "No data"),
])  # fmt: skip
def test_a_light_has_a_shape_and_a_word_beside_its_colour(light, shape, word):
    html = render("{{ c.light(light) }}", light=light)
    assert shape in html
    assert word in html
    assert word in render('{{ c.light(light, "") }}', light=light), (
        "without a label the word is for screen readers"
    )


def test_values_are_escaped_everywhere():
    evil = '"><script>alert(1)</script>'
    html = render(
        "{{ c.field(e, e, value=e, error=e, hint=e) }}{{ c.button(e, href=e) }}{{ c.tag(e) }}"
        "{{ c.summary_list([(e, e)]) }}{{ c.table([e], [[e]]) }}{{ c.notice('info', e, e) }}"
        "{{ c.timeline([{'title': e, 'body': e}]) }}{{ c.empty(e, e, (e, e)) }}{{ c.kpi(e, e, unit=e) }}",
        e=evil,
    )
    assert "<script>" not in html
    assert not re.search(r'"[^">]*"><', html.replace("&#34;", "")) or "alert(1)</script>" not in html


def test_a_style_or_handler_attribute_is_refused():
    for attrs in ({"style": "color:red"}, {"onclick": "x()"}):
        with pytest.raises(ValueError, match="content security policy"):
            render("{{ c.button('x', attrs=attrs) }}", attrs=attrs)


def test_a_choice_field_keeps_what_was_chosen_and_names_the_group():
    html = render(
        '{{ c.field("k", "Kind", type="radio", options=[("a", "A"), {"value": "b", "label": {"zh": "乙", "en": "B"}}], value="b") }}'
    )
    assert "<legend" in html
    assert re.search(r'value="b" checked', html)
    assert not re.search(r'value="a" checked', html)
    assert ">B</label>" in html
    many = render('{{ c.field("k", "K", type="checkboxes", options=["x", "y"], value=["y"]) }}')
    assert re.search(r'value="y" checked', many)


def test_a_file_field_a_select_and_a_checkbox_have_labels():
    html = render(
        '{{ c.field("f", "File", type="file") }}{{ c.field("s", "Select", type="select", options=[("1", "One")], value=1) }}'
        '{{ c.field("c", "Agree", type="checkbox", value=True) }}{{ c.upload("u", "Plan", files=[{"name": "a.pdf", "size": 10, "remove": "1"}]) }}'
    )
    for field in ("f-f", "f-s", "f-c", "f-u"):
        assert f'for="{field}"' in html
        assert f'id="{field}"' in html
    assert 'value="1" selected' in html
    assert "Remove" in html


def test_a_table_sorts_by_links_and_says_its_direction():
    html = render(
        '{{ c.table([{"label": "No", "sort": "?s=no", "direction": "ascending"}, {"label": "Days", "num": True}], [["1", 4]], caption="Open") }}'
    )
    assert 'aria-sort="ascending"' in html
    assert '<a href="?s=no">' in html
    assert '<th scope="row"' in html
    assert "<caption>Open</caption>" in html


def test_pages_by_number_and_by_cursor():
    numbers = render('{{ c.pager(p, "?q=x&page=3") }}', p={"number": 3, "pages": 9, "total": 180})
    assert 'href="?q=x&amp;page=4"' in numbers
    assert 'aria-current="page">3<' in numbers
    assert "180 in all" in numbers
    cursor = render('{{ c.pager(p, "?q=x") }}', p={"next": "abc"})
    assert 'href="?q=x&amp;after=abc"' in cursor
    assert "Previous" not in cursor
    assert render("{{ c.pager(p) }}", p={"number": 1, "pages": 1}).strip() == ""


def test_an_empty_state_offers_the_next_step():
    assert 'href="/guide/"' in render(
        '{{ c.empty("Nothing", "Apply first", ("Find a service", "/guide/")) }}'
    )


def test_a_dangerous_act_asks_first_without_javascript():
    html = render('{{ c.confirm("Withdraw", "Withdraw it?", action="/x", csrf=csrf) }}', csrf="TOKEN")
    assert "<details" in html
    assert 'method="post"' in html
    assert "TOKEN" in html


def test_progress_says_where_one_is():
    html = render('{{ c.steps(s) }}{{ c.timeline(t) }}', s=[{"label": "A", "state": "done"}, {"label": "B", "state": "current"}],
                  t=[{"title": "Accepted", "state": "done"}, {"title": "Review", "state": "current"}])  # fmt: skip
    assert html.count('aria-current="step"') == 2
    assert "(Done)" in html


def test_a_figure_without_value_is_a_dash_and_a_stale_one_says_so():
    assert "—" in render('{{ c.kpi("Kiosks", None) }}')
    html = render('{{ c.kpi("Online", "82", unit="%", stale=True, light_colour="green") }}')
    assert "Stale" in html
    assert "light-green" not in html


def test_a_cell_shows_its_technical_key_outside_the_link_and_keeps_short_words_together():
    html = render(
        '{{ c.table(["A", "B", "C"], [[{"text": "Name", "href": "/x/", "key": "a.b"}, "—", long]], cards=True) }}',
        long="a sentence that may break into several lines",
    )
    assert '<a href="/x/">Name</a><span class="key">a.b</span>' in html
    assert '<td class="none" data-label="B">—</td>' in html
    assert '<th scope="row" class="short" data-label="A">' in html
    assert '<td data-label="C">a sentence' in html
