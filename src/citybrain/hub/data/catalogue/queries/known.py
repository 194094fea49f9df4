"""What publish checks have to know of the rest of the catalogue."""

from collections.abc import Mapping
from typing import Any

from citybrain.hub.data.catalogue.domain.checks import Known
from citybrain.hub.data.models import CatalogueClass, Duty, Item
from citybrain.hub.identity import api as identity
from citybrain.hub.packs import api as packs
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import say


def known_of(key: str, body: Mapping[str, Any]) -> Known:
    """For the description of the resource ``key``: its class, its provider, other sources of its elements, their duties."""
    items = body.get("items", {}).values()
    elements = [item["element"] for item in items if item.get("element") and item.get("is_source")]
    code, owner = body.get("classification") or "", body.get("owner") or ""
    classes = (
        CatalogueClass.objects.filter(pk=code, hidden=False).values_list("code", flat=True) if code else ()
    )
    return Known(
        classes=frozenset(classes),
        units=frozenset([owner] if owner and unit_known(owner) else []),
        sources=sources_of(elements, key) if elements else {},
        duties=duties_of(elements) if elements else {},
    )


def unit_known(code: str) -> bool:
    """Whether the directory has the unit."""
    try:
        identity.organisation(code)
    except NotFound:
        return False
    return True


def sources_of(elements: list[str], but: str) -> dict[str, tuple[str, str]]:
    """Element → (key, title) of the published resource that is its source, other than ``but``."""
    rows = Item.objects.filter(
        element__in=elements, is_source=True, resource__state="published", resource__alive=True
    ).exclude(resource=but)
    found = rows.values_list("element", "resource_id", "resource__title")
    return {element: (key, title.get("zh", key)) for element, key, title in found}


def duties_of(elements: list[str]) -> dict[str, tuple[str, str]]:
    """Element → (unit, its name) by the duty list."""
    wanted, found = set(elements), {}
    for organisation, named in Duty.objects.filter(hidden=False).values_list("organisation", "elements"):
        for element in named:
            if element["name"] in wanted:
                found[element["name"]] = (organisation, unit_name(organisation))
    return found


def unit_name(code: str) -> str:
    """Name of a unit; its code when the directory does not know it."""
    try:
        return say(identity.organisation(code).name) if code else ""
    except NotFound:
        return code


def in_packs(ctx: packs.Context, key: str) -> bool:
    """Whether a pack at hand, needed or installed brings a table or model of the lake of this key."""
    return ctx.known("resources", key) or ctx.known("models", key)
