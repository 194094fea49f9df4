"""Describing resources and items, publishing, withdrawing, watching. Scope: the providing unit is the actor's."""

from typing import Any

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.catalogue.actions.describe import (
    add_item,
    describe_item,
    describe_resource,
    new_resource,
)
from citybrain.hub.data.catalogue.actions.publish import publish_problems, publish_resource, withdraw_resource
from citybrain.hub.data.catalogue.actions.subscribe import subscribe, unsubscribe
from citybrain.hub.data.catalogue.domain.form import ITEM_COLUMNS, RESOURCE_COLUMNS
from citybrain.hub.data.catalogue.permissions import CATALOGUE, PUBLISH
from citybrain.hub.data.catalogue.queries.access import require_describe, require_publish, resource_for
from citybrain.hub.data.catalogue.queries.described import described
from citybrain.hub.data.catalogue.views.fields import (
    CHOOSE,
    class_options,
    errors_of,
    page_field,
    sent,
    summary,
    units_of,
)
from citybrain.hub.data.catalogue.views.pages import frame
from citybrain.hub.data.models import Resource
from citybrain.hub.data.permissions import VIEW
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel.errors import Conflict, Invalid, NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say

SECTIONS = (
    ("what", ("title.zh", "title.en", "description.zh", "description.en", "keywords", "owner", "classification", "layer", "format")),
    ("upkeep", ("cycle", "source_system", "security_owner", "retention_months", "vertical", "related")),
    ("sharing", ("sharing", "sharing_condition", "sharing_basis", "sharing_ways")),
    ("opening", ("opening", "opening_basis")),
    ("grade", ("grade_floor", "data_class", "special_approval")),
    ("roles", ("key_item", "time_item", "organisation_item", "division_item")),
)  # fmt: skip
BY_NAME = {col.field: col for col in RESOURCE_COLUMNS}
DESCRIBED = tuple(BY_NAME[name] for _section, names in SECTIONS for name in names)
FIRST = tuple(
    BY_NAME[name]
    for name in ("key", "title.zh", "title.en", "description.zh", "description.en", "owner", "classification")
)
FIRST_ITEM = tuple(col for col in ITEM_COLUMNS if col.field in ("name", "title.zh", "title.en", "type"))


@guard(CATALOGUE)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The whole description of a resource."""
    row = resource_for(request.actor, key)
    require_describe(request.actor, row)
    values, status = described(row), 200
    errors: dict[str, str] = {}
    if request.method == "POST":
        values, errors = sent(DESCRIBED, request.POST)
        if not errors:
            errors = tried(lambda: save(request, row, values))
        if not errors:
            flash.success(request, _("Saved."))
            return redirect("data:detail", key)
        status = 422
    listed = choices_for(request, row)
    sections = [
        (name, [page_field(BY_NAME[f], values, errors, listed) for f in fields]) for name, fields in SECTIONS
    ]
    context = frame(request, row, "edit") | {"sections": sections, "problems": summary(errors)}
    return render(request, "data/catalogue/edit.html", context, status=status)


def save(request: HttpRequest, row: Resource, values: dict[str, Any]) -> None:
    """Write the description; the provider may only become a unit the actor describes data for."""
    if values.get("owner") != row.owner:
        identity.require(
            request.actor, CATALOGUE, organisation=values.get("owner") or "-", obj=f"dataset:{row.pk}"
        )
    describe_resource(row.pk, values=values, by=request.actor)


def tried(act) -> dict[str, str]:
    """Nothing, or field → what was refused."""
    try:
        act()
    except Invalid as error:
        return errors_of(error)
    except Conflict as error:
        return {"": str(error)}
    return {}


def choices_for(request: HttpRequest, row: Resource) -> dict[str, Any]:
    """Units, classes and items to choose from."""
    items = [("", CHOOSE.say()), *((item.name, f"{say(item.title)} {item.name}") for item in row.items.all())]
    roles = {name: items for name in ("key_item", "time_item", "organisation_item", "division_item")}
    return {"owner": units_of(request.actor), "classification": class_options(), **roles}


@guard(CATALOGUE)
def new(request: HttpRequest) -> HttpResponse:
    """A new draft with its first item; the rest is described on its own pages."""
    units = units_of(request.actor)
    values: dict[str, Any] = {"owner": request.actor.organisation}
    item: dict[str, Any] = {"type": "text"}
    errors: dict[str, str] = {}
    if request.method == "POST":
        values, errors = sent(FIRST, request.POST)
        item, wrong = sent(FIRST_ITEM, renamed(request.POST))
        errors |= {f"item.{path}": text for path, text in wrong.items()}
        if not errors:
            errors = tried(lambda: make(request, dict(values), dict(item)))
        if not errors:
            flash.success(
                request, _("The draft is in the catalogue. Describe it and its items, then publish.")
            )
            return redirect("data:edit_resource", values["key"])
    listed = {"owner": units, "classification": class_options()}
    fields = [page_field(col, values, errors, listed) for col in FIRST]
    for col in FIRST_ITEM:
        made = page_field(col, item, {f.field: errors.get(f"item.{f.field}", "") for f in FIRST_ITEM}, {})
        made.name = f"item.{col.field}"
        fields.append(made)
    context = {
        "fields": fields[: len(FIRST)],
        "item_fields": fields[len(FIRST) :],
        "problems": summary(errors),
    }
    return render(request, "data/catalogue/new.html", context, status=422 if errors else 200)


def renamed(post):
    """The fields of the first item under their own names."""
    copy = post.copy()
    for name in [name for name in post if name.startswith("item.")]:
        copy.setlist(name.removeprefix("item."), post.getlist(name))
    return copy


def make(request: HttpRequest, values: dict[str, Any], item: dict[str, Any]) -> None:
    """Write the new draft for a unit of the actor's."""
    key = values.pop("key")
    identity.require(request.actor, CATALOGUE, organisation=values["owner"] or "-", obj=f"dataset:{key}")
    new_resource(key, values=values, items=[item], by=request.actor)


