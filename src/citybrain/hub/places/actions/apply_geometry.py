"""Write a map layer of a pack. Idempotent; the layer's hash tells running processes to read it anew."""

import hashlib
import json
from pathlib import Path

from pydantic import ValidationError
from shapely.geometry import shape
from shapely.validation import explain_validity

from citybrain.hub.places.models import Layer
from citybrain.hub.places.schema import Collection, GeometryDocument

MOST_BYTES = 2_000_000
OVERLAP = 1e-6  # square degrees: about a hundred metres square, the visible limit at city scale


def apply_geometry(document: GeometryDocument, path: Path, *, pack: str, key: str) -> None:
    """Upsert one layer from the GeoJSON beside the document."""
    values = {"collection": read(document, path), "hash": document.sha256, "pack": pack, "hidden": False}
    Layer.objects.update_or_create(pk=key, defaults=values)


def hide_geometry(*, pack: str, key: str) -> None:
    """Take a layer off the maps."""
    Layer.objects.filter(pack=pack, pk=key).update(hidden=True)


def read(document: GeometryDocument, path: Path) -> dict:
    """The FeatureCollection a document names. ValueError with an English sentence when it is not acceptable."""
    file = path.parent / document.file
    if file.is_symlink() or not file.is_file():
        raise ValueError(f"there is no file {document.file}")
    content = file.read_bytes()
    if len(content) > MOST_BYTES:
        raise ValueError(f"{document.file} is larger than {MOST_BYTES} bytes")
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise ValueError(f"{document.file} does not match its sha256")
    try:
        return Collection.model_validate(json.loads(content)).model_dump(mode="json")
    except (ValidationError, ValueError, RecursionError) as error:
        raise ValueError(f"{document.file} is not an acceptable FeatureCollection: {error}") from None


def faults(collection: dict) -> list[str]:
    """What is wrong with the shapes: invalid polygons, two coded areas that overlap visibly."""
    areas = [(f["properties"].get("code") or "?", shape(f["geometry"])) for f in collection["features"]]
    found = [f"{code}: {explain_validity(area)}" for code, area in areas if not area.is_valid]
    if found:
        return found
    coded = [pair for pair in areas if pair[0] != "?"]
    for number, (code, area) in enumerate(coded):
        for other_code, other in coded[:number]:
            if area.intersection(other).area > OVERLAP:
                found.append(f"{other_code} and {code} overlap")
    return found
