"""Lineage: recorded by makers, asked both ways, drawn; another unit's draft keeps its name to itself."""

import xml.etree.ElementTree as ET

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.catalogue.domain.lineage import Node, draw, layers_of
from citybrain.hub.data.catalogue.queries.lineage import graph
from citybrain.hub.data.models import Lineage, Resource
from citybrain.hub.data.tests.factories import lake_resource
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.errors import Invalid


def edge(up, down, by="model:test", **more):
    return data.record_lineage(upstream=[up] if isinstance(up, tuple) else up, downstream=down, made_by=by, by=people.SYSTEM, **more)  # fmt: skip


@pytest.fixture
def river(city):
    edge([("gaj.person", "number"), ("gaj.person", "name")], ("std.person", "name"))
    edge(("gaj.person", "income"), ("std.person", "income"))
    edge(("std.person", "name"), ("register.person", "name"))
    edge(("register.person", ""), ("indicator:M18", ""), by="indicator:M18")
    edge(("indicator:M18", ""), ("board:city", ""), by="board:city")


def test_both_ways_item_by_item(river):
    up = {(s.key, s.item): s.depth for s in data.lineage("board:city", way="up")}
    assert up[("gaj.person", "name")] == 4
    down = {(s.key, s.item) for s in data.lineage("gaj.person", "income", way="down")}
    assert down == {("std.person", "income")}
    assert {s.key for s in data.lineage("gaj.person", "name", way="down")} == {"std.person", "register.person", "indicator:M18", "board:city"}  # fmt: skip


def test_a_maker_renews_its_edges(river):
    assert edge(("gaj.person", "name"), ("std.person", "name")) == 1
    assert Lineage.objects.filter(downstream="std.person", downstream_item="name").count() == 1
    assert edge(("gaj.card", "name"), ("std.person", "name"), add=True) == 2
    assert data.forget_lineage(made_by="indicator:M18", by=people.SYSTEM) == 1
    with pytest.raises(Invalid):
        edge(("std.person", "name"), ("std.person", "name"))


def test_a_circle_ends(city):
    edge(("a.a", ""), ("b.b", ""))
    edge(("b.b", ""), ("a.a", ""))
    assert {s.key for s in data.lineage("a.a", way="down")} == {"b.b"}
    assert set(layers_of(["a.a", "b.b"], [("a.a", "b.b"), ("b.b", "a.a")])) == {"a.a", "b.b"}


def test_another_units_draft_has_no_name(river, lake, clerk):
    lake_resource(
        "gaj.person", owner="350900-fgw", state="draft", title={"zh": "机密人口草稿", "en": "secret draft"}
    )
    lake_resource("std.person", owner="350900-fgw")
    found = graph(people.actor(clerk), "std.person")
    titles = {node.key: node.title for node in found.nodes}
    assert "机密" not in titles["gaj.person"]
    assert titles["std.person"] == "人口"
    assert {node.kind for node in found.nodes} >= {"hidden", "register", "indicator", "board"}


def test_the_picture_is_sound_and_says_what_it_shows():
    nodes = [
        Node("a.a", 'x"<script>&', "raw", "note"),
        Node(
            "b.b",
            "很长很长很长很长很长很长很长很长很长很长很长很长很长很长的名称",
            "theme",
            "n",
            "/data/b.b/",
        ),
    ]
    drawing = draw(nodes, [("a.a", "b.b")], current="a.a", title="血缘", description="两个")
    tree = ET.fromstring(drawing.svg)
    assert tree.attrib["aria-labelledby"]
    assert "<script>" not in drawing.svg
    assert "style=" not in drawing.svg
    assert layers_of(["a.a", "b.b"], [("a.a", "b.b")]) == {"a.a": 0, "b.b": 1}


def test_a_long_chain_is_no_matter():
    edges = [(f"n.{i}", f"n.{i + 1}") for i in range(3000)]
    assert layers_of([f"n.{i}" for i in range(3001)], edges)["n.3000"] == 3000


def test_the_page_draws_and_lists(river, lake, clerk, client, django_assert_max_num_queries):
    for key in ("gaj.person", "std.person", "register.person"):
        lake_resource(key, owner="350902-scjg")
    assert Resource.objects.count() >= 3
    client.force_login(clerk)
    client.get("/data/std.person/lineage/")
    with django_assert_max_num_queries(22):
        text = client.get("/data/std.person/lineage/").content.decode()
    assert "<svg" in text
    assert "M18" in text
