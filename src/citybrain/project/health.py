"""Addresses for machines: alive, ready, and the empty page benchmarks compare with."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from citybrain.kernel.guard import public


@public("liveness probe")
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody."""
    return HttpResponse("ok\n", content_type="text/plain")


@public("readiness probe")
def readyz(request: HttpRequest) -> HttpResponse:
    """The process can serve: the database answers. 503 otherwise (an OperationalError becomes one)."""
    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return JsonResponse({"ready": True})


@public("benchmark limit")
def empty(request: HttpRequest) -> HttpResponse:
    """An empty page through the whole middleware chain: the limit that page benchmarks are measured against."""
    return HttpResponse("")
