"""Anybody finds a service in everyday words and reads its guide, in both languages, at a bounded price."""

import pytest

from citybrain.apps.services.tests.factories import CARD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh-hans", ("您想办什么事？", "社会保障卡申领")), ("en", ("What do you want to do?", "Used most"))],
)
def test_the_front_door_asks_what_you_want_to_do(visit, lang, words):
    page = visit(lang=lang).get("/").content.decode()
    for word in words:
        assert word in page
    assert 'role="search"' in page


@pytest.mark.parametrize(("lang", "q"), [("zh-hans", "社保卡"), ("en", "social security")])
def test_everyday_words_lead_to_the_guide(visit, lang, q):
    page = visit(lang=lang).get("/search/", {"q": q}).content.decode()
    assert f"/guide/{CARD}/" in page


def test_a_search_without_result_says_where_help_is(visit):
    page = visit().get("/search/", {"q": "龘龘龘"}).content.decode()
    assert "12345" in page
    assert "没有" in page


@pytest.mark.parametrize(
    "axis", ["life_event", "person_topic", "corp_topic", "group", "department", "audience", "place"]
)
def test_every_way_of_browsing_lists_themes_and_their_services(visit, axis):
    client = visit()
    assert client.get(f"/browse/{axis}/").status_code == 200


def test_a_theme_leads_to_the_guide(visit):
    from citybrain.hub.matters import api as matters

    theme = next(t for t in matters.browse("person_topic") if t.count)
    assert f"/guide/{CARD}/" in visit().get(f"/browse/person_topic/{theme.key}/").content.decode()


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_guide_answers_can_i_what_do_i_need_how_long(visit, lang):
    page = visit(lang=lang).get(f"/guide/{CARD}/").content.decode()
    asked = (
        ("我能办吗", "要准备什么", "办好后得到什么")
        if lang == "zh-hans"
        else ("Can I apply?", "What do I need?", "What do I get?")
    )
    for words in asked:
        assert words in page
    assert f"/start/{CARD}/" in page


@pytest.mark.parametrize(
    "path",
    [
        "/guide/no-such-thing/",
        "/browse/astrology/",
        "/browse/life_event/no-such-theme/",
        "/start/no-such-thing/",
    ],
)
def test_what_does_not_exist_is_said_so(visit, path):
    assert visit("lin.xiaomei").get(path).status_code == 404


@pytest.mark.parametrize("query", [{"q": "x" * 5000}, {"q": "'; drop table", "page": "99999999999"}, {"page": "-1"},
                                   {"q": "\u0000"}, {"audience": "aliens", "q": "卡"}])  # fmt: skip
def test_strange_searches_are_answered(visit, query):
    assert visit().get("/search/", query).status_code in (200, 400)


@pytest.mark.parametrize(
    ("path", "most"),
    [("/", 12), ("/search/?q=社保卡", 12), (f"/guide/{CARD}/", 4), ("/browse/", 8), ("/halls/", 6)],
)
def test_public_pages_keep_their_number_of_queries(visit, django_assert_max_num_queries, path, most):
    client = visit()
    client.get(path)
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


def test_a_number_is_drawn_and_says_how_many_are_before(visit):
    client = visit()
    assert "A001" in client.post("/halls/", {"hall": "hall-350902"}, follow=True).content.decode()
    post = {"hall": "hall-350902", "purpose": "社保卡"}
    page = client.post("/halls/", post, follow=True).content.decode()
    assert "A002" in page
    assert "前面还有1人" in page
    assert client.post("/halls/", {"hall": "hall-of-mirrors"}).status_code == 200
    assert client.post("/halls/", {}).status_code == 200
