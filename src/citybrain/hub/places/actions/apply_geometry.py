"""Write a map layer of a pack. Idempotent; the layer's hash tells running processes to read it anew."""

import hashlib
import json

from citybrain.hub.places.models import Layer
from citybrain.hub.places.schema import GeometryDocument


def apply_geometry(document: GeometryDocument, *, pack: str, key: str) -> None:
    """Upsert one layer."""
    collection = document.model_dump(mode="json")
    digest = hashlib.sha256(json.dumps(collection, sort_keys=True).encode()).hexdigest()
    values = {"collection": collection, "hash": digest, "pack": pack, "hidden": False}
    Layer.objects.update_or_create(pk=key, defaults=values)


def hide_geometry(*, pack: str, key: str) -> None:
    """Take a layer off the maps."""
    Layer.objects.filter(pack=pack, pk=key).update(hidden=True)
