"""Real divisions for tests: the pack of Ningde, whole or two counties of it."""

import json
from functools import lru_cache

import yaml
from django.conf import settings

from citybrain.hub.places.actions.apply_divisions import apply_divisions
from citybrain.hub.places.actions.apply_geometry import apply_geometry
from citybrain.hub.places.schema import DivisionDocument, GeometryDocument

PACK = settings.ROOT / "packs" / "ningde"


@lru_cache(maxsize=20)
def document(key: str) -> DivisionDocument:
    """One divisions document of the pack."""
    text = (PACK / "divisions" / f"{key}.yaml").read_text(encoding="utf-8")
    return DivisionDocument.model_validate(yaml.load(text, Loader=yaml.CSafeLoader))


@lru_cache(maxsize=2)
def layer(key: str) -> GeometryDocument:
    """One layer of the pack."""
    return GeometryDocument.model_validate(json.loads((PACK / "geometry" / f"{key}.geojson").read_text()))


def install(*counties: str) -> None:
    """The city with these counties (all when none is named) and the polygons."""
    keys = counties or [path.stem for path in sorted((PACK / "divisions").glob("3509??.yaml"))]
    for key in ["3509", *keys]:
        apply_divisions(document(key), pack="ningde", key=key)
    for name in ("counties", "land"):
        apply_geometry(layer(name), pack="ningde", key=name, digest=f"{name}-of-tests")
