"""What the case page shows of releases, withdrawals and requests for open data."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from citybrain.apps.opendata.models import OpenDataset
from citybrain.hub.cases.data import CaseView
from citybrain.hub.data import api as data
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import say

Row = dict[str, Any]


def row(label: str, value: Any, href: str = "") -> Row:
    """One line; the link says that it opens something."""
    return {"label": label, "value": value, "href": href, "action": _("Open it") if href else ""}


def dataset_of(view: CaseView) -> OpenDataset | None:
    """The dataset a case is about, by its number or its address."""
    said = view.record.context or {}
    slug = view.data.get("slug") or said.get("dataset_slug") or view.data.get("dataset") or ""
    try:
        number = UUID(str(said.get("dataset_id", "")))
    except ValueError:
        return OpenDataset.objects.filter(slug=slug).first() if slug else None
    return OpenDataset.objects.filter(pk=number).first()


def source_row(source: str) -> list[Row]:
    """Where the rows come from, when it is a resource of the catalogue."""
    kind, _mark, key = source.partition(":")
    if kind != "resource":
        return []
    try:
        return [row(_("Source"), say(data.resource(key).title), reverse("data:detail", args=[key]))]
    except NotFound:
        return [row(_("Source"), key)]


def release_pages(view: CaseView, actor: Actor) -> list[dict[str, Any]]:
    """The dataset, what is done to its columns and what the check of the newest version found."""
    found = dataset_of(view)
    if found is None:
        return []
    newest = found.versions.order_by("-number").first()
    rows = [
        row(_("Dataset"), say(found.title), reverse("opendata:bench_dataset", args=[found.slug])),
        *source_row(found.source), row(_("Provider"), say(found.provider_name)), row(_("Summary"), say(found.summary)),
        row(_("Address on the portal"), reverse("opendata:dataset", args=[found.slug])),
    ]  # fmt: skip
    if view.record.context.get("reason"):
        rows.append(row(_("Reason for the withdrawal"), view.record.context["reason"]))
    if newest:
        passed = _("Check passed") if newest.report.get("passed") else _("Check failed")
        rows.append(row(_("Newest version"), _("%(n)s, %(rows)s rows · %(check)s") % {"n": newest.number, "rows": f"{newest.rows:,}", "check": passed}, reverse("opendata:bench_dataset", args=[found.slug]) + f"#v{newest.number}"))  # fmt: skip
    return [{"title": _("What is opened"), "rows": rows}]


def request_pages(view: CaseView, actor: Actor) -> list[dict[str, Any]]:
    """What a citizen would like to be opened."""
    found = dataset_of(view)
    rows = [
        row(_("Wanted data"), view.data.get("title", "")), row(_("What for"), view.data.get("purpose", "")),
        row(_("Items"), view.data.get("items") or "—"),
    ]  # fmt: skip
    if found:
        rows.append(row(_("Dataset"), say(found.title), reverse("opendata:dataset", args=[found.slug])))
    return [{"title": _("What is asked for"), "rows": rows}]
