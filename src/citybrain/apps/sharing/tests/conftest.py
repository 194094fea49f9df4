"""The shipped packs once for these tests, people of several units, a register to ask for."""

from types import SimpleNamespace

import pytest

from citybrain.apps.sharing.tests import factories as f
from citybrain.hub.data.tests import factories as rows


@pytest.fixture(scope="package")
def packs_installed(with_packs):
    """The packs that sharing stands on."""
    with with_packs("data-sharing"):
        yield


@pytest.fixture
def city(packs_installed, db, lake, plain_files):
    """民政 asks, 公安 provides, 医保 has nothing to do with it; the authority's officer and head."""
    rows.lake_resource(sharing="conditional", owner="350900-gaj")
    rows.lake_resource(
        "gaj.station", sharing="unconditional", owner="350900-gaj", title={"zh": "派出所", "en": "Stations"}
    )
    return SimpleNamespace(
        asking=f.at("asking", "350900-mzj/liaison"), giving=f.at("giving", "350900-gaj/liaison"),
        stranger=f.at("stranger", "350900-ybj/liaison"), officer=f.at("officer", "350900-fgw/data-steward"),
        head=f.at("head", "350900-fgw/data-chief"),
    )  # fmt: skip
