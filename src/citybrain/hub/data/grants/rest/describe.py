"""The description of a shared resource's interfaces: what its items are called, never what is in them."""

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.queries.resources import resource
from citybrain.hub.data.grants.domain.describing import openapi
from citybrain.hub.data.grants.rest.machine import refusal
from citybrain.kernel.errors import CityError, NotFound
from citybrain.kernel.guard import public


@public("describes the interface of a published, shared resource; holds no data")
def describe(request: HttpRequest, key: str) -> JsonResponse:
    """OpenAPI 3.1 of one resource; 404 when it is not published or not shared."""
    try:
        found = resource(key)
        if found.state != "published" or not found.alive or found.sharing == "none":
            raise NotFound(_("There is no such resource."), code="no_dataset")
    except CityError as error:
        return refusal(error)
    host = f"{request.scheme}://{request.get_host()}"
    return JsonResponse(openapi(found, host), json_dumps_params={"ensure_ascii": False})
