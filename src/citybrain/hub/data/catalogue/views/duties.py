"""The duty list on screen: what must be provided, by whom, what fulfils it, what nobody provides yet."""

import re
from typing import Any

from django.contrib import messages as flash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.catalogue.actions.duties import bind_duty, keep_duty, unbind_duty
from citybrain.hub.data.catalogue.domain import choices
from citybrain.hub.data.catalogue.permissions import CATALOGUE, DUTY
from citybrain.hub.data.catalogue.queries.access import duty_row, resource_for, resources_for
from citybrain.hub.data.catalogue.queries.duties import duties as listed
from citybrain.hub.data.catalogue.queries.duties import lines
from citybrain.hub.data.catalogue.queries.known import unit_name
from citybrain.hub.data.catalogue.views.fields import errors_of, summary, units_of
from citybrain.hub.data.domain.csv_text import csv_text
from citybrain.hub.data.models import Duty
from citybrain.hub.data.permissions import VIEW
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say

PAGE = 25
KEY = re.compile(r"^[a-z][a-z0-9-]{1,79}$")
ELEMENT = re.compile(r"^([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)\s+(\S.{0,80})$")


@guard(VIEW)
def duties(request: HttpRequest) -> HttpResponse:
    """The list by unit and word, or only what no resource stands for; as CSV too."""
    said = {name: asked(request.GET, name) for name in ("q", "owner", "only", "page")}
    rows = listed(organisation=said["owner"], q=said["q"], unbound=said["only"] == "unbound")
    if request.GET.get("as") == "csv":
        return exported(rows)
    page = Paginator(rows, PAGE).get_page(said["page"])
    everything = listed()
    owners = everything.order_by("organisation").values_list("organisation", flat=True).distinct()
    context = {
        "lines": lines(list(page.object_list)), "page": page, "asked": said, "words": choices,
        "units": [(code, unit_name(code)) for code in owners], "all": everything.count(),
        "unbound": everything.filter(bindings=None).count(), "may_keep": request.actor.may(DUTY),
    }  # fmt: skip
    return render(request, "data/catalogue/duties.html", context)


def exported(rows) -> HttpResponse:
    """The list as CSV."""
    from citybrain.hub.data.catalogue.views.pages import download

    head = [
        _("Unit"),
        _("Duty"),
        _("Elements"),
        _("Basis"),
        _("Evidence"),
        _("Resources"),
        _("Not provided yet"),
    ]
    body = [
        [line.unit, say(line.duty.title), "、".join(line.duty.element_names()), line.duty.basis, line.duty.basis_tag,
         "、".join(r.pk for r in line.resources), "、".join(line.missing)]
        for line in lines(list(rows[:5000]))
    ]  # fmt: skip
    return download(csv_text(head, body).encode(), "text/csv; charset=utf-8", "csv")


@guard(VIEW)
def duty(request: HttpRequest, key: str) -> HttpResponse:
    """One line: basis, elements, resources; bind and unbind."""
    row = duty_row(key)
    bindable = []
    if identity.may(request.actor, CATALOGUE, organisation=row.organisation):
        own = resources_for(request.actor).filter(owner=row.organisation, alive=True).exclude(duties=row)
        bindable = [(r.pk, f"{say(r.title)} {r.pk}") for r in own.order_by("key")[:300]]
    context = {
        "line": lines([row])[0], "words": choices, "bindable": bindable, "own": bool(bindable),
        "visible": set(resources_for(request.actor).filter(duties=row).values_list("pk", flat=True)),
        "may_bind": identity.may(request.actor, CATALOGUE, organisation=row.organisation),
        "may_keep": identity.may(request.actor, DUTY, organisation=row.organisation),
    }  # fmt: skip
    return render(request, "data/catalogue/duty.html", context)


@guard(CATALOGUE)
@require_POST
def bind(request: HttpRequest, key: str) -> HttpResponse:
    """Bind a resource of the unit to the duty, or unbind it."""
    row = duty_row(key)
    identity.require(request.actor, CATALOGUE, organisation=row.organisation, obj=f"duty:{key}")
    found = resource_for(request.actor, asked(request.POST, "resource", 120))
    if asked(request.POST, "wish") == "unbind":
        unbind_duty(key, found.pk, by=request.actor)
    else:
        bind_duty(key, found.pk, by=request.actor)
    return redirect("data:duty", key)


