"""A pack cannot claim silver with a matter that leaves an element group empty."""

from types import SimpleNamespace

import pytest
import yaml
from django.conf import settings

from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.hub.matters.quality import element_groups

WHOLE = yaml.safe_load((settings.PACKS_DIR / "food-licence/matters/food-licence-new.yaml").read_text("utf-8"))


def pack_with(raw):
    doc = SimpleNamespace(
        data=MatterDocument.model_validate(raw), file="demo/matters/one.yaml", line=lambda pointer: 1
    )
    pack = SimpleNamespace(name="demo", docs=lambda part: [doc] if part == "matters" else [])
    return SimpleNamespace(pack=pack)


def test_a_matter_with_every_group_has_no_problem():
    assert list(element_groups(pack_with(WHOLE))) == []


@pytest.mark.parametrize(
    ("group", "element", "value"),
    [
        ("legal basis", "basis", []),
        ("materials", "materials", []),
        ("division of power", "authority", {"level": "county"}),
        ("rights and duties", "remedies", {**WHOLE["remedies"], "rights": []}),
    ],
)
def test_an_empty_group_is_named(group, element, value):
    problems = list(element_groups(pack_with({**WHOLE, element: value})))
    assert [p.code for p in problems] == ["quality_element-groups"]
    assert group in problems[0].en
