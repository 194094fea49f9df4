"""Case types: what machines are installed, how they look, BPMN in and out."""

from __future__ import annotations

import yaml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from citybrain.hub.cases.domain.diagram import svg
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.queries import diagrams
from citybrain.hub.cases.queries.machines import machine, machines
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.guard import guard
from citybrain.kernel.text import current_language

MOST_BYTES = 2_000_000
WHO = {
    "applicant": gettext_lazy("Applicant"),
    "system": gettext_lazy("System"),
    "receiver": gettext_lazy("Receiving clerk"),
    "reviewer": gettext_lazy("Reviewer"),
    "decider": gettext_lazy("Deciding officer"),
    "issuer": gettext_lazy("Issuing clerk"),
    "deliverer": gettext_lazy("Delivery clerk"),
    "leader": gettext_lazy("Unit leader"),
    "hall_chief": gettext_lazy("Hall chief"),
}  # by identity role; a role of a pack's own is shown by its key


@guard("cases.work")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All case types."""
    return render(request, "cases/types.html", {"types": machines(), "problems": []})


@guard("cases.work")
@require_GET
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One case type: the picture and the arrows with who, when and why."""
    found = machine(key)
    who = WHO | {role: WHO.get(named, named) for role, named in found.roles.items()}
    context = {"machine": found, "who": who, "svg": svg(found, lang=current_language())}
    return render(request, "cases/type.html", context)


@guard("cases.work")
@require_GET
def export_bpmn(request: HttpRequest, key: str) -> HttpResponse:
    """The machine as a BPMN 2.0 file."""
    found = machine(key)
    response = HttpResponse(diagrams.export_bpmn(found), content_type="application/xml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.key}-v{found.version}.bpmn"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@guard("cases.work")
@require_http_methods(["POST"])
def import_bpmn(request: HttpRequest) -> HttpResponse:
    """A BPMN file as a draft of a machine, to be put into a pack. Nothing is installed."""
    upload = request.FILES.get("file")
    try:
        if upload is None or not upload.size or upload.size > MOST_BYTES:
            raise Invalid([FieldProblem("file", "size", _("Choose a BPMN file of at most 2 MB."))])
        draft = diagrams.import_bpmn(upload.read())
    except Invalid as error:
        return render(
            request, "cases/types.html", {"types": machines(), "problems": error.problems}, status=422
        )
    document = yaml.safe_dump(draft.document, allow_unicode=True, sort_keys=False, width=110)
    found = Machine.model_validate(draft.document)
    context = {
        "key": found.key, "document": document, "left_out": draft.left_out,
        "svg": svg(found, lang=current_language()),
    }  # fmt: skip
    return render(request, "cases/imported.html", context)
