"""The read part of CKAN's action interface, so that its clients and harvesters work here unchanged.

Packages are datasets, organisations providers, groups themes, resources the formats of the newest version. ``fq`` is
understood as ``field:value`` pairs; anything else in it is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db.models import Count

from citybrain.apps.opendata.domain.formats import FORMATS
from citybrain.apps.opendata.domain.vocabulary import LICENCES, THEMES
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.apps.opendata.queries import catalogue, rows
from citybrain.apps.opendata.queries.dcat import dataset_address, formats_of
from citybrain.kernel.errors import FieldProblem, Invalid, NotFound
from citybrain.kernel.text import say

MOST_ROWS, MOST_DATA = 1000, 1000
FQ = re.compile(r'\+?\s*(?P<field>[a-z_]+):\s*(?:"(?P<quoted>[^"]*)"|\(?"?(?P<bare>[^\s()"]+)"?\)?)')
FIELDS = {
    "organization": "provider",
    "groups": "theme",
    "license_id": "licence",
    "tags": "",
    "name": "",
    "res_format": "",
}
ORDERS = {"metadata_modified desc": "new", "score desc, metadata_modified desc": "new", "name asc": "slug", "title_string asc": "slug",
          "views_recent desc": "used"}  # fmt: skip
FIELD_TYPES = {"integer": "int", "number": "float", "bool": "bool", "date": "date", "datetime": "timestamptz"}
Said = Mapping[str, Any]


def problem(name: str, message: str) -> Invalid:
    """What CKAN calls a validation error."""
    return Invalid([FieldProblem(name, "invalid", message)])


def number(said: Said, name: str, default: int, most: int) -> int:
    """A whole number not below zero."""
    try:
        value = int(said.get(name, default))
    except (TypeError, ValueError) as error:
        raise problem(name, "Invalid integer") from error
    if value < 0:
        raise problem(name, "Must be a natural number")
    return min(value, most)


def text(said: Said, name: str, *, required: bool = False) -> str:
    """A short text."""
    value = said.get(name, "")
    if not isinstance(value, str | int):
        raise problem(name, "Must be a string")
    if required and not str(value):
        raise problem(name, "Missing value")
    return str(value).replace("\0", "")[:400]


def newest(found: list[OpenDataset]) -> dict[Any, Version]:
    """The newest public version of each, in one query."""
    listed = (
        Version.objects.filter(dataset__in=found, state="published")
        .exclude(file="")
        .defer("profile", "report")
    )
    return {v.dataset_id: v for v in listed.order_by("number")}


def package(base: str, row: OpenDataset, version: Version | None) -> dict[str, Any]:
    """One dataset as CKAN describes packages."""
    known = LICENCES.get(row.licence)
    address = dataset_address(base, row.slug)
    return {
        "id": str(row.pk), "name": row.slug, "title": say(row.title), "title_translated": {"zh": row.title.get("zh"), "en": row.title.get("en")},
        "notes": say(row.summary), "url": row.landing or address, "state": "active", "private": False, "type": "dataset",
        "version": str(version.number) if version else "", "license_id": row.licence,
        "license_title": say(known.name) if known else "", "license_url": known.address if known else "", "isopen": bool(known and known.open),
        "metadata_created": stamp(row.created_at), "metadata_modified": stamp(row.updated_at),
        "organization": organization(row) if row.provider else None, "owner_org": row.provider or None,
        "groups": [group(row.theme)], "tags": [tag(w) for w in row.keywords], "num_tags": len(row.keywords),
        "resources": resources(base, row, version), "num_resources": len(resources(base, row, version)),
        "extras": [{"key": "cycle", "value": row.cycle}, {"key": "kind", "value": row.kind}], "frequency": row.cycle,
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


# -- actions ----------------------------------------------------------------------------------------------------------


def package_list(base: str, said: Said) -> list[str]:
    """Names of all packages."""
    start, most = number(said, "offset", 0, 10**6), number(said, "limit", 10**6, 10**6)
    return list(catalogue.shown().order_by("slug").values_list("slug", flat=True)[start : start + most])


def package_show(base: str, said: Said) -> dict[str, Any]:
    """One package by name or id."""
    row = package_row(text(said, "id", required=True))
    return package(base, row, newest([row]).get(row.pk))


def package_row(name: str) -> OpenDataset:
    """A package that is shown. NotFound otherwise."""
    for row in catalogue.shown().filter(slug=name)[:1]:
        return row
    for row in catalogue.shown().filter(pk=name)[:1] if UUID.match(name) else ():
        return row
    raise NotFound("Not found")


UUID = re.compile(r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")


def package_search(base: str, said: Said) -> dict[str, Any]:
    """Search with words, filters, order, pages and facets."""
    start, size = number(said, "start", 0, 10**6), number(said, "rows", 10, MOST_ROWS)
    sort = text(said, "sort") or "score desc, metadata_modified desc"
    if sort not in ORDERS:
        raise problem("sort", f"Cannot sort by {sort[:60]}")
    q = text(said, "q")
    found = narrowed("" if q in ("*:*", "*") else q, said)
    listed = list(found.order_by(*catalogue.ORDERS[ORDERS[sort]])[start : start + size])
    versions = newest(listed)
    return {
        "count": found.count(), "start": start, "sort": sort, "facets": {}, "search_facets": facets(found, said),
        "results": [package(base, row, versions.get(row.pk)) for row in listed],
    }  # fmt: skip


def narrowed(q: str, said: Said) -> Any:
    """All that fit the words and the filters. Invalid for a filter that is not understood."""
    facets, more = {}, []
    for field, value in filters(text(said, "fq")):
        if FIELDS[field]:
            facets[FIELDS[field]] = value
        else:
            more.append((field, value))
    found = catalogue.narrowed(catalogue.Wish(q=q, facets=facets))
    for field, value in more:
        if field == "res_format":
            found = found if value.lower() in FORMATS else found.none()
        else:
            found = found.filter(slug=value) if field == "name" else found.filter(keywords__contains=[value])
    return found


def filters(fq: str) -> list[tuple[str, str]]:
    """``field:value`` pairs of a filter query. Invalid for anything else."""
    left = FQ.sub("", fq).replace("AND", "").strip(" +")
    found = [(m["field"], m["quoted"] if m["quoted"] is not None else m["bare"]) for m in FQ.finditer(fq)]
    if left or any(field not in FIELDS for field, _value in found):
        raise problem("fq", "This filter is not understood")
    return found


def facets(found: Any, said: Said) -> dict[str, Any]:
    """Counts under each value of the facets asked for."""
    asked = said.get("facet.field") or []
    if isinstance(asked, str):
        asked = re.findall(r"[a-z_]+", asked)
    if not isinstance(asked, list):
        raise problem("facet.field", "Must be a list")
    made = {}
    for field in asked[:10]:
        ours = FIELDS.get(str(field), "")
        items = catalogue.counts(found, ours) if ours else []
        listed = [{"name": i["value"], "display_name": say(i["name"]), "count": i["count"]} for i in items]
        made[str(field)[:40]] = {"title": str(field)[:40], "items": listed}
    return made


def current_package_list_with_resources(base: str, said: Said) -> list[dict[str, Any]]:
    """Packages in full, newest first."""
    start, size = number(said, "offset", 0, 10**6), number(said, "limit", 100, MOST_ROWS)
    listed = list(catalogue.shown().order_by(*catalogue.ORDERS["new"])[start : start + size])
    versions = newest(listed)
    return [package(base, row, versions.get(row.pk)) for row in listed]


def resource_show(base: str, said: Said) -> dict[str, Any]:
    """One resource by id."""
    _row, _version, found = resource_row(base, text(said, "id", required=True))
    return found


def resource_row(base: str, key: str) -> tuple[OpenDataset, Version | None, dict[str, Any]]:
    """Dataset, version and description of a resource. Ids are derived from the dataset's, so all are tried."""
    if not UUID.match(key):
        raise NotFound("Not found")
    listed = list(catalogue.shown())
    versions = newest(listed)
    for row in listed:
        for made in resources(base, row, versions.get(row.pk)):
            if made["id"] == key.lower():
                return row, versions.get(row.pk), made
    raise NotFound("Not found")


