"""Demo traffic uses the pages people use and carries a case to its rating; it refuses everything but a demo here."""

import random

import pytest

from citybrain.apps.services.models import Rating
from citybrain.apps.services.tests import factories as f
from citybrain.apps.services.traffic import main, people
from citybrain.apps.services.traffic.answers import stories
from citybrain.apps.services.traffic.browser import Browser, Lost
from citybrain.apps.services.traffic.main import Seat
from citybrain.hub.cases.models import Case
from citybrain.hub.packs import api as packs
from citybrain.kernel.actor import Actor

PASSWORD = "Ningde-demo-2026"


@pytest.fixture
def city(transactional_db):
    """The city with its demo people and the social security card, really installed."""
    packs.install("social-security-card", by=Actor.system("tests"), demo=True)


def signed_in(home: str, username: str) -> Browser:
    browser = Browser(home)
    browser.cookies[home] = {c: m.value for c, m in f.visitor(username).cookies.items()}
    return browser


@pytest.mark.django_db(transaction=True)
def test_a_case_is_carried_to_its_rating(city, live_server):
    home, tally = live_server.url, people.Tally()
    story = next(s for s in stories() if s.key == f.CARD)
    citizen = signed_in(home, f.CITIZEN)
    people.apply_for(citizen, story, tally)
    for username in ("window", "reviewer.rsj", "decider.rsj"):
        seat = Seat(username, Browser(home))
        for _turn in range(3):
            seat.work(PASSWORD, tally)
        seat.browser.close()
    case = Case.objects.get(matter=f.CARD)
    assert (case.state, case.outcome, case.demo) == ("closed", "granted", True)
    assert people.rate_finished(citizen, tally, random.Random(1)) == 1
    assert Rating.objects.get().demo
    assert tally.done == {
        "submitted": 1,
        "receive": 1,
        "accept": 1,
        "review": 1,
        "approve": 1,
        "certify": 1,
        "rated": 1,
    }
    assert not tally.refused
    citizen.close()


@pytest.mark.django_db(transaction=True)
def test_a_wrong_password_is_told(city, live_server):
    browser = Browser(live_server.url)
    with pytest.raises(Lost):
        people.sign_in_official(browser, "window", "wrong")
    browser.close()


def test_every_matter_with_a_happy_journey_has_a_story():
    assert {"food-licence-new", "newborn", "restaurant-opening", f.CARD} <= {s.key for s in stories()}


def test_it_refuses_other_hosts_and_other_modes(settings, capsys):
    assert main(["--address", "http://example.org", "--minutes", "0.01"]) == 2
    settings.MODE = "production"
    assert main(["--minutes", "0.01"]) == 2
    with pytest.raises(SystemExit):
        main(["--rate", "-1"])
    with pytest.raises(Lost):
        Browser("http://127.0.0.1:1").get("http://example.org/")
