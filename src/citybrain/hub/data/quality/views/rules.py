"""The editor of rules: list, write, try on a sample before saving, switch off, history; historical rows of a table."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.models import CodeTable, QualityProfile, QualityRule, Resource
from citybrain.hub.data.permissions import VIEW
from citybrain.hub.data.quality.actions.write_rule import set_historical, switch_rule, write_rule
from citybrain.hub.data.quality.domain.kinds import KINDS
from citybrain.hub.data.quality.domain.rule import Rule
from citybrain.hub.data.quality.permissions import RULE
from citybrain.hub.data.quality.queries.problems import reaches, require_reach
from citybrain.hub.data.quality.queries.rules import rules_of
from citybrain.hub.data.quality.queries.try_out import try_rule
from citybrain.hub.data.quality.views.common import PAGE, WORDS, download, lake_record
from citybrain.hub.data.views.asked import asked
from citybrain.kernel.errors import Invalid, NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import Text

PARAMETERS = (
    "pattern", "format", "identifier", "least", "most", "table", "codes", "condition", "resource", "item", "key",
    "other_key", "within", "unit",
)  # fmt: skip


@guard(VIEW)
def rules(request: HttpRequest) -> HttpResponse:
    """Rules that packs bring and stewards wrote, searched, filtered, paged; CSV or Excel."""
    said = {
        name: asked(request.GET, name, 80)
        for name in ("q", "kind", "dimension", "origin", "severity", "page")
    }
    found = QualityRule.objects.filter(current=True).order_by("resource", "key")
    if said["q"]:
        found = found.filter(
            Q(resource__icontains=said["q"]) | Q(key__icontains=said["q"]) | Q(title__zh__icontains=said["q"])
        )
    for name in ("kind", "dimension", "origin", "severity"):
        if said[name]:
            found = found.filter(**{name: said[name]})
    if request.GET.get("format"):
        head = [_("Resource"), _("Key"), _("Rule"), _("Kind"), _("Dimension"), _("Severity"), _("Weight"), _("Basis"), _("Version")]  # fmt: skip
        rows = [
            [r.resource, r.key, Text(**r.title).say(), KINDS[r.kind].title.say(), WORDS["dimensions"][r.dimension].say(),
             WORDS["severities"][r.severity].say(), r.weight, r.basis, r.version]
            for r in found[:20_000]
        ]  # fmt: skip
        return download(request, "quality-rules", head, rows)
    page = Paginator(found, PAGE).get_page(said["page"])
    return render(request, "data/quality/rules.html", {"asked": said, "page": page, **WORDS})


@guard(VIEW)
def rules_of_resource(request: HttpRequest, key: str) -> HttpResponse:
    """Every rule of one table, automatic ones too, and those switched off."""
    record = lake_record(key)
    off = QualityRule.objects.filter(resource=key, current=True, active=False)
    profile = QualityProfile.objects.filter(pk=key).first()
    context = {
        "entry": record, "rules": rules_of(record), "off": [row.record() for row in off], "profile": profile,
        "flags": [item for item in record.items if item.type == "bool"],
        "may_rule": reaches(request.actor, RULE, record.owner), "problems": [], **WORDS,
    }  # fmt: skip
    return render(request, "data/quality/rules_of_resource.html", context)


@guard(RULE)
def edit(request: HttpRequest, key: str, rule: str = "") -> HttpResponse:
    """Write a rule or a new version: first the kind, then what it asks; ``try`` shows its hits, ``save`` keeps it."""
    record = lake_record(key)
    require_reach(request.actor, RULE, record)
    old = known_rule(record, rule) if rule else None
    form = form_of(request.POST if request.method == "POST" else request.GET, old)
    context: dict[str, Any] = {
        "entry": record, "old": old, "form": form, "problems": [], "tried": None, "kind": KINDS.get(form["kind"]),
        "tables": list(CodeTable.objects.order_by("key").values_list("key", "title")),
        "history": list(QualityRule.objects.filter(resource=key, key=rule).order_by("-version")[:20]) if rule else [],
        "read_only": old is not None and old.origin == "pack",
        "others": list(Resource.objects.filter(kind="lake", alive=True).order_by("key").values_list("key", flat=True)[:500]),
        **WORDS,
    }  # fmt: skip
    if request.method != "POST" or context["read_only"]:
        return render(request, "data/quality/edit.html", context)
    status = 200
    try:
        made = rule_from(record.key, form, old)
        if request.POST.get("act") == "save":
            write_rule(made, by=request.actor, reason=form["reason"])
            messages.success(
                request, _("The rule is saved. The table will be checked with it within minutes.")
            )
            return redirect("data:quality_rules_of", key)
        context["tried"] = try_rule(made, record, by=request.actor)
        context["labels"] = {item.name: item.title for item in record.items}
    except Invalid as error:
        context["problems"], status = error.problems, 422
    return render(request, "data/quality/edit.html", context, status=status)


def known_rule(record: ResourceRecord, key: str) -> Rule:
    """A rule of the table, also one that is switched off; NotFound otherwise."""
    row = QualityRule.objects.filter(resource=record.key, key=key.replace("\0", ""), current=True).first()
    found = row.record() if row else next((r for r in rules_of(record) if r.key == key), None)
    if found is None:
        raise NotFound("no such rule / 没有这条规则", code="no_rule")
    return found


def form_of(given: Mapping[str, Any], old: Rule | None) -> dict[str, Any]:
    """The fields of the form: as sent, else as the rule has them, else empty."""
    form: dict[str, Any] = {
        "key": "",
        "kind": "",
        "severity": "mandatory",
        "weight": "10",
        "title": "",
        "title_en": "",
    }
    form |= {"dimension": "", "basis": "", "reason": "", "items": [], **dict.fromkeys(PARAMETERS, "")}
    form["rule_key"] = form.pop("key")
    form["own_key"] = ""
    if old is not None:
        form |= {
            "rule_key": old.key, "kind": old.kind, "severity": old.severity, "weight": str(old.weight), "title": old.title.zh,
            "title_en": old.title.en, "dimension": old.about, "basis": old.basis, "items": list(old.items),
        }  # fmt: skip
        form |= {name: value for name, value in old.params.items() if name in PARAMETERS}
        form["codes"] = "\n".join(map(str, old.params.get("codes", [])))
        form["own_key"] = old.text("key")
    for name in form:
        if name in given:
            form[name] = asked(given, name, 20_000 if name == "codes" else 2_000)
    if "items" in given:
        form["items"] = [str(v)[:60].replace("\0", "") for v in given.getlist("items") if v][:20]  # type: ignore[attr-defined]
    return form


def rule_from(resource: str, form: Mapping[str, Any], old: Rule | None) -> Rule:
    """The rule a form describes; only the parameters its kind knows."""
    kind = KINDS.get(form["kind"])
    known = (*kind.needs, *kind.may) if kind else ()
    values = {**form, "key": form["own_key"]}
    params: dict[str, Any] = {name: values[name] for name in known if values.get(name)}
    if "codes" in params:
        params["codes"] = [line.strip() for line in params["codes"].splitlines() if line.strip()]
    weight = form["weight"] if form["weight"].isascii() and form["weight"].isdigit() else "0"
    return Rule(
        resource=resource, key=old.key if old else form["rule_key"], kind=form["kind"],
        items=tuple(form["items"]) if kind and kind.items[1] else (), params=params, dimension=form["dimension"],
        severity=form["severity"], weight=int(weight[:5]), title=Text(zh=form["title"][:120], en=form["title_en"][:120]),
        basis=form["basis"][:200], version=1,
    )  # fmt: skip


@guard(RULE)
@require_POST
def switch(request: HttpRequest, key: str, rule: str) -> HttpResponse:
    """Switch a rule off or on, with a reason."""
    record = lake_record(key)
    require_reach(request.actor, RULE, record)
    try:
        switch_rule(
            key, known_rule(record, rule), asked(request.POST, "active") == "1", by=request.actor,
            reason=asked(request.POST, "reason", 200),
        )  # fmt: skip
    except Invalid as error:
        messages.error(request, error.problems[0].message)
    return redirect("data:quality_rules_of", key)


@guard(RULE)
@require_POST
def historical(request: HttpRequest, key: str) -> HttpResponse:
    """Say whether rows of earlier cycles stay valid."""
    lake_record(key)
    try:
        set_historical(
            key, historical=asked(request.POST, "historical") == "1", item=asked(request.POST, "historical_item"),
            reason=asked(request.POST, "historical_reason", 200), by=request.actor,
        )  # fmt: skip
        messages.success(request, _("Saved. It counts from the next check on."))
    except Invalid as error:
        messages.error(request, error.problems[0].message)
    return redirect("data:quality_rules_of", key)
