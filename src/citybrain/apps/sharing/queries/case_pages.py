"""What the case page shows of requests, quality work and objections: names instead of keys, links to rows and grants."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from citybrain.apps.sharing.models import DataRequest
from citybrain.apps.sharing.queries.units import unit_name
from citybrain.hub.cases.data import CaseView
from citybrain.hub.data import api as data
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import say

Row = dict[str, Any]


def row(label: str, value: Any, href: str = "") -> Row:
    """One line; the link says that it opens something."""
    return {"label": label, "value": value, "href": href, "action": _("Open it") if href else ""}


def ways_said(ways: Sequence[str]) -> str:
    """Ways of sharing in words."""
    words = {
        "api": _("query interface"), "verify": _("verification, yes or no"), "batch": _("batch query"),
        "table": _("table exchange"), "file": _("file"),
    }  # fmt: skip
    return _(", ").join(words.get(way, way) for way in ways)


def named(key: str, items: Sequence[str] = ()) -> tuple[str, str]:
    """Title of a resource and of its items; keys where the catalogue no longer knows them."""
    try:
        found = data.resource(key)
    except NotFound:
        return key, _(", ").join(items)
    titles = {item.name: say(item.title) for item in found.items}
    return str(say(found.title)), _(", ").join(str(titles.get(name, name)) for name in items)


def request_pages(view: CaseView, actor: Actor) -> list[dict[str, Any]]:
    """What is asked, by whom, for what, and the grant that came of it."""
    made = DataRequest.objects.filter(case_id=view.record.id).first()
    if made is None:
        return []
    title, items = named(made.resource, made.items)
    kinds = {"matter": _("a matter"), "duty": _("a duty")}
    bound = f"{kinds.get(made.purpose.get('kind', ''), '')} {made.purpose.get('code', '')}".strip()
    asked = [
        row(_("Resource"), title, reverse("data:detail", args=[made.resource])), row(_("Items"), items),
        row(_("Asked by"), unit_name(made.consumer)), row(_("Provider"), unit_name(made.provider)),
        row(_("What for"), made.purpose.get("text", "")), row(_("Purpose is bound to"), bound),
        row(_("Legal basis"), view.data.get("basis", "")), row(_("Ways of sharing"), ways_said(made.ways)),
        row(_("For how many months"), view.data.get("months", "")), row(_("Records a day"), f"{int(view.data.get('quota') or 0):,}"),
        row(_("Only rows where"), view.data.get("row_filter") or _("all rows")),
    ]  # fmt: skip
    links = [row(_("Data request"), made.case_no or _("Draft"), reverse("sharing:request", args=[made.pk]))]
    if made.grant_id:
        links.append(row(_("Grant"), title, reverse("data:grant", args=[made.grant_id])))
    return [{"title": _("What is asked for"), "rows": asked}, {"title": _("Where to go on"), "rows": links}]


def quality_pages(view: CaseView, actor: Actor) -> list[dict[str, Any]]:
    """The rule, how many rows break it, and where they are."""
    key, rule = str(view.data.get("resource", "")), str(view.data.get("rule", ""))
    title, _items = named(key)
    rows = [row(_("Resource"), title, reverse("data:quality_resource", args=[key]))]
    try:
        found = data.problems_of(key, rule)
    except NotFound:
        return [
            {
                "title": _("What is wrong"),
                "rows": [*rows, row(_("Rule"), rule), row(_("Problem rows"), view.data.get("problems", ""))],
            }
        ]
    rows += [
        row(_("Rule"), say(found.title), reverse("data:quality_problems", args=[key, rule])),
        row(_("Basis"), found.basis or "—"), row(_("Provider"), unit_name(found.owner)),
        row(_("Problem rows when the work began"), f"{view.data.get('problems', 0):,}"),
        row(_("Problem rows in the newest scan"), _("%(failed)s of %(judged)s") % {"failed": f"{found.failed:,}", "judged": f"{found.judged:,}"}),
    ]  # fmt: skip
    return [{"title": _("What is wrong"), "rows": rows}]


def objection_pages(view: CaseView, actor: Actor) -> list[dict[str, Any]]:
    """The value that is said to be wrong, what is claimed, and why."""
    key, item = str(view.data.get("resource", "")), str(view.data.get("item", ""))
    title, items = named(key, [item])
    by = (
        _("the person concerned")
        if (view.record.context or {}).get("by_person")
        else unit_name((view.record.context.get("parties") or {}).get("consumer", "")) or _("a department")
    )
    rows = [
        row(_("Resource"), title, reverse("data:detail", args=[key])), row(_("Item"), items), row(_("Raised by"), by),
        row(_("Claimed to be right"), view.data.get("claimed") or _("the value should not be there")),
        row(_("Reason given"), view.data.get("reason", "")),
    ]  # fmt: skip
    return [{"title": _("What is said to be wrong"), "rows": rows}]
