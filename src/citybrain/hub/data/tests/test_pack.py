"""Notes on datasets: one owner each (A18), and no refusal to share without a legal basis (A19)."""

from types import SimpleNamespace

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.pack import DatasetNote, Datasets
from citybrain.hub.data.tests import factories
from citybrain.kernel.actor import Actor


def documents(*bodies):
    """Documents as the packs engine hands them over."""
    return [
        SimpleNamespace(
            data=DatasetNote.model_validate({"dataset": "data.visit", "owner": "350900-fgw", **b}),
            pack="tests",
        )
        for b in bodies
    ]


CONTEXT = SimpleNamespace(
    by=Actor.system("tests"), problem=lambda doc, pointer, *, code, zh, en, level="error": code
)


@pytest.mark.parametrize(
    ("bodies", "found"),
    [
        ([{}], []),
        ([{}, {"owner": "350900-scjg"}], ["two_owners"]),
        ([{"sharing": "none"}], ["no_basis"]),
        ([{"sharing": "none", "sharing_basis": "个人信息保护法第二十五条"}], []),
        ([{"dataset": "data.nowhere"}], ["unknown_dataset"]),
    ],
)
def test_contradictions_are_named(visits, bodies, found):
    assert list(Datasets().check(CONTEXT, documents(*bodies))) == found


def test_a_note_reaches_the_catalogue(visits):
    with factories.registered(factories.visits("data.loose", organisation=False)):
        Datasets().apply(CONTEXT, documents({"cycle": "daily", "note": {"zh": "说明", "en": "note"}})[0])
        record = data.resource("data.visit")
        assert (record.owner, record.cycle, record.description.en) == ("350900-fgw", "daily", "note")
