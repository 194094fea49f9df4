"""Files and documents of a case: uploads in, downloads out. Nothing is ever served as a page of ours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from citybrain.hub.cases.actions import files
from citybrain.hub.cases.queries import views
from citybrain.hub.cases.views.shared import organisation_name
from citybrain.kernel import audit
from citybrain.kernel.errors import Invalid, NotFound
from citybrain.kernel.guard import SIGNED_IN, guard

SANDBOX = "default-src 'none'; style-src 'none'; script-src 'none'; sandbox"


@guard("cases.work")
@require_POST
def attach(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Add files to the case, or to one of its materials."""
    actor = request.actor  # type: ignore[attr-defined]
    for upload in request.FILES.getlist("file")[:20]:
        try:
            files.attach(
                case_id, upload, by=actor, material=request.POST.get("material", ""),
                kind="material" if request.POST.get("material") else "other",
            )  # fmt: skip
            flash.success(request, _("Stored: %(name)s") % {"name": upload.name})
        except Invalid as error:
            flash.error(request, f"{upload.name}: {error}")
    return redirect("cases:detail", case_id)


@guard(SIGNED_IN)
@require_GET
def download(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> FileResponse:
    """The file, always as a download."""
    row, path = files.attachment_for(request.actor, attachment_id, case_id)  # type: ignore[attr-defined]
    response = FileResponse(path.open("rb"), content_type="application/octet-stream")
    return _locked(response, content_disposition_header(True, row.name) or "attachment")


@guard(SIGNED_IN)
@require_GET
def preview(request: HttpRequest, case_id: UUID, attachment_id: UUID) -> FileResponse:
    """An image under its sniffed type, in a sandbox; nothing else is shown inline."""
    row, path = files.attachment_for(request.actor, attachment_id, case_id)  # type: ignore[attr-defined]
    if row.media_type not in files.PREVIEWED:
        raise NotFound(_("There is no preview of this file."))
    return _locked(FileResponse(path.open("rb"), content_type=row.media_type), "inline")


def _locked(response: Any, disposition: str) -> Any:
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "private, no-store"
    return response


@guard(SIGNED_IN)
@require_GET
def document(request: HttpRequest, case_id: UUID, document_id: UUID) -> HttpResponse:
    """A document of the case, to read and print."""
    actor = request.actor  # type: ignore[attr-defined]
    paper = views.document_for(actor, document_id)
    if paper.case_id != case_id:
        raise NotFound(_("There is no such case, or it is not yours to see."))
    audit.record("cases.print", by=actor, obj=f"case:{case_id}", after={"document": paper.number})
    layout = f"ui/layouts/{'bench' if actor.kind == 'official' else 'public'}.html"
    context = {"paper": paper, "organisation": organisation_name(paper.organisation), "layout": layout}
    response = render(request, "cases/document.html", context)
    response["Cache-Control"] = "private, no-store"
    return response
