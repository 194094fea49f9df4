"""The comprehensive window: identify, receive for many departments, queue; and what leaders see of it all."""

import pytest

from citybrain.apps.services.actions.rating import rate_case
from citybrain.apps.services.models import QueueTicket
from citybrain.apps.services.tests import factories as f
from citybrain.hub.cases import api as cases

pytestmark = pytest.mark.django_db
NUMBER, NAME = "35090219900307001", "周阿香"


def number() -> str:
    from citybrain.hub.identity.domain.identifiers import citizen_check_character

    return NUMBER + citizen_check_character(NUMBER)


def identified(client, name=NAME):
    return client.post("/window/identify/", {"number": number(), "name": name, "phone": "13905931111"})


def test_a_clerk_receives_for_the_person_at_the_window_in_the_same_form(visit):
    client = visit("window")
    assert identified(client).status_code == 302
    case_id = f.apply(client, person_name=NAME, id_number=number())
    clerk = f.identity.stand_in("receiver", f.UNIT)
    view = cases.case_for(clerk, case_id)
    assert (view.record.channel, view.record.state) == ("window", "received")
    assert view.record.organisation == f.UNIT
    assert view.subject_name == NAME


def test_nothing_is_received_before_somebody_is_identified(visit):
    client = visit("window")
    answer = client.post(f"/start/{f.CARD}/", {"s.holder": "adult"})
    assert answer.url == "/window/identify/"


@pytest.mark.parametrize("post", [{}, {"number": "350902199003070010", "name": NAME}, {"number": "123", "name": NAME},
                                  {"number": "x" * 4000, "name": "y" * 4000}, {"number": number(), "name": ""}])  # fmt: skip
def test_a_wrong_number_is_refused_by_name(visit, post):
    answer = visit("window").post("/window/identify/", post)
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_front_staff_cannot_decide(visit):
    record = f.submitted()
    cases.act(record.id, "receive", by=f.official("receiver"))
    client = visit("window")
    page = client.get(f"/cases/{record.id}/").content.decode()
    assert "/act/accept/" not in page
    assert client.post(f"/cases/{record.id}/act/accept/", {"revision": "1"}).status_code in (403, 409)


def test_online_applications_wait_on_the_bench(visit):
    record = f.submitted()
    assert record.public_no in visit("window").get("/window/").content.decode()
    assert record.public_no not in visit("window.fuan").get("/window/").content.decode()


def test_numbers_are_called_one_after_the_other(visit):
    for _person in range(3):
        visit().post("/halls/", {"hall": "hall-350902"})
    client = visit("window")
    client.post("/window/call/")
    first = QueueTicket.objects.get(state="called")
    assert first.number == "A001"
    client.post("/window/call/", {"ticket": str(first.id), "done": "served"})
    client.post("/window/call/")
    assert QueueTicket.objects.get(state="called").number == "A002"
    client.post("/window/call/")
    assert [t.state for t in QueueTicket.objects.order_by("serial")] == ["done", "missed", "called"]
    assert "A003" in client.get("/window/screen/").content.decode()


@pytest.mark.parametrize(
    "post", [{"ticket": "nonsense"}, {"ticket": "00000000-0000-7000-8000-000000000000"}, {"done": "x"}]
)
def test_strange_calls_are_answered(visit, post):
    assert visit("window").post("/window/call/", post).status_code == 302


@pytest.mark.parametrize(
    "path", ["/window/", "/window/identify/", "/window/screen/", "/lights/", "/ratings/"]
)
def test_citizens_do_not_see_the_benches(visit, path):
    assert visit(f.CITIZEN).get(path).status_code == 403
    assert visit().get(path).status_code == 302


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_leader_sees_lights_and_ratings_of_the_own_unit_only(visit, lang):
    record = f.finished()
    f.submitted()
    rate_case(record.id, grade=1, by=f.citizen())
    hall, market = visit("hall", lang), visit("leader", lang)
    assert record.case_no in hall.get("/ratings/").content.decode()
    assert record.case_no not in market.get("/ratings/").content.decode()
    for by in ("organisation", "matter", "place", "nonsense"):
        assert hall.get("/lights/", {"by": by}).status_code == 200
    assert f"matter={f.CARD}" in hall.get("/lights/?by=matter").content.decode()
    assert f"matter={f.CARD}" not in market.get("/lights/?by=matter").content.decode()


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("window", "/window/", 26),
        ("hall", "/lights/", 14),
        ("hall", "/ratings/", 14),
        ("window", "/window/screen/", 10),
    ],
)
def test_benches_keep_their_number_of_queries(visit, django_assert_max_num_queries, who, path, most):
    f.finished()
    f.submitted()
    client = visit(who)
    client.get(path)
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_back_office_reads_the_answers_in_words(visit, lang):
    record = f.submitted()
    cases.act(record.id, "receive", by=f.official("receiver"))
    page = visit("reviewer.rsj", lang).get(f"/cases/{record.id}/").content.decode()
    assert ("中国银行" if lang == "zh-hans" else "Bank of China") in page
    assert "(&#39;zh&#39;" not in page
