"""A dataset's page, its graph, its files. One address: what is sent back depends on what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from citybrain.apps.opendata.actions.count import count
from citybrain.apps.opendata.domain.formats import FORMATS, written
from citybrain.apps.opendata.domain.vocabulary import CYCLES, LICENCES, THEMES
from citybrain.apps.opendata.models import Comment, OpenDataset, Reuse, Version
from citybrain.apps.opendata.queries import dcat, maps, rows, structured
from citybrain.apps.opendata.views.asked import base, count_download, shared
from citybrain.apps.opendata.views.graphs import accepted, graph_answer
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import public
from citybrain.kernel.text import say

MOST_COMMENTS = 50


def page_row(slug: str) -> OpenDataset:
    """A dataset that has a page: public, or withdrawn with the reason. NotFound: drafts and what was never opened."""
    row = (
        OpenDataset.objects.select_related("portal")
        .filter(slug=slug, state__in=("published", "withdrawn"))
        .first()
    )
    if row is None:
        raise NotFound(_("There is no such dataset, or it is not public."))
    return row


@public("Open data are for everybody.")
@require_GET
def page(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The page for people, the graph for machines."""
    kind = accepted(request)
    answer = graph(request, slug, kind) if kind else shown_page(request, page_row(slug))
    patch_vary_headers(answer, ["Accept"])
    return answer


@public("Open data are for everybody.")
@require_GET
def graph(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The dataset's description as Turtle, JSON-LD or RDF/XML."""
    row = page_row(slug)
    if row.state != "published" or kind not in dcat.KINDS:
        raise NotFound(_("There is no such dataset, or it is not public."))
    made = dcat.fresh()
    dcat.add_dataset(made, base(request), row, newest(row))
    return graph_answer(made, kind)


def newest(row: OpenDataset) -> Version | None:
    """The newest public version, if any."""
    if row.state != "published":
        return None
    return row.versions.filter(state="published").exclude(file="").first()


def shown_page(
    request: HttpRequest, row: OpenDataset, *, problems: Any = (), said: Any = None, status: int = 200
) -> HttpResponse:
    """The page; again with what was typed when a remark was refused."""
    version = newest(row)
    late = bool(row.due_at and row.due_at <= clock.now())
    return render(request, "opendata/portal/dataset.html", {
        "row": row, "version": version, "late": late, "theme": THEMES.get(row.theme), "cycle": CYCLES.get(row.cycle),
        "licence": LICENCES.get(row.licence), "chart": maps.chart(version) if version else None,
        "map": maps.map_of(version) if version else None, "formats": formats(version),
        "versions": list(row.versions.filter(state="published").defer("profile", "report")[:20]) if version else [],
        "comments": list(Comment.objects.filter(dataset=row, state="shown")[:MOST_COMMENTS]) if version else [],
        "reuses": list(Reuse.objects.filter(datasets=row, state="shown")[:6]) if version else [],
        "structured": structured.described(base(request), row, version) if row.state == "published" else None,
        "base": base(request), "problems": list(problems), "said": said or {},
        "errors": {p.path: p.message for p in problems},
    }, status=status)  # fmt: skip


def formats(version: Version | None) -> list[Any]:
    """Formats the version can be had in."""
    return [FORMATS[name] for name in dcat.formats_of(version)] if version else []


@public("Open data are for everybody.")
@require_GET
def download(request: HttpRequest, slug: str, number: str, kind: str) -> HttpResponseBase:
    """A public version in one format. NotFound: withdrawn, draft, held, unknown format."""
    row = rows.public_dataset(slug)
    version = rows.public_version(row, int(number))
    if kind not in dcat.formats_of(version):
        raise NotFound(_("There is no such version."))
    count_download(request)
    answer = StreamingHttpResponse(pieces(version, kind), content_type=content_type(kind))
    answer["Content-Disposition"] = f'attachment; filename="{slug}-v{number}.{kind}"'
    count(row, "downloads")
    return shared(answer)


def content_type(kind: str) -> str:
    """Media type, with the character set for texts."""
    media = FORMATS[kind].media
    return f"{media}; charset=utf-8" if kind in ("csv", "ndjson") else media


def pieces(version: Version, kind: str) -> Iterator[bytes]:
    """The file in pieces, begun at once so that a file that is gone is a 404 and not half an answer."""
    if kind == "parquet":
        return first_now(stored(version))
    steps = version.treatment
    names = [say(c["title"]) if kind in ("csv", "xlsx") else c["name"] for c in version.columns]
    place = (steps.get("longitude") or "", steps.get("latitude") or "")
    return first_now(written(kind, rows.batches(version), names, place=place))


def stored(version: Version) -> Iterator[bytes]:
    """The stored file as it is."""
    try:
        file = default_storage.open(version.file, "rb")
    except FileNotFoundError as error:
        raise NotFound(_("There is no such version.")) from error
    with file:
        yield from file.chunks(65_536)


def first_now(made: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces; the first is made before the answer begins."""
    first = next(made, b"")

    def rest() -> Iterator[bytes]:
        yield first
        yield from made

    return rest()
