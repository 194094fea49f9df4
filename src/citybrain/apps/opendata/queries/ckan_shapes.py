"""What CKAN's actions are asked and what they answer with: parameters, packages, resources, organisations, groups, tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db.models.fields.json import KeyTransform

from citybrain.apps.opendata.domain.formats import FORMATS
from citybrain.apps.opendata.domain.vocabulary import LICENCES, THEMES
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.apps.opendata.queries.dcat import dataset_address, formats_of
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.text import say

Said = Mapping[str, Any]


def problem(name: str, message: str) -> Invalid:
    """What CKAN calls a validation error."""
    return Invalid([FieldProblem(name, "invalid", message)])


def number(said: Said, name: str, default: int, most: int) -> int:
    """A whole number not below zero."""
    try:
        value = int(default if said.get(name) is None else said[name])
    except (TypeError, ValueError) as error:
        raise problem(name, "Invalid integer") from error
    if value < 0:
        raise problem(name, "Must be a natural number")
    return min(value, most)


def text(said: Said, name: str, *, required: bool = False, most: int = 400) -> str:
    """A short text; nothing at all is an empty one."""
    value = said.get(name)
    value = "" if value is None else value
    if not isinstance(value, str | int):
        raise problem(name, "Must be a string")
    if required and not str(value):
        raise problem(name, "Missing value")
    return str(value).replace("\0", "")[:most]


def newest(found: list[OpenDataset]) -> dict[Any, Version]:
    """The newest public version of each, in one query."""
    listed = (
        Version.objects.filter(dataset__in=found, state="published")
        .exclude(file="")
        .defer("profile", "report")
        .annotate(figures=KeyTransform("figures", "profile"))
    )
    return {v.dataset_id: v for v in listed.order_by("number")}


def package(base: str, row: OpenDataset, version: Version | None) -> dict[str, Any]:
    """One dataset as CKAN describes packages."""
    known = LICENCES.get(row.licence)
    address = dataset_address(base, row.slug)
    return {
        "id": str(row.pk), "name": row.slug, "title": say(row.title), "title_translated": {"zh": row.title.get("zh"), "en": row.title.get("en")},
        "notes": say(row.summary), "notes_translated": {"zh": row.summary.get("zh"), "en": row.summary.get("en")}, "url": row.landing or address, "state": "active", "private": False, "type": "dataset",
        "version": str(version.number) if version else "", "license_id": row.licence,
        "license_title": say(known.name) if known else "", "license_url": known.address if known else "", "isopen": bool(known and known.open),
        "metadata_created": stamp(row.created_at), "metadata_modified": stamp(row.updated_at),
        "organization": organization(row) if row.provider else None, "owner_org": row.provider or None,
        "groups": [group(row.theme)], "tags": [tag(w) for w in row.keywords], "num_tags": len(row.keywords),
        "resources": resources(base, row, version), "num_resources": len(resources(base, row, version)),
        "extras": [{"key": k, "value": v} for k, v in (("uri", row.origin or address), ("cycle", row.cycle), ("kind", row.kind))], "frequency": row.cycle,
    }  # fmt: skip


def resources(base: str, row: OpenDataset, version: Version | None) -> list[dict[str, Any]]:
    """Every format as a resource; a harvested dataset's are at the other portal."""
    if row.kind == "harvested":
        return [foreign(row, n, d) for n, d in enumerate(row.distributions)]
    if version is None:
        return []
    return [resource(base, row, version, name) for name in formats_of(version)]


def resource(base: str, row: OpenDataset, version: Version, name: str) -> dict[str, Any]:
    """One format of the newest version."""
    return {
        "id": str(uuid5(row.pk, name)), "package_id": str(row.pk), "name": f"{say(row.title)} ({name.upper()})",
        "format": name.upper(), "mimetype": FORMATS[name].media, "state": "active", "url_type": "upload",
        "url": f"{base}/opendata/datasets/{row.slug}/v{version.number}.{name}", "datastore_active": name == "csv",
        "last_modified": stamp(version.published_at), "created": stamp(row.created_at),
        "size": version.size if name == "parquet" else None, "hash": f"sha256:{version.sha256}" if name == "parquet" else "",
    }  # fmt: skip


def foreign(row: OpenDataset, number: int, d: dict[str, str]) -> dict[str, Any]:
    """One way to get a harvested dataset."""
    return {
        "id": str(uuid5(row.pk, str(number))), "package_id": str(row.pk), "name": d.get("title", ""), "state": "active",
        "format": d.get("format", "").upper(), "url": d.get("address", ""), "datastore_active": False,
    }  # fmt: skip


def stamp(moment: Any) -> str | None:
    """Times as CKAN writes them."""
    return moment.isoformat() if moment else None


def organization(row: OpenDataset, count: int | None = None) -> dict[str, Any]:
    """A provider."""
    made = {
        "id": str(uuid5(NAMESPACE_URL, f"organization:{row.provider}")), "name": row.provider, "type": "organization",
        "title": say(row.provider_name), "display_name": say(row.provider_name), "state": "active", "is_organization": True,
    }  # fmt: skip
    return made if count is None else {**made, "package_count": count}


def group(theme: str, count: int | None = None) -> dict[str, Any]:
    """A theme."""
    name = say(THEMES[theme].name)
    made = {
        "id": str(uuid5(NAMESPACE_URL, f"group:{theme}")),
        "name": theme,
        "title": name,
        "display_name": name,
    }
    return (
        made
        if count is None
        else {**made, "package_count": count, "type": "group", "state": "active", "is_organization": False}
    )


def tag(word: str) -> dict[str, Any]:
    """A keyword."""
    return {
        "id": str(uuid5(NAMESPACE_URL, f"tag:{word}")),
        "name": word,
        "display_name": word,
        "state": "active",
        "vocabulary_id": None,
    }


def truth(value: Any) -> bool:
    """What CKAN takes for true."""
    return str(value).lower() in ("true", "1", "yes", "on")
