"""What robots of search engines may visit, and where the list of pages is. Valid at the root of the site only."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from citybrain.kernel.guard import public

CLOSED = (
    "/opendata/bench/",
    "/opendata/my/",
    "/opendata/api/",
    "/data/",
    "/sharing/",
    "/cases/",
    "/accounts/",
)


@public("search engines read it")
def robots(request: HttpRequest) -> HttpResponse:
    """Public pages are open; benches, people's own pages and interfaces are not for indexing."""
    base = settings.PUBLIC_URL.rstrip("/") or f"{request.scheme}://{request.get_host()}"
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), "Allow: /", ""]
    text = "\n".join([*lines, f"Sitemap: {base}{reverse('opendata:sitemap')}", ""])
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