@guard(DUTY)
def edit(request: HttpRequest, key: str = "") -> HttpResponse:
    """A line of the list, known or new."""
    row = duty_row(key) if key else None
    if row is not None:
        identity.require(request.actor, DUTY, organisation=row.organisation, obj=f"duty:{key}")
    fresh = {"organisation": request.actor.organisation, "basis_tag": "K"}
    values, errors = values_of(row) if row else fresh, dict[str, str]()
    if request.method == "POST":
        values, errors = read(request, key)
        if not errors:
            try:
                identity.require(
                    request.actor, DUTY, organisation=values["organisation"], obj=f"duty:{values['key']}"
                )
                keep_duty(
                    values.pop("key"), by=request.actor, pack=row.pack if row else "", **stored(values, row)
                )
                flash.success(request, _("Saved."))
                return redirect("data:duties")
            except Invalid as error:
                errors = errors_of(error)
    context = {
        "key": key, "values": values, "errors": errors, "problems": summary(errors),
        "units": units_of(request.actor, DUTY), "cycles": choices.options(choices.CYCLES, empty="—"),
        "sharings": choices.options(choices.SHARING, empty="—"), "tags": choices.options(choices.TAGS),
    }  # fmt: skip
    return render(request, "data/catalogue/duty_edit.html", context, status=422 if errors else 200)


def values_of(row: Duty) -> dict[str, Any]:
    """A line as the form shows it."""
    elements = "\n".join(f"{e['name']} {(e.get('title') or {}).get('zh', '')}" for e in row.elements)
    return {
        "organisation": row.organisation, "title_zh": row.title.get("zh", ""), "title_en": row.title.get("en", ""),
        "elements": elements, "basis": row.basis, "basis_tag": row.basis_tag, "matter": row.matter,
        "function": row.function, "cycle": row.cycle, "sharing": row.sharing,
    }  # fmt: skip


def read(request: HttpRequest, key: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What was sent, and what is wrong with it."""
    sizes = {"elements": 8000, "basis": 300, "function": 300, "title_zh": 200, "title_en": 200}
    names = (
        "organisation",
        "title_zh",
        "title_en",
        "elements",
        "basis",
        "basis_tag",
        "matter",
        "function",
        "cycle",
        "sharing",
    )
    values: dict[str, Any] = {name: asked(request.POST, name, sizes.get(name, 80)) for name in names}
    values["key"] = key or asked(request.POST, "key")
    errors = {
        name: _("Please fill this in.")
        for name in ("organisation", "title_zh", "elements", "basis")
        if not values[name]
    }
    if not KEY.match(values["key"]):
        errors["key"] = _("Lower-case letters, digits and hyphens.")
    if any(line.strip() and not ELEMENT.match(line.strip()) for line in values["elements"].splitlines()):
        errors["elements"] = _("One element a line: register.element and its name.")
    for name, words in (("cycle", choices.CYCLES), ("sharing", choices.SHARING), ("basis_tag", choices.TAGS)):
        if values[name] and values[name] not in words:
            errors[name] = _("Choose one of the list.")
    return values, errors


def stored(values: dict[str, Any], row: Duty | None) -> dict[str, Any]:
    """As the list keeps it; an element's English name stays."""
    english = {e["name"]: (e.get("title") or {}).get("en", "") for e in (row.elements if row else [])}
    found = [ELEMENT.match(line.strip()) for line in values["elements"].splitlines() if line.strip()]
    elements = [
        {"name": m.group(1), "title": {"zh": m.group(2).strip(), "en": english.get(m.group(1), "")}}
        for m in found
        if m
    ]
    if not elements:
        raise Invalid([FieldProblem("elements", "required", _("Please fill this in."))])
    kept = {k: v for k, v in values.items() if k not in ("title_zh", "title_en", "elements")}
    return {**kept, "title": {"zh": values["title_zh"], "en": values["title_en"]}, "elements": elements}
