"""Blank forms and samples of a matter, as downloads."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.hub.matters.models import Matter, MatterFile
from citybrain.hub.matters.queries.guides import guide
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import public
from citybrain.kernel.text import Text


@public("blank forms and samples are part of the public guide")
@require_safe
def download(request: HttpRequest, key: str, material: str, which: str) -> HttpResponse:
    """The blank or the sample of one material, always as a download, never rendered."""
    document = guide(key).document
    materials = document.materials if isinstance(document, MatterDocument) else []
    found = next((m for m in materials if m.key == material), None)
    name = (getattr(found, which, None) or "") if which in ("blank", "sample") else ""
    pack = Matter.objects.filter(key=key).values_list("pack", flat=True).first()
    row = MatterFile.objects.filter(pack=pack, path=name).first() if name else None
    if row is None:
        raise NotFound(Text(zh="没有这个文件", en="There is no such file"))
    response = HttpResponse(bytes(row.content), content_type=row.media_type)
    response["Content-Disposition"] = f'attachment; filename="{name.rsplit("/", 1)[-1]}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
