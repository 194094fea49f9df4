"""The departments' form: download it, upload it filled, see what is wrong with it, apply it."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.actions.importing import apply_import, prepare_import
from citybrain.hub.data.catalogue.permissions import CATALOGUE
from citybrain.hub.data.catalogue.queries.forms import LARGEST, form_file
from citybrain.hub.data.catalogue.views.fields import errors_of, summary
from citybrain.hub.data.catalogue.views.pages import XLSX, download
from citybrain.hub.data.models import CatalogueImport
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound
from citybrain.kernel.guard import guard


@guard(CATALOGUE)
def upload(request: HttpRequest) -> HttpResponse:
    """Upload a filled form; the actor's earlier ones below."""
    problems: list[FieldProblem] = []
    if request.method == "POST":
        given = request.FILES.get("file")
        try:
            if given is None:
                raise Invalid([FieldProblem("file", "required", _("Choose a file."))])
            if (given.size or 0) > LARGEST:
                raise Invalid([FieldProblem("file", "too_large", _("The file is larger than 8 MB."))])
            made = prepare_import(given.name or "form.xlsx", given.read(), by=request.actor)
            return redirect("data:import_preview", made.pk)
        except Invalid as error:
            problems = summary(errors_of(error))
    earlier = CatalogueImport.objects.filter(account_id=request.actor.account_id)[:10]
    context = {"problems": problems, "earlier": earlier}
    return render(request, "data/catalogue/import.html", context, status=422 if problems else 200)


@guard(CATALOGUE)
def template(request: HttpRequest) -> HttpResponse:
    """The empty form with notes and drop-downs."""
    return download(form_file([]), XLSX, "xlsx")


@guard(CATALOGUE)
def preview(request: HttpRequest, import_id: UUID) -> HttpResponse:
    """What the form would change, or everything that is wrong with it by sheet, row and column."""
    row = CatalogueImport.objects.filter(pk=import_id, account_id=request.actor.account_id).first()
    if row is None:
        raise NotFound("no such form / 没有这个导入表")
    problems: list[FieldProblem] = []
    if request.method == "POST":
        try:
            count = apply_import(row.pk, by=request.actor)
            flash.success(request, _("%(count)d resources were written.") % {"count": count})
            return redirect("data:catalogue")
        except Invalid as error:
            problems = summary(errors_of(error))
        except Conflict as error:
            problems = [FieldProblem("", "conflict", str(error))]
    context = {"row": row, "problems": problems}
    return render(request, "data/catalogue/import_preview.html", context, status=422 if problems else 200)
