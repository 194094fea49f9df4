"""The bench shows what waits for whom; pages cost a bounded number of questions."""

from datetime import timedelta

import pytest

from citybrain.apps.sharing.domain.cycles import past_cycle
from citybrain.apps.sharing.tests import factories as f
from citybrain.hub.data.models import Job
from citybrain.kernel import clock


def test_what_waits_follows_the_case(city, client):
    row = f.request(city.asking)
    client.force_login(city.officer)
    assert row.case_no in client.get("/sharing/").content.decode()
    client.force_login(city.giving)
    assert row.case_no not in client.get("/sharing/").content.decode()
    f.step(row, "forward", city.officer)
    assert row.case_no in client.get("/sharing/").content.decode()


def test_a_failed_job_is_on_its_units_bench_only(city, client):
    Job.objects.create(
        kind="count", title={"zh": "数数任务"}, state="failed", error="连接失败", organisation="350900-gaj",
        created_at=clock.now(),
    )  # fmt: skip
    client.force_login(city.giving)
    assert "连接失败" in client.get("/sharing/").content.decode()
    client.force_login(city.asking)
    assert "连接失败" not in client.get("/sharing/").content.decode()


@pytest.mark.parametrize("page", ["/sharing/", "/sharing/department/", "/sharing/requests/", "/sharing/quality/", "/sharing/objections/"])  # fmt: skip
def test_pages_in_both_languages_cost_little(city, client, page, django_assert_max_num_queries):
    f.request(city.asking)
    client.force_login(city.asking)
    client.get(page)
    with django_assert_max_num_queries(16):
        assert client.get(page).status_code == 200
    assert client.get(f"{page}?lang=en").status_code == 200


def test_another_units_page_is_for_the_authority(city, client):
    client.force_login(city.stranger)
    assert "民政" not in client.get("/sharing/department/?unit=350900-mzj").content.decode().split("<main")[1]
    client.force_login(city.head)
    assert "民政" in client.get("/sharing/department/?unit=350900-mzj").content.decode()


@pytest.mark.parametrize(("cycle", "days", "late"), [("daily", 1, False), ("daily", 3, True), ("yearly", 300, False), ("irregular", 9999, False)])  # fmt: skip
def test_past_its_cycle(cycle, days, late):
    now = clock.now()
    assert past_cycle(cycle, now - timedelta(days=days), now) is late


def test_nothing_ever_delivered_is_late():
    assert past_cycle("daily", None, clock.now())


def test_the_catalogue_leads_to_the_request_and_later_to_the_grant(city, client):
    ask = 'href="/sharing/requests/new/gaj.station/"'
    client.force_login(city.giving)
    assert ask not in client.get("/data/gaj.station/").content.decode(), "nobody asks for their own data"
    client.force_login(city.asking)
    assert ask in client.get("/data/gaj.station/").content.decode()
    row = f.request(city.asking, resource="gaj.station", items=["name"])
    f.step(row, "grant", city.officer)
    assert f'href="/data/grants/{row.grant_id}/"' in client.get("/data/gaj.station/").content.decode()


def test_the_case_page_says_what_is_asked_in_words_and_leads_on(city, client):
    row = f.request(city.asking)
    client.force_login(city.officer)
    page = client.get(f"/cases/{row.case_id}/").content.decode()
    assert "核对救助对象身份" in page
    assert "社会救助暂行办法" in page
    assert "查询接口、核验" in page
    assert 'href="/data/gaj.person/"' in page
    assert f'href="/sharing/requests/{row.pk}/"' in page
    assert "purpose_text" not in page
