"""The bench of open data: what a unit proposes and has published, reports, withdrawal, moderation, other portals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from citybrain.apps.opendata.actions.portals import add_portal, toggle_portal
from citybrain.apps.opendata.actions.propose import begin_version, may_propose, propose_release
from citybrain.apps.opendata.actions.voices import moderate
from citybrain.apps.opendata.actions.withdraw import take_off
from citybrain.apps.opendata.data import NotOpenable
from citybrain.apps.opendata.domain.treatment import ROLES, STEPS, WITH_NUMBER, ColumnTreatment, Treatment
from citybrain.apps.opendata.domain.vocabulary import CYCLES, LICENCES, THEMES
from citybrain.apps.opendata.models import Comment, OpenDataset, Portal, Reuse
from citybrain.apps.opendata.tasks import begin_harvest
from citybrain.apps.opendata.views.asked import whole, word
from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.errors import FieldProblem, Invalid, NotFound
from citybrain.kernel.guard import guard

SIZE = 30
WORDS = (
    "slug",
    "title_zh",
    "title_en",
    "summary_zh",
    "summary_en",
    "theme",
    "cycle",
    "licence",
    "keywords",
    "region",
)
SHOWS = ("all", "draft", "published", "late", "withdrawn", "harvested")


def in_scope(request: HttpRequest) -> Any:
    """Datasets of units in the actor's scope; harvested ones for those who may harvest."""
    scope = identity.scope(request.actor, "opendata.bench")
    rows = OpenDataset.objects.filter(identity.scope_q(scope, "provider"), kind="own")
    if request.actor.may("opendata.harvest"):
        rows = rows | OpenDataset.objects.filter(kind="harvested")
    return rows


def row_of(request: HttpRequest, slug: str) -> OpenDataset:
    """One dataset in scope. NotFound otherwise."""
    row = in_scope(request).filter(slug=slug).first()
    if row is None:
        raise NotFound(_("There is no such dataset in your unit."))
    return row


