"""Write a map layer of a pack. Idempotent; the layer's hash tells running processes to read it anew."""

from collections.abc import Iterator

from shapely.errors import ShapelyError
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity

from citybrain.hub.places.models import Layer
from citybrain.hub.places.schema import GeometryDocument

OVERLAP = 1e-6  # square degrees: about a hundred metres square, the visible limit at city scale


def apply_geometry(document: GeometryDocument, *, pack: str, key: str, digest: str) -> None:
    """Upsert one layer."""
    values = {"collection": document.model_dump(mode="json"), "hash": digest, "pack": pack, "hidden": False}
    Layer.objects.update_or_create(pk=key, defaults=values)


def hide_geometry(*, pack: str, key: str) -> None:
    """Take a layer off the maps."""
    Layer.objects.filter(pack=pack, pk=key).update(hidden=True)


def faults(document: GeometryDocument) -> Iterator[str]:
    """What is wrong with the shapes: no polygons, invalid ones, two coded areas that overlap visibly."""
    areas: list[tuple[str, BaseGeometry]] = []
    for feature in document.features:
        code = feature.properties.code
        try:
            area = shape(feature.geometry.model_dump())
        except (ShapelyError, ValueError, TypeError, IndexError) as error:
            yield f"{code or '?'}: {error}"
            continue
        if not area.is_valid:
            yield f"{code or '?'}: {explain_validity(area)}"
            continue
        yield from (f"{other} and {code} overlap" for other, there in areas if code and overlaps(area, there))
        if code:
            areas.append((code, area))


def overlaps(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Whether two areas share more than a line."""
    return one.intersection(other).area > OVERLAP
