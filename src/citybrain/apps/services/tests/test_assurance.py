"""A citizen who is known too little is led to the stronger check, before anything is filled in."""

import pytest
from django.urls import reverse

from citybrain.apps.services.tests import factories as f
from citybrain.hub.identity.queries.actor import ASSURANCE
from citybrain.hub.matters.data import GuideView

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


@pytest.fixture
def weak(monkeypatch):
    monkeypatch.setattr(GuideView, "assurance", property(lambda view: "verified"))
    client = f.visitor(f.CITIZEN)
    session = client.session
    session[ASSURANCE] = "basic"
    session.save()
    return client


def test_the_guide_says_that_a_confirmed_identity_is_needed(weak):
    assert "刷脸或读取身份证" in weak.get(reverse("services:guide", args=[f.CARD])).content.decode()


def test_starting_leads_to_the_stronger_check_and_back_here(weak):
    start = reverse("services:start", args=[f.CARD])
    answer = weak.post(start, {"key": "x", **{f"s.{k}": v for k, v in f.ANSWERS.items()}})
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("identity:raise_level"))
    assert "next=%2Fstart%2F" in answer.headers["Location"]
    assert 'value="verified"' in weak.get(answer.headers["Location"]).content.decode()
