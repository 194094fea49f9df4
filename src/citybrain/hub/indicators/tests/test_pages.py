"""Indicator pages: from a number to its rows, within the reader's scope."""

import pytest
from django.urls import reverse

from citybrain.hub.indicators import api as indicators
from citybrain.hub.indicators.models import Task
from citybrain.hub.indicators.tests.factories import definition, install
from citybrain.kernel.models import AuditEntry


@pytest.fixture
def figures(decide):
    install(
        definition(basis=[{"zh": "依据甲", "en": "Basis A"}]),
        definition("M99", family="plan", numerator=None, denominator=None, thresholds=None, dimensions=None, no_data={"zh": "尚未接入", "en": "not connected"}),
    )  # fmt: skip
    decide(8, 2, county="350902")
    decide(4, 0, county="350921")
    indicators.recompute()


def test_the_list_filters_sorts_and_says_no_data_yet(figures, leader, client):
    client.force_login(leader)
    page = client.get(reverse("indicators:list")).content.decode()
    assert "按期率" in page
    assert "尚未接入" in page
    assert "M99" not in client.get(reverse("indicators:list"), {"family": "service"}).content.decode()
    assert (
        "M99"
        in client.get(
            reverse("indicators:list"), {"status": "no_data", "sort": "light", "q": "m99"}
        ).content.decode()
    )


def test_a_figure_opens_its_definition_version_and_rule(figures, leader, client):
    client.force_login(leader)
    page = client.get(reverse("indicators:detail", args=["T01"])).content.decode()
    for said in ("85.7", "on_time = true", "依据甲", indicators.explain("T01").rule_hash[:16], "从第二期起"):
        assert said in page
    narrowed = client.get(
        reverse("indicators:detail", args=["T01"]), {"dimension": "county", "member": "350902000000"}
    )
    assert "80.0" in narrowed.content.decode()
    assert client.get(reverse("indicators:detail", args=["nothing"])).status_code == 404


def test_the_drill_down_shows_only_rows_of_the_readers_unit(figures, leader, neighbour, client):
    address = reverse("indicators:rows", args=["T01", "denominator"])
    client.force_login(leader)
    own = client.get(address).content.decode()
    assert own.count(">350902-scjg<") == 10
    assert ">350921-scjg<" not in own
    client.force_login(neighbour)
    assert (
        client.get(address, {"dimension": "county", "member": "350902000000"})
        .content.decode()
        .count(">350902-scjg<")
        == 0
    )


def test_odd_addresses_are_answered_and_never_break(figures, leader, client):
    client.force_login(leader)
    address = reverse("indicators:rows", args=["T01", "numerator"])
    for odd in ({"day": "x"}, {"dimension": "planet", "member": "1"}):
        assert client.get(address, odd).status_code == 404
    for odd in (
        {"member": '"; drop', "dimension": "organisation"},
        {"page": "-1"},
        {"page": "999999"},
        {"member": '\\"', "dimension": "matter"},
    ):
        assert client.get(address, odd).status_code == 200
    assert client.get(reverse("indicators:rows", args=["T01", "both"])).status_code == 404


@pytest.mark.parametrize(
    "odd",
    [
        "\0",
        "a\0b",
        "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
        "%",
        "'",
        "x" * 5000,
    ],
)
def test_no_word_in_an_address_breaks_a_page(figures, leader, client, odd):
    client.force_login(leader)
    sent = {
        name: odd
        for name in (
            "q",
            "family",
            "status",
            "sort",
            "dimension",
            "member",
            "day",
            "page",
            "split",
            "state",
            "format",
        )
    }
    for name, args in (
        ("list", []),
        ("export", []),
        ("tasks", []),
        ("detail", ["T01"]),
        ("rows", ["T01", "numerator"]),
    ):
        assert client.get(reverse(f"indicators:{name}", args=args), sent).status_code < 500


def test_exports_are_audited(figures, leader, client):
    client.force_login(leader)
    assert "T01" in client.get(reverse("indicators:export")).content.decode()
    assert "2026-11-20" in client.get(reverse("indicators:series", args=["T01"])).content.decode()
    rows = client.get(reverse("indicators:rows", args=["T01", "numerator"]), {"format": "csv"})
    assert rows["Content-Type"].startswith("text/csv")
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"indicators.export", "data.export"}


def test_a_task_is_worked_on_the_page(figures, leader, client):
    client.force_login(leader)
    task = Task.objects.get()
    assert "按期率" in client.get(reverse("indicators:tasks")).content.decode()
    client.post(reverse("indicators:acknowledge", args=[task.id]))
    client.post(reverse("indicators:close", args=[task.id]), {"comment": ""})
    task.refresh_from_db()
    assert task.state == "acknowledged"
    client.post(reverse("indicators:close", args=[task.id]), {"comment": "Explained to the unit."})
    task.refresh_from_db()
    assert task.state == "closed"


def test_pages_are_guarded(figures, client):
    for name, args in (
        ("list", []),
        ("export", []),
        ("tasks", []),
        ("detail", ["T01"]),
        ("rows", ["T01", "numerator"]),
    ):
        assert client.get(reverse(f"indicators:{name}", args=args)).status_code == 302
