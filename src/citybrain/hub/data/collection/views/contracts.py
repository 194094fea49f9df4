"""Pages of bought data: contracts, when they end, who may use them, and what the city has already."""

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from citybrain.hub.data.collection.actions.contracts import keep_contract, lines, similar
from citybrain.hub.data.collection.permissions import CONTRACTS
from citybrain.hub.data.collection.queries.owned import contract_for, contracts_of
from citybrain.hub.data.collection.views.units import units_of
from citybrain.hub.data.models import Contract, Resource
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.errors import FieldProblem
from citybrain.kernel.guard import guard

PAGE = 25
LONGEST = {"number": 60, "title": 120, "supplier": 120, "price_basis": 200, "scope": 4000, "items": 4000}
SOON = timedelta(days=90)
WORDS = (
    "number",
    "title",
    "supplier",
    "scope",
    "items",
    "price",
    "price_basis",
    "begins",
    "expires",
    "organisation",
    "users",
    "resource",
)
NEEDED = ("number", "title", "supplier", "scope", "price", "price_basis", "begins", "expires", "organisation")


@guard(CONTRACTS)
def contracts(request: HttpRequest) -> HttpResponse:
    """Contracts, those that end first on top."""
    q = asked(request.GET, "q", 60)
    found = contracts_of(request.actor).select_related("resource")
    found = found.filter(title__icontains=q) | found.filter(supplier__icontains=q) if q else found
    page = Paginator(found.order_by("expires", "id"), PAGE).get_page(asked(request.GET, "page"))
    return render(request, "data/collection/contracts.html", {"page": page, "q": q, "light_of": light_of})


def light_of(row: Contract) -> str:
    """Red after the end, yellow within 90 days of it."""
    today = clock.today()
    return "red" if row.expires < today else "yellow" if row.expires - today <= SOON else "green"


@guard(CONTRACTS)
def contract(request: HttpRequest, contract_id: UUID | None = None) -> HttpResponse:
    """Record or change a contract. Data that looks like what is there already is shown first and has to be confirmed."""
    row = contract_for(request.actor, contract_id) if contract_id else None
    said = (
        {name: asked(request.POST, name, LONGEST.get(name, 400)) for name in WORDS}
        if request.method == "POST"
        else known(row, request)
    )
    context: dict[str, Any] = {
        "row": row,
        "said": said,
        "units": units_of(request.actor, CONTRACTS),
        "problems": [],
        "alike": [],
    }
    if request.method == "POST":
        values, found = values_of(said, dict(context["units"]))
        if taken(said, row):
            found.append(FieldProblem("number", "taken", _("There is a contract with this number already.")))
        twins = similar(said["title"], lines(said["items"]), besides=row.pk if row else None)
        if not found and (row is not None or not twins or request.POST.get("confirmed")):
            keep_contract(by=request.actor, contract=row, **values)
            return redirect("data:contracts")
        context |= {"problems": found, "alike": twins}
        return render(request, "data/collection/contract.html", context, status=422)
    return render(request, "data/collection/contract.html", context)


def taken(said: dict[str, str], row: Contract | None) -> bool:
    """Whether the unit has another contract with this number."""
    same = Contract.objects.filter(organisation=said["organisation"], number=said["number"])
    return same.exclude(pk=row.pk if row else None).exists()


def known(row: Contract | None, request: HttpRequest) -> dict[str, str]:
    """What the form shows first."""
    if row is None:
        return {**dict.fromkeys(WORDS, ""), "organisation": request.actor.organisation}
    return {
        "number": row.number, "title": row.title, "supplier": row.supplier, "scope": row.scope, "items": row.items,
        "price": f"{Decimal(row.price_fen) / 100:.2f}", "price_basis": row.price_basis, "begins": row.begins.isoformat(),
        "expires": row.expires.isoformat(), "organisation": row.organisation, "users": "\n".join(row.users),
        "resource": row.resource_id or "",
    }  # fmt: skip


def values_of(said: dict[str, str], units: dict[str, str]) -> tuple[dict[str, Any], list[FieldProblem]]:
    """The fields of a contract, and what is wrong with what was typed."""
    found = [FieldProblem(name, "required", _("This is needed.")) for name in NEEDED if not said[name]]
    values: dict[str, Any] = {
        n: said[n] for n in ("number", "title", "supplier", "scope", "items", "price_basis", "organisation")
    }
    for name in ("begins", "expires"):
        try:
            values[name] = date.fromisoformat(said[name])
        except ValueError:
            found.append(FieldProblem(name, "date", _("Write the date like 2026-11-30.")))
    if not found and values["expires"] < values["begins"]:
        found.append(FieldProblem("expires", "order", _("The end lies before the beginning.")))
    try:
        values["price_fen"] = round(Decimal(said["price"].replace(",", "")) * 100)
        if not 0 <= values["price_fen"] < 10**15:
            raise InvalidOperation
    except (InvalidOperation, ValueError, OverflowError):
        found.append(FieldProblem("price", "price", _("Write the price in yuan, like 120000.00.")))
    if said["organisation"] and said["organisation"] not in units:
        found.append(FieldProblem("organisation", "unit", _("Choose your unit.")))
    values["users"] = lines(said["users"])
    known_units = {unit.code for unit in identity.organisations()}
    if unknown := [code for code in values["users"] if code not in known_units]:
        found.append(FieldProblem("users", "unit", _("There is no unit %(code)s.") % {"code": unknown[0]}))
    values["resource_id"] = said["resource"] or None
    if said["resource"] and not Resource.objects.filter(pk=said["resource"]).exists():
        found.append(FieldProblem("resource", "resource", _("There is no such dataset.")))
    return values, found
