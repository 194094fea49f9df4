"""Pages offer the steps that rooms hang at a place, along the way."""

import pytest
from django.test import RequestFactory

from citybrain.ui import onward
from citybrain.ui.onward import Step
from citybrain.ui.tests.test_components import render


@pytest.fixture
def place(monkeypatch):
    """No offers but the test's own."""
    monkeypatch.setattr(onward, "_offers", {})

    @onward.offer("a.place")
    def late(request, subject):
        yield Step(f"Use {subject}", "/use/", 40, main=True)

    @onward.offer("a.place")
    def early(request, subject):
        yield Step("Describe", "/describe/", 10)

    return RequestFactory().get("/")


def test_steps_stand_along_the_way(place):
    assert [step.title for step in onward.steps(place, "a.place", "rows")] == ["Describe", "Use rows"]


def test_nothing_is_offered_elsewhere_or_without_a_request(place):
    assert onward.steps(place, "another.place", 1) == []
    assert onward.steps(None, "a.place", 1) == []


def test_the_likely_step_stands_out(place):
    html = render("{{ c.next_steps(found) }}", found=onward.steps(place, "a.place", "rows"))
    assert 'class="btn btn-secondary" href="/describe/"' in html
    assert 'class="btn btn-primary" href="/use/"' in html
    assert "<nav" not in render("{{ c.next_steps([]) }}")
