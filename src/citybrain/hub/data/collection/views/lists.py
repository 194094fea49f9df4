"""Pages of collections: the list with state, last run and lag; one collection; run, pause, resume."""

from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from citybrain.hub.data.collection import staging
from citybrain.hub.data.collection.actions import collections as actions
from citybrain.hub.data.collection.actions.revisions import discard_revision, revise_collection
from citybrain.hub.data.collection.actions.runs import begin_run
from citybrain.hub.data.collection.actions.uploads import store_upload
from citybrain.hub.data.collection.domain.cycle import Cycle, late
from citybrain.hub.data.collection.domain.shape import Shape, recognised
from citybrain.hub.data.collection.permissions import COLLECT
from citybrain.hub.data.collection.queries.owned import collection_for, collections_of
from citybrain.hub.data.collection.views import words
from citybrain.hub.data.models import Collection, CollectionRun
from citybrain.hub.data.views.asked import asked
from citybrain.kernel import clock
from citybrain.kernel.guard import guard

PAGE = 25
RUNS = 20


@guard(COLLECT)
def collections(request: HttpRequest) -> HttpResponse:
    """Collections of one's units: those behind their cycle are marked."""
    said = {"q": asked(request.GET, "q", 60), "state": asked(request.GET, "state", 8)}
    last = CollectionRun.objects.filter(collection=OuterRef("pk")).order_by("-began_at")
    found = collections_of(request.actor).annotate(
        last_id=Subquery(last.values("pk")[:1]), last_at=Subquery(last.values("began_at")[:1]),
        last_state=Subquery(last.values("job__state")[:1]), last_accepted=Subquery(last.values("accepted")[:1]),
        last_rejected=Subquery(last.values("rejected")[:1]),
    )  # fmt: skip
    if said["q"]:
        found = found.filter(title__icontains=said["q"]) | found.filter(resource__icontains=said["q"])
    if said["state"] in words.states():
        found = found.filter(state=said["state"])
    page = Paginator(found.order_by("title", "id"), PAGE).get_page(asked(request.GET, "page"))
    context = {"page": page, "asked": said, "is_late": is_late, **words.common()}
    return render(request, "data/collection/list.html", context)


def is_late(made: Collection) -> bool:
    """Behind its cycle."""
    return made.state == "active" and late(Cycle(**made.cycle), made.next_at, clock.now())


@guard(COLLECT)
def collection(request: HttpRequest, collection_id: UUID) -> HttpResponse:
    """One collection; a draft leads back into the wizard."""
    row = collection_for(request.actor, collection_id)
    if row.state == "draft":
        return redirect("data:wizard", row.pk, min(row.step, 6))
    runs = row.runs.select_related("job").order_by("-began_at")[:RUNS]
    context = {
        "made": row, "runs": runs, "late": is_late(row), "versions": row.versions.order_by("-number")[:RUNS],
        "revision": Collection.objects.filter(revises=row).first(), "settled_words": words.settled(), **words.common(),
    }  # fmt: skip
    return render(request, "data/collection/detail.html", context)


@guard(COLLECT)
@require_POST
def run_now(request: HttpRequest, collection_id: UUID) -> HttpResponse:
    """Begin a run by hand; for uploads with the new file."""
    row = collection_for(request.actor, collection_id)
    file = file_name = ""
    shape = {}
    if request.FILES.get("file"):
        file, file_name = store_upload(request.FILES["file"])
        shape = shape_again(row, file, file_name).as_dict()
    made = begin_run(row, by=request.actor, file=file, file_name=file_name, shape=shape)
    return redirect("data:collection_run", made.pk)


def shape_again(row: Collection, file: str, name: str) -> Shape:
    """A new file is read as the first one was, but its encoding and kind are looked at again."""
    known = Shape(**row.shape) if row.shape else Shape()
    with default_storage.open(file, "rb") as given:
        found = recognised(given.read(staging.HEAD), name)
    if known.kind == "fixed":
        return known.with_values(encoding=found.encoding)
    return found.with_values(header=known.header, sheet=known.sheet)


@guard(COLLECT)
@require_POST
def revise(request: HttpRequest, collection_id: UUID) -> HttpResponse:
    """Begin a change, or go on with the one begun: the wizard again, while the collection goes on."""
    made = revise_collection(collection_for(request.actor, collection_id), by=request.actor)
    return redirect("data:wizard", made.pk, 3 if made.source.kind == "push" else 2)


@guard(COLLECT)
@require_POST
def discard(request: HttpRequest, collection_id: UUID) -> HttpResponse:
    """Forget a change that was begun."""
    row = discard_revision(collection_for(request.actor, collection_id), by=request.actor)
    messages.success(request, _("The change was discarded; the collection goes on as it was."))
    return redirect("data:collection", row.pk)


@guard(COLLECT)
@require_POST
def change_state(request: HttpRequest, collection_id: UUID) -> HttpResponse:
    """Pause or resume the cycle."""
    row = collection_for(request.actor, collection_id)
    if asked(request.POST, "wish") == "resume":
        actions.resume_collection(row, by=request.actor)
        messages.success(request, _("The collection runs by its cycle again."))
    else:
        actions.pause_collection(row, by=request.actor)
        messages.success(request, _("The collection is paused."))
    return redirect("data:collection", row.pk)
