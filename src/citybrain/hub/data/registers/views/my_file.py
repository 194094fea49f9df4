"""My file: what the city holds about me or my firm, from whom, who looked, and what I say is wrong. Works without JavaScript.

Guardians and legal representatives open the files of their wards and firms here too (``of``, a mark that tells no number).
"""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from citybrain.hub.data.models import FileRead
from citybrain.hub.data.registers.actions.look import look_at_own, others_of, whose
from citybrain.hub.data.registers.actions.objections import raise_objection
from citybrain.hub.data.registers.queries import files
from citybrain.hub.data.registers.queries.objections import objections_of
from citybrain.hub.data.registers.queries.reads import reads_of
from citybrain.hub.data.registers.records import Block, FileRecord, Line, Value
from citybrain.hub.data.registers.views.files import unit_names
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound
from citybrain.kernel.guard import SIGNED_IN, guard
from citybrain.kernel.text import say

PAGE = 20
NO_STORE = "no-store"


@guard(SIGNED_IN)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The files of whom I act for, one tab a kind; whose else I may open."""
    of = asked(request.GET, "of", 64)
    chosen = whose(of, by=request.actor)
    kinds = files.file_kinds(chosen.subject)
    wanted = asked(request.GET, "kind", 40) or (kinds[0].key if kinds else "")
    found = None
    if wanted:
        try:
            found = look_at_own(wanted, of=of, by=request.actor)
        except NotFound:
            found = None
    context = {
        "kinds": kinds, "kind": wanted, "file": found, "units": unit_names(found), "objections": objections_of(chosen.mark),
        "sent": asked(request.GET, "sent", 4), "looks": reads_of(chosen.mark).count(), "of": of, "right": chosen.right,
        "others": others_of(request.actor),
    }  # fmt: skip
    return kept_private(render(request, "data/registers/my_file.html", context))


@guard(SIGNED_IN)
@require_GET
def reads(request: HttpRequest) -> HttpResponse:
    """Who looked into the file, when, why."""
    of = asked(request.GET, "of", 64)
    chosen = whose(of, by=request.actor)
    found = Paginator(reads_of(chosen.mark), PAGE).get_page(asked(request.GET, "page", 6))
    titles = {kind.key: kind.title for kind in files.file_kinds()}
    lines = [(line, reader(line), say(titles.get(line.file, line.file))) for line in found]
    context = {"page": found, "lines": lines, "of": of}
    return kept_private(render(request, "data/registers/my_reads.html", context))


def reader(line: FileRead) -> str:
    """Who looked: the unit, or whom a register gives the right."""
    if line.actor.get("kind") == "citizen":
        return _("A guardian or legal representative")
    return unit(line.organisation)


@guard(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def object_to(request: HttpRequest, kind: str) -> HttpResponse:
    """Say that a value is wrong: which block, row and item come from the own file, whatever the address says."""
    source = request.POST if request.method == "POST" else request.GET
    said = {word: asked(source, word, 1000) for word in ("block", "row", "item", "claimed", "reason", "of")}
    chosen = whose(said["of"], by=request.actor)
    block, line, value = place_in(look_at_own(kind, of=said["of"], by=request.actor), said)
    problems: list[FieldProblem] = []
    if request.method == "POST":
        try:
            raise_objection(
                resource_key=block.resource, record=line.record, item=value.item, claimed=said["claimed"],
                reason=said["reason"], by=request.actor, subject=chosen.mark, stood=value.stood,
            )  # fmt: skip
            query = urlencode({"kind": kind, "sent": 1} | ({"of": said["of"]} if said["of"] else {}))
            return redirect(f"{reverse('data:my_file')}?{query}")
        except Invalid as error:
            problems = error.problems
        except Conflict as error:
            problems = [FieldProblem("reason", error.code, error.message)]
    context = {
        "kind": kind, "block": block, "value": value, "asked": said, "problems": problems,
        "unit": unit(block.owner),
    }  # fmt: skip
    status = 422 if problems else 200
    return kept_private(render(request, "data/registers/object.html", context, status=status))


def place_in(found: FileRecord, said: dict[str, str]) -> tuple[Block, Line, Value]:
    """The value in the own file; NotFound for anything that is not there."""
    block = found.block(said["block"])
    row = int(said["row"]) if said["row"].isascii() and said["row"].isdigit() else -1
    if not 0 <= row < len(block.lines):
        raise NotFound(_("There is no such record in your file."))
    for value in block.lines[row].values:
        if value.item == said["item"]:
            return block, block.lines[row], value
    raise NotFound(_("There is no such record in your file."))


def unit(code: str) -> str:
    """Name of a unit; its code when identity does not know it."""
    try:
        return say(identity.organisation(code).name) if code else "—"
    except NotFound:
        return code


def kept_private(answer: HttpResponse) -> HttpResponse:
    """No cache keeps the page."""
    answer["Cache-Control"] = NO_STORE
    return answer