def providers() -> list[tuple[OpenDataset, int]]:
    """One dataset of each provider, with how many it has."""
    counts = dict(
        catalogue.shown().exclude(provider="").values_list("provider").annotate(n=Count("pk")).order_by()
    )
    rows = {row.provider: row for row in catalogue.shown().filter(provider__in=counts)}
    return [(rows[code], n) for code, n in sorted(counts.items())]


def organization_list(base: str, said: Said) -> list[Any]:
    """Providers, by name or in full."""
    whole = truth(said.get("all_fields"))
    return [organization(row, n) if whole else row.provider for row, n in providers()]


def organization_show(base: str, said: Said) -> dict[str, Any]:
    """One provider."""
    key = text(said, "id", required=True)
    for row, n in providers():
        made = organization(row, n)
        if key in (made["id"], made["name"]):
            return {**made, "packages": included(base, said, provider=row.provider)}
    raise NotFound("Not found")


def group_list(base: str, said: Said) -> list[Any]:
    """Themes that have datasets."""
    whole = truth(said.get("all_fields"))
    return [group(t["key"], t["count"]) if whole else t["key"] for t in catalogue.themes() if t["count"]]


def group_show(base: str, said: Said) -> dict[str, Any]:
    """One theme."""
    key = text(said, "id", required=True)
    for theme in catalogue.themes():
        made = group(theme["key"], theme["count"])
        if key in (made["id"], made["name"]):
            return {**made, "packages": included(base, said, theme=theme["key"])}
    raise NotFound("Not found")


