"""The read part of CKAN's action interface, so that its clients and harvesters work here unchanged.

Packages are datasets, organisations providers, groups themes, resources the formats of the newest version. ``fq`` is
understood as far as clients use it (see ``domain.fq``); anything else in it is refused, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db.models import Count, F, Func, IntegerField
from django.db.models.fields.json import KeyTransform

from citybrain.apps.opendata.domain.formats import FORMATS
from citybrain.apps.opendata.domain.vocabulary import LICENCES, THEMES
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.apps.opendata.queries import catalogue, rows
from citybrain.apps.opendata.queries.ckan_search import (
    ORDER,
    UUID,
    Said,
    facets,
    narrowed,
    number,
    ordered,
    problem,
    text,
)
from citybrain.apps.opendata.queries.dcat import dataset_address, formats_of
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import say

MOST_ROWS, MOST_DATA = 1000, 1000
FIELD_TYPES = {"integer": "int", "number": "float", "bool": "bool", "date": "date", "datetime": "timestamptz"}


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


def package_search(base: str, said: Said) -> dict[str, Any]:
    """Search with words, filters, order, pages and facets."""
    start, size = number(said, "start", 0, 10**6), number(said, "rows", 10, MOST_ROWS)
    sort = text(said, "sort") or ORDER
    order = ordered(sort)
    found = narrowed(said)
    listed = list(found.order_by(*order)[start : start + size])
    versions = newest(listed)
    counted = facets(found, said)
    return {
        "count": found.count(), "start": start, "sort": sort, "search_facets": counted,
        "facets": {name: {i["name"]: i["count"] for i in made["items"]} for name, made in counted.items()},
        "results": [package(base, row, versions.get(row.pk)) for row in listed],
    }  # fmt: skip


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
    """Dataset, version and description of a resource. Ids are derived from the dataset's, so each one's are tried."""
    if not UUID.match(key):
        raise NotFound("Not found")
    size = Func(F("distributions"), function="jsonb_array_length", output_field=IntegerField())
    for pk, kind, count in catalogue.shown().order_by().values_list("pk", "kind", size):
        names = map(str, range(count)) if kind == "harvested" else FORMATS
        if any(str(uuid5(pk, name)) == key.lower() for name in names):
            row = catalogue.shown().get(pk=pk)
            version = newest([row]).get(pk)
            for made in resources(base, row, version):
                if made["id"] == key.lower():
                    return row, version, made
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
    whole, wanted = truth(said.get("all_fields")), listed_names(said, "organizations")
    rows = [(row, n) for row, n in providers() if not wanted or row.provider in wanted]
    return [organization(row, n) if whole else row.provider for row, n in part(rows, said)]


def listed_names(said: Said, name: str) -> set[str]:
    """Names a list is limited to; none for all. Invalid."""
    given = said.get(name) or []
    given = given.split(",") if isinstance(given, str) else given
    if not isinstance(given, list) or len(given) > MOST_ROWS:
        raise problem(name, "Must be a list of names")
    return {str(one).strip() for one in given}


def part(listed: list[Any], said: Said) -> list[Any]:
    """The page of a list that ``limit`` and ``offset`` ask for."""
    start = number(said, "offset", 0, 10**6)
    return listed[start : start + number(said, "limit", MOST_ROWS, MOST_ROWS)]


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
    whole, wanted = truth(said.get("all_fields")), listed_names(said, "groups")
    found = [t for t in catalogue.themes() if t["count"] and (not wanted or t["key"] in wanted)]
    return [group(t["key"], t["count"]) if whole else t["key"] for t in part(found, said)]


def group_show(base: str, said: Said) -> dict[str, Any]:
    """One theme."""
    key = text(said, "id", required=True)
    for theme in catalogue.themes():
        made = group(theme["key"], theme["count"])
        if key in (made["id"], made["name"]):
            return {**made, "packages": included(base, said, theme=theme["key"])}
    raise NotFound("Not found")


def included(base: str, said: Said, **only: Any) -> list[dict[str, Any]]:
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


def tag_show(base: str, said: Said) -> dict[str, Any]:
    """One keyword, with its packages when they are asked for."""
    word = text(said, "id", required=True)
    if not catalogue.shown().filter(keywords__contains=[word]).exists():
        raise NotFound("Not found")
    return {**tag(word), "packages": included(base, said, keywords__contains=[word])}


def package_autocomplete(base: str, said: Said) -> list[dict[str, Any]]:
    """Packages whose words hold what is being typed."""
    found = catalogue.narrowed(catalogue.Wish(q=text(said, "q", required=True))).order_by("slug")
    return [
        {"name": row.slug, "title": say(row.title), "match_field": "title", "match_displayed": f"{say(row.title)} ({row.slug})"}
        for row in found[: number(said, "limit", 10, 100)]
    ]  # fmt: skip


def site_read(base: str, said: Said) -> bool:
    """Whether the site may be read: it is public."""
    return True


def help_show(base: str, said: Said) -> str:
    """What an action does."""
    action = ACTIONS.get(text(said, "name", required=True))
    if action is None:
        raise NotFound("Not found")
    return action.__doc__ or ""


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
    """Rows of a resource: ``filters`` (values or lists), ``q``, ``fields``, ``sort``, ``limit``, ``offset``."""
    for name, only in (
        ("records_format", ("objects",)),
        ("distinct", ("false", "")),
        ("plain", ("true", "")),
    ):
        if name in said and str(said[name]).lower() not in only:
            raise problem(name, "Not supported here")
    row, version, made = resource_row(base, text(said, "resource_id", required=True))
    if version is None or not made.get("datastore_active"):
        raise NotFound("Resource is not in the datastore")
    asked = rows.Asked(
        equal=equal(said.get("filters") or {}), q=text(said, "q"), columns=tuple(columns(said.get("fields") or [])),
        limit=number(said, "limit", 100, MOST_DATA), offset=number(said, "offset", 0, 10**7), sort=sorting(text(said, "sort")),
    )  # fmt: skip
    answer = rows.rows(rows.public_version(row), asked)
    return {
        "resource_id": made["id"], "records": answer.rows, "total": answer.total, "limit": asked.limit, "offset": asked.offset,
        "fields": [{"id": c["name"], "type": FIELD_TYPES.get(c["type"], "text"), "info": {"label": say(c["title"])}} for c in answer.columns],
    }  # fmt: skip


def datastore_info(base: str, said: Said) -> dict[str, Any]:
    """The columns of a resource and how many rows it has."""
    _row, version, made = resource_row(base, text(said, "id") or text(said, "resource_id", required=True))
    if version is None or not made.get("datastore_active"):
        raise NotFound("Resource is not in the datastore")
    fields = [
        {"id": c["name"], "type": FIELD_TYPES.get(c["type"], "text"), "info": {"label": say(c["title"])}}
        for c in version.columns
    ]
    return {"meta": {"id": made["id"], "count": version.rows, "table_type": "BASE TABLE"}, "fields": fields}


def sorting(sort: str) -> tuple[tuple[str, bool], ...]:
    """``column [asc|desc]`` joined by commas, as (column, descending). Invalid."""
    made = []
    for one in (p.strip() for p in sort.split(",")) if sort else ():
        name, _space, way = one.partition(" ")
        if way.strip().lower() not in ("", "asc", "desc"):
            raise problem("sort", f"Cannot sort by {sort[:60]}")
        made.append((name.strip('"'), way.strip().lower() == "desc"))
    return tuple(made)


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
        organization_show, group_list, group_show, tag_list, tag_show, license_list, status_show, site_read, help_show,
        package_autocomplete, datastore_search, datastore_info,
    )
}  # fmt: skip