@guard("opendata.bench")
@require_GET
def bench(request: HttpRequest) -> HttpResponse:
    """My unit's datasets: proposed, public, past their cycle, withdrawn."""
    show, q = word(request.GET, "show") or "all", word(request.GET, "q").lower()
    rows = in_scope(request)
    counts = {name: narrowed(rows, name).count() for name in SHOWS}
    listed = narrowed(rows, show if show in SHOWS else "all")
    if q:
        listed = listed.filter(search__contains=q)
    page = max(1, whole(request.GET, "page", 1, 10_000))
    total = listed.count()
    return render(request, "opendata/bench/list.html", {
        "rows": list(listed.order_by("-created_at")[(page - 1) * SIZE : page * SIZE]), "counts": counts, "show": show, "q": q,
        "pager": {"number": page, "pages": max(1, -(-total // SIZE)), "total": total}, "now": clock.now(),
        "may_propose": request.actor.may("opendata.propose"),
    })  # fmt: skip


def narrowed(rows: Any, show: str) -> Any:
    """Rows of one tab."""
    match show:
        case "late":
            return rows.filter(state="published", due_at__lte=clock.now())
        case "harvested":
            return rows.filter(kind="harvested")
        case "draft" | "published" | "withdrawn":
            return rows.filter(state=show, kind="own")
    return rows


@guard("opendata.propose")
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Which resource of the unit to open."""
    q = word(request.GET, "q").lower()
    mine = [
        record
        for record in data.catalogue()
        if record.kind != "harvested" and record.state == "published" and record.owner and matches(record, q)
        and identity.may(request.actor, "opendata.propose", organisation=record.owner)
    ]  # fmt: skip
    return render(request, "opendata/bench/choose.html", {"found": mine[:200], "q": q})


def matches(record: data.ResourceRecord, q: str) -> bool:
    """Whether a word occurs in the resource's key or title."""
    return not q or q in record.key or any(q in t.lower() for t in record.title.as_dict().values())


@guard("opendata.propose")
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, key: str) -> HttpResponse:
    """Words about the dataset and what is done to each column."""
    record = may_propose(request.actor, key)
    said = (
        {name: word(request.POST, name, 2000) for name in WORDS}
        if request.method == "POST"
        else first_words(record)
    )
    treatment = spoken_treatment(request, record) if request.method == "POST" else first_treatment(record)
    problems: list[FieldProblem] = []
    if request.method == "POST":
        try:
            made = propose_release(key, said=said, treatment=treatment, by=request.actor)
        except Invalid as error:
            problems = error.problems
        except NotOpenable as error:
            problems = [FieldProblem("", error.code, error.message)]
        else:
            flash.success(
                request, _("Proposed. The first version is being made; your unit's leader reviews next.")
            )
            return redirect("opendata:bench_dataset", made.slug)
    return render(request, "opendata/bench/propose.html", {
        "record": record, "said": said, "treatment": treatment, "problems": problems,
        "errors": {p.path: p.message for p in problems}, "themes": THEMES, "cycles": CYCLES, "licences": LICENCES,
        "steps": STEPS, "roles": ROLES,
    }, status=422 if problems else 200)  # fmt: skip


def first_words(record: data.ResourceRecord) -> dict[str, str]:
    """What the catalogue says already."""
    title, about = record.title.as_dict(), record.description.as_dict()
    return {"slug": record.key.replace(".", "-").replace("_", "-"), "title_zh": title["zh"], "title_en": title["en"],
            "summary_zh": about["zh"], "summary_en": about["en"], "cycle": record.cycle, "licence": "cc-by-4.0"}  # fmt: skip


def first_treatment(record: data.ResourceRecord) -> Treatment:
    """A careful beginning: personal, L3 and closed items are left out, divisions cut to the town."""
    columns = {}
    for item in record.items:
        hidden = item.personal or item.grade in ("L3", "L4") or item.opening == "none"
        columns[item.name] = ColumnTreatment(step="drop" if hidden else "keep")
    return Treatment(columns=columns)


def spoken_treatment(request: HttpRequest, record: data.ResourceRecord) -> Treatment:
    """The treatment of the form; an unknown word leaves the column out."""
    columns: dict[str, Any] = {}
    for item in record.items:
        step, role = word(request.POST, f"step.{item.name}"), word(request.POST, f"role.{item.name}")
        number = whole(request.POST, f"number.{item.name}", 0, 10**9) or None
        columns[item.name] = {
            "step": step if step in STEPS else "drop", "role": role if role in ROLES else "plain",
            "number": number if step in WITH_NUMBER else None,
        }  # fmt: skip
    names = {item.name for item in record.items}
    places = {name: word(request.POST, name, 60) for name in ("longitude", "latitude", "division")}
    said: dict[str, Any] = {name: column if column in names else "" for name, column in places.items()}
    for name in ("k", "small_cell"):
        said[name] = min(max(whole(request.POST, name, 5), 2), 1000)
    return Treatment.model_validate(
        {"columns": columns, "reference": word(request.POST, "reference", 120), **said}
    )


@guard("opendata.bench")
@require_GET
def dataset(request: HttpRequest, slug: str) -> HttpResponse:
    """One dataset at the bench: state, case, versions with reports."""
    return bench_page(request, row_of(request, slug))


def bench_page(
    request: HttpRequest, row: OpenDataset, *, problems: Any = (), status: int = 200
) -> HttpResponse:
    """The page."""
    versions = list(row.versions.defer("profile")[:20])
    return render(request, "opendata/bench/dataset.html", {
        "row": row, "versions": versions, "newest": versions[0] if versions else None, "steps": STEPS, "roles": ROLES,
        "may_withdraw": may(request, "opendata.withdraw", row), "may_propose": may(request, "opendata.propose", row),
        "problems": list(problems), "errors": {p.path: p.message for p in problems}, "now": clock.now(),
    }, status=status)  # fmt: skip


def may(request: HttpRequest, permission: str, row: OpenDataset) -> bool:
    """Whether the actor holds the permission for the dataset's unit."""
    return row.kind == "own" and identity.may(request.actor, permission, organisation=row.provider)


@guard("opendata.propose")
@require_POST
def renew(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the next version now."""
    row = row_of(request, slug)
    identity.require(request.actor, "opendata.propose", organisation=row.provider, obj=f"opendata:{slug}")
    if row.kind == "own" and row.state in ("draft", "published"):
        begin_version(row, by=request.actor)
        flash.success(request, _("The next version is being made."))
    return redirect("opendata:bench_dataset", slug)


@guard("opendata.withdraw")
@require_POST
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a dataset off at once."""
    row = row_of(request, slug)
    try:
        take_off(row, reason=word(request.POST, "reason", 1000), by=request.actor)
    except Invalid as error:
        return bench_page(request, row, problems=error.problems, status=422)
    flash.success(request, _("The dataset is off. A second person has to look at the withdrawal."))
    return redirect("opendata:bench_dataset", slug)


@guard("opendata.moderate")
@require_http_methods(["GET", "POST"])
def moderation(request: HttpRequest) -> HttpResponse:
    """Remarks and reuses that wait."""
    if request.method == "POST":
        try:
            key = UUID(word(request.POST, "key", 40))
        except ValueError as error:
            raise NotFound(_("There is nothing to decide.")) from error
        moderate(word(request.POST, "kind"), key, show=word(request.POST, "verdict") == "show",
                 answer=word(request.POST, "answer", 1000), by=request.actor)  # fmt: skip
        return redirect("opendata:moderation")
    comments = Comment.objects.filter(state="waiting").select_related("dataset").order_by("at")[:SIZE]
    return render(request, "opendata/bench/moderation.html", {
        "comments": list(comments), "reuses": list(Reuse.objects.filter(state="waiting").prefetch_related("datasets")[:SIZE]),
    })  # fmt: skip


@guard("opendata.harvest")
@require_http_methods(["GET", "POST"])
def portals(request: HttpRequest) -> HttpResponse:
    """Other portals: add one, harvest now, see what came."""
    said = {name: word(request.POST, name, 600) for name in ("name", "address", "format")}
    problems: list[FieldProblem] = []
    if request.method == "POST":
        try:
            begin_harvest(add_portal(said, by=request.actor), by=request.actor)
        except Invalid as error:
            problems = error.problems
        else:
            flash.success(request, _("The portal was added and is being harvested."))
            return redirect("opendata:portals")
    return render(request, "opendata/bench/portals.html", {
        "listed": list(Portal.objects.all()), "said": said, "problems": problems,
        "errors": {p.path: p.message for p in problems},
    }, status=422 if problems else 200)  # fmt: skip


@guard("opendata.harvest")
@require_POST
def portal_act(request: HttpRequest, portal_id: UUID) -> HttpResponse:
    """Harvest now, or stop and go on."""
    if word(request.POST, "wish") == "toggle":
        toggle_portal(portal_id, by=request.actor)
        return redirect("opendata:portals")
    found = Portal.objects.filter(pk=portal_id).first()
    if found is None:
        raise NotFound(_("There is no such portal."))
    begin_harvest(found, by=request.actor)
    flash.success(request, _("The harvest has begun."))
    return redirect("opendata:portals")
