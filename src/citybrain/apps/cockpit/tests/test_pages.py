"""The board's pages: who may see them, complete without scripts, honest about age, cheap."""

import re
from datetime import timedelta

import pytest

from citybrain.apps.cockpit.actions.refresh_board import refresh_board
from citybrain.apps.cockpit.models import Snapshot
from citybrain.apps.cockpit.tests.factories import board, figure
from citybrain.kernel import clock

pytestmark = pytest.mark.django_db
ADDRESS = "/cockpit/city/"


@pytest.fixture
def shown(city, totals):
    """A computed board."""
    row = board()
    refresh_board(row)
    return row


@pytest.mark.parametrize("path", ["/cockpit/", ADDRESS, ADDRESS + "cards/", ADDRESS + "map/350902/"])
def test_only_those_with_the_permission(client, shown, as_actor, path):
    assert client.get(path).status_code == 302
    as_actor("cases.work")
    assert client.get(path).status_code == 403
    as_actor("cockpit.view")
    assert client.get(path).status_code in (200, 302)


def test_the_only_board_opens_at_once(client, shown, as_actor):
    as_actor("cockpit.view")
    assert client.get("/cockpit/")["Location"] == ADDRESS


def test_without_scripts_every_card_is_there_in_words_and_shapes(client, shown, as_actor):
    as_actor("cockpit.view")
    html = client.get(ADDRESS).content.decode()
    assert html.count("data-card=") == 15
    assert "98.6" in html
    assert re.search(r'<use class="county shade-\d"', html)
    assert 'class="line line-1"' in html
    assert "M20" in html
    assert "暂无数据" in html
    assert "东侨" in html, "the zone has no polygon and stands beside the map"
    assert not re.search(r"\sstyle=|\son[a-z]+=", html)


def test_every_figure_opens_its_explanation(client, shown, as_actor):
    as_actor("cockpit.view")
    html = client.get(ADDRESS).content.decode()
    for code in [f"SVC{n:02d}" for n in range(1, 10)] + [f"M{n:02d}" for n in range(1, 21)]:
        assert f'href="/indicators/{code}/"' in html


def test_a_page_costs_few_queries(client, shown, as_actor, django_assert_max_num_queries):
    as_actor("cockpit.view")
    client.get(ADDRESS)
    with django_assert_max_num_queries(8):
        client.get(ADDRESS)
    with django_assert_max_num_queries(8):
        client.get(ADDRESS + "cards/")


def test_the_first_visit_computes_what_nobody_computed_yet(client, city, totals, as_actor):
    board()
    as_actor("cockpit.view")
    assert client.get(ADDRESS).status_code == 200
    assert Snapshot.objects.get().version == 1


def test_open_screens_get_304_until_something_changes(client, shown, totals, as_actor):
    as_actor("cockpit.view")
    first = client.get(ADDRESS + "cards/")
    assert "<html" not in first.content.decode()
    again = client.get(ADDRESS + "cards/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again["X-Checked-At"]
    totals.figures["SVC01"] = figure("SVC01", "41")
    refresh_board(shown)
    fresh = client.get(ADDRESS + "cards/", headers={"If-None-Match": first["ETag"]})
    assert fresh.status_code == 200
    assert "41" in fresh.content.decode()


def test_a_stale_figure_is_grey_and_says_since_when(client, shown, totals, as_actor):
    totals.figures["SVC07"] = figure(
        "SVC07", "99.2", stale=True, light="grey", status="stale", as_of="2026-11-20T01:00:00+00:00"
    )
    refresh_board(shown)
    as_actor("cockpit.view")
    html = client.get(ADDRESS).content.decode()
    card = re.search(r'<section[^>]*id="card-satisfaction".*?</section>', html, re.S)[0]
    assert "is-stale" in card
    assert "light-grey" in card
    assert "light-green" not in card
    assert "2026年11月20日" in card


def test_when_the_worker_is_silent_the_board_says_so(client, shown, as_actor):
    as_actor("cockpit.view")
    with clock.travel(timedelta(minutes=5)):
        html = client.get(ADDRESS).content.decode()
        assert 'class="cards is-stopped"' in html
        assert "数据停在" in html
        card = re.search(r'<section[^>]*id="card-on-time".*?</section>', html, re.S)[0]
        assert "light-green" not in card, "an old figure is grey, never green"
        assert client.get(ADDRESS + "cards/")["X-Stopped"] == "1"


def test_a_county_opens_its_towns_and_the_zone_its_own(client, shown, as_actor):
    as_actor("cockpit.view")
    html = client.get(ADDRESS + "map/350902/").content.decode()
    assert "城南镇" in html
    assert "虎𬇙镇" in html
    assert f'href="{ADDRESS}?end=desk#card-map"' in html
    assert client.get(ADDRESS + "map/dongqiao/").status_code == 200


def test_the_map_is_a_file_that_browsers_keep(client, shown, as_actor):
    as_actor("cockpit.view")
    cards = client.get(ADDRESS + "cards/").content.decode()
    assert len(cards) < 60_000, "a live update carries figures, not coastlines"
    file = re.search(r'href="(/cockpit/shapes/[0-9a-f]+\.svg)#c350902"', cards)[1]
    answer = client.get(file)
    assert "immutable" in answer["Cache-Control"]
    assert 'id="c350902"' in answer.content.decode()
    assert client.get("/cockpit/shapes/0000.svg").status_code == 404


def test_cards_are_rendered_once_for_all_screens(client, shown, as_actor, monkeypatch):
    as_actor("cockpit.view")
    client.get(ADDRESS)
    monkeypatch.setattr("citybrain.apps.cockpit.views.board.render_to_string", None)
    assert client.get(ADDRESS).status_code == 200
    assert client.get(ADDRESS + "cards/").status_code == 200


@pytest.mark.parametrize("path", ["/cockpit/other/", ADDRESS + "map/nowhere/", ADDRESS + "receipts/350902/"])
def test_what_is_not_there_is_not_found(client, shown, as_actor, path):
    as_actor("cockpit.view")
    assert client.get(path).status_code == 404


def test_the_wall_and_the_english_board(client, shown, as_actor):
    as_actor("cockpit.view")
    client.cookies["django_language"] = "en"
    html = client.get(ADDRESS + "?end=wall").content.decode()
    assert re.search(r'<html lang="en" class="mood-board\s+wall"', html)
    assert "City overview" in html
    assert "Market regulation" in html
