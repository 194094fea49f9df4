"""Files on people and firms for officials: one at a time, for a purpose, never a list of everybody."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from citybrain.hub.data.registers.actions.look import Wanted, look
from citybrain.hub.data.registers.permissions import FILES
from citybrain.hub.data.registers.queries import files
from citybrain.hub.data.registers.records import FileRecord
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel import ratelimit
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed, NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.text import say

LOOKS_A_MINUTE = 30
WORDS = ("kind", "number", "name", "trait", "purpose", "unmask")


@guard(FILES)
@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Ask for one file. The number is sent in the body, so that it stands in no address and no access log."""
    kinds = [kind for kind in files.file_kinds() if request.actor.may(kind.permission)]
    said = {word: asked(request.POST, word, 200) for word in WORDS}
    said["number"] = said["number"].replace(" ", "").upper()
    context: dict[str, Any] = {"kinds": kinds, "asked": said, "problems": [], "file": None, "message": ""}
    status = 200
    if request.method == "POST":
        ratelimit.allow(f"file:{request.actor.account_id}", LOOKS_A_MINUTE, 60)
        try:
            wanted = Wanted(said["number"], said["name"], said["trait"])
            context["file"] = look(
                said["kind"], wanted, purpose=said["purpose"], unmask=bool(said["unmask"]), by=request.actor
            )
        except Invalid as error:
            context["problems"], status = error.problems, 422
        except NotAllowed as error:
            identity.keep_refusal(error)
            context["problems"], status = [FieldProblem("number", "not_allowed", error.message)], 403
        except NotFound as error:
            identity.keep_refusal(error)
            context["problems"], status = [FieldProblem("number", "not_found", found_nobody(error))], 404
    context["units"] = unit_names(context["file"])
    answer = render(request, "data/registers/files.html", context, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def found_nobody(error: NotFound) -> str:
    """What the page says when there is no file."""
    return (
        error.message
        if error.code != "not_found"
        else _("No file was found. Check the number or the traits.")
    )


def unit_names(found: FileRecord | None) -> dict[str, str]:
    """Names of the departments of the blocks."""
    names = {}
    for code in {block.owner for block in found.blocks} if found else set():
        try:
            names[code] = say(identity.organisation(code).name)
        except NotFound:
            names[code] = code
    return names