@guard(CATALOGUE)
def item(request: HttpRequest, key: str, name: str = "") -> HttpResponse:
    """One item, known or new."""
    row = resource_for(request.actor, key)
    require_describe(request.actor, row)
    known = described(row)["items"].get(name)
    if name and known is None:
        raise NotFound("no such item / 没有这个信息项", code="no_item")
    columns = [col for col in ITEM_COLUMNS if col.field != "key" and not (name and col.field == "name")]
    values, errors = known or {"type": "text", "grade": "L1"}, dict[str, str]()
    if request.method == "POST":
        values, errors = sent(columns, request.POST)
        values["grade"] = values.get("grade") or "L1"
        if not errors:
            errors = tried(lambda: keep_item(request, key, name, dict(values)))
        if not errors:
            flash.success(request, _("Saved."))
            return redirect("data:items", key)
    fields = [page_field(col, values, errors, {}) for col in columns]
    for made in fields:
        made.readonly = bool(name) and made.name == "type"
    context = frame(request, row, "items") | {"name": name, "fields": fields, "problems": summary(errors)}
    return render(request, "data/catalogue/item.html", context, status=422 if errors else 200)


def keep_item(request: HttpRequest, key: str, name: str, values: dict[str, Any]) -> None:
    """Write a known or a new item."""
    if name:
        describe_item(key, name, values=values, by=request.actor)
    else:
        add_item(key, name=values.pop("name"), values=values, by=request.actor)


@guard(PUBLISH)
def state(request: HttpRequest, key: str) -> HttpResponse:
    """What stands against publishing; publish or withdraw."""
    row = resource_for(request.actor, key)
    require_publish(request.actor, row)
    problems = publish_problems(row)
    if request.method == "POST":
        wish = asked(request.POST, "wish")
        acts = {
            "publish": lambda: publish_resource(key, by=request.actor, complete=True),
            "withdraw": lambda: withdraw_resource(
                key, reason=asked(request.POST, "reason", 300), by=request.actor
            ),
        }
        errors = tried(acts[wish]) if wish in acts else {"": _("Choose what to do.")}
        if not errors:
            flash.success(request, _("Published.") if wish == "publish" else _("Withdrawn."))
            return redirect("data:detail", key)
        shown = [] if wish == "publish" else summary(errors)
        context = frame(request, row, "state") | {"problems": problems, "errors": shown}
        return render(request, "data/catalogue/state.html", context, status=422)
    return render(
        request,
        "data/catalogue/state.html",
        frame(request, row, "state") | {"problems": problems, "errors": []},
    )


@guard(VIEW)
@require_POST
def watch(request: HttpRequest, key: str) -> HttpResponse:
    """Subscribe to changes of a resource, or no longer."""
    resource_for(request.actor, key)
    if asked(request.POST, "wish") == "end":
        unsubscribe(key, by=request.actor)
        flash.success(request, _("You no longer hear of its changes."))
    else:
        subscribe(key, by=request.actor)
        flash.success(request, _("You will hear of every change and of its withdrawal."))
    return redirect("data:detail", key)
