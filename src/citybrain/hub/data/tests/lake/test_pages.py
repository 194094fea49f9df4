"""The lake as officials see it: their unit's tables only, upkeep at hand, any past moment counted."""

from datetime import timedelta

import pytest
from django.urls import reverse

from citybrain.hub.data.lake import tables
from citybrain.hub.data.lake.tables import LakeColumn
from citybrain.hub.data.models import Job, Resource
from citybrain.hub.data.tests import factories
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import clock

KEY = "scjg.firm"


@pytest.fixture
def firms(lake):
    factories.lake_resource(KEY, owner="350902-scjg", title={"zh": "企业", "en": "Firms"})
    factories.deliver(KEY, [{"number": f"F{n}", "name": "x"} for n in range(7)])
    return KEY


@pytest.fixture
def worker(db, client):
    people.town()
    people.role("worker", ["data.view", "data.work"])
    made = people.official("worker", people.post("worker", "350902-scjg"))
    client.force_login(made)
    return made


def page(client, name="lake_table", *args, **sent) -> str:
    answer = client.get(reverse(f"data:{name}", args=args), sent)
    assert answer.status_code == 200
    return answer.content.decode()


def test_only_tables_of_ones_unit_are_listed(firms, worker, client):
    factories.lake_resource("gaj.person", owner="350921-scjg")
    text = page(client, "lake")
    assert KEY in text
    assert "gaj.person" not in text
    assert client.get(reverse("data:lake_table", args=["gaj.person"])).status_code == 404
    assert (
        client.post(reverse("data:lake_upkeep", args=["gaj.person"]), {"kind": "compact"}).status_code == 404
    )
    assert not Job.objects.exists()


def test_tables_are_found_and_sorted(firms, worker, client):
    factories.lake_resource("mzj.card", owner="350902-scjg", title={"zh": "卡", "en": "Cards"})
    Resource.objects.filter(pk=KEY).update(rows=7)
    assert "mzj.card" not in page(client, "lake", q="企业")
    text = page(client, "lake", sort="-rows")
    assert text.index(KEY) < text.index("mzj.card")


def test_one_table_with_its_snapshots_and_shapes(firms, worker, client):
    tables.add_columns(KEY, [LakeColumn("phone", "text")])
    text = page(client, "lake_table", KEY)
    assert "phone string" in text
    assert ">7<" in text


def test_rows_at_a_past_moment(firms, worker, client):
    yesterday = (clock.local(clock.now()) - timedelta(days=1)).date()
    assert "0" in page(client, "lake_table", KEY, at=str(yesterday))
    tomorrow = (clock.local(clock.now()) + timedelta(days=1)).date()
    assert "7" in page(client, "lake_table", KEY, at=str(tomorrow))
    with tables.table(KEY).transaction() as change:
        change.set_properties({tables.HISTORY: str(int(clock.now().timestamp() * 1000))})
    assert "f-at" in page(client, "lake_table", KEY, at=str(yesterday))


def test_upkeep_is_asked_for_once(firms, worker, client):
    for _ in range(2):
        answer = client.post(reverse("data:lake_upkeep", args=[KEY]), {"kind": "compact"})
        assert answer.status_code == 302
    job = Job.objects.get()
    assert (job.kind, job.subject, job.organisation) == ("lake.compact", KEY, "350902-scjg")
    client.post(reverse("data:lake_upkeep", args=[KEY]), {"kind": "drop"})
    assert Job.objects.count() == 1


def test_others_are_kept_out(firms, steward, client):
    assert client.get(reverse("data:lake")).status_code == 302
    client.force_login(steward)
    assert client.get(reverse("data:lake")).status_code == 403


@pytest.mark.parametrize(
    "odd", ["\0", "'; DROP TABLE x; --", "%", '"', "x" * 5000, "9999-99-99", "0001-01-01", "-1"]
)
def test_no_word_in_an_address_breaks_a_page(firms, worker, client, odd):
    sent = {"q": odd, "sort": odd, "page": odd, "at": odd}
    for name, args in (("lake", []), ("lake_table", [KEY])):
        assert client.get(reverse(f"data:{name}", args=args), sent).status_code < 500


def test_questions_to_the_database_do_not_grow_with_tables(
    firms, worker, client, django_assert_max_num_queries
):
    page(client, "lake")
    for number in "abcdef":
        factories.lake_resource(f"mzj.card{number}", owner="350902-scjg")
    with django_assert_max_num_queries(16):
        page(client, "lake")
    with django_assert_max_num_queries(18):
        page(client, "lake_table", KEY)