def included(base: str, said: Said, **only: str) -> list[dict[str, Any]]:
    """Packages of an organisation or group, when they are asked for."""
    if not truth(said.get("include_datasets")):
        return []
    listed = list(catalogue.shown().filter(**only).order_by("slug")[:MOST_ROWS])
    versions = newest(listed)
    return [package(base, row, versions.get(row.pk)) for row in listed]


def tag_list(base: str, said: Said) -> list[Any]:
    """Keywords in use."""
    words = sorted(
        {str(w) for listed in catalogue.shown().values_list("keywords", flat=True) for w in listed}
    )
    q = text(said, "query").lower()
    words = [w for w in words if q in w.lower()]
    return [tag(w) for w in words] if truth(said.get("all_fields")) else words


def license_list(base: str, said: Said) -> list[dict[str, Any]]:
    """Terms of use."""
    return [
        {"id": k, "title": say(v.name), "url": v.address, "status": "active"} for k, v in LICENCES.items()
    ]


def status_show(base: str, said: Said) -> dict[str, Any]:
    """Who answers, and which version of the interface."""
    return {"ckan_version": "2.10.0", "site_url": f"{base}/opendata", "site_title": "Open data", "site_description": "",
            "error_emails_to": None, "locale_default": "zh_Hans_CN", "extensions": ["datastore", "dcat"]}  # fmt: skip


def datastore_search(base: str, said: Said) -> dict[str, Any]:
    """Rows of a resource: ``filters`` (values or lists), ``q``, ``fields``, ``limit``, ``offset``."""
    row, version, made = resource_row(base, text(said, "resource_id", required=True))
    if version is None or not made.get("datastore_active"):
        raise NotFound("Resource is not in the datastore")
    asked = rows.Asked(
        equal=equal(said.get("filters") or {}), q=text(said, "q"), columns=tuple(columns(said.get("fields") or [])),
        limit=number(said, "limit", 100, MOST_DATA), offset=number(said, "offset", 0, 10**7),
    )  # fmt: skip
    answer = rows.rows(rows.public_version(row), asked)
    return {
        "resource_id": made["id"], "records": answer.rows, "total": answer.total, "limit": asked.limit, "offset": asked.offset,
        "fields": [{"id": c["name"], "type": FIELD_TYPES.get(c["type"], "text"), "info": {"label": say(c["title"])}} for c in answer.columns],
    }  # fmt: skip


def equal(filters: Any) -> dict[str, list[str]]:
    """Conditions of ``datastore_search``. Invalid when they are no object."""
    if not isinstance(filters, dict):
        raise problem("filters", "Must be an object")
    return {
        str(k): [str(v) for v in (value if isinstance(value, list) else [value])]
        for k, value in filters.items()
    }


def columns(fields: Any) -> list[str]:
    """Columns asked for, as a list or separated by commas."""
    listed = fields.split(",") if isinstance(fields, str) else fields
    if not isinstance(listed, list):
        raise problem("fields", "Must be a list")
    return [str(f).strip() for f in listed if str(f).strip()]


def truth(value: Any) -> bool:
    """What CKAN takes for true."""
    return str(value).lower() in ("true", "1", "yes", "on")


ACTIONS: dict[str, Callable[[str, Said], Any]] = {
    fn.__name__: fn
    for fn in (
        package_list, package_show, package_search, current_package_list_with_resources, resource_show, organization_list,
        organization_show, group_list, group_show, tag_list, license_list, status_show, datastore_search,
    )
}  # fmt: skip
