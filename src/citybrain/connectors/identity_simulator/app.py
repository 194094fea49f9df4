"""Addresses of the simulator: discovery, keys, the page where a person chooses who to be, tokens, claims."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from .page import STYLE, authorize_page, error_page
from .people import Citizen, typed
from .provider import ProtocolError, Provider, Request

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
UNSAFE_TO_RETURN = {"invalid_redirect", "unknown_client"}
MOST_FORM_BYTES = 20_000


def build(provider: Provider, people: Mapping[str, Citizen]) -> Starlette:
    """The application."""
    return Starlette(routes=list(_routes(provider, people)))


def _routes(provider: Provider, people: Mapping[str, Citizen]) -> list[Route]:
    async def discovery(_request: HttpRequest) -> Response:
        return JSONResponse(provider.discovery())

    async def jwks(_request: HttpRequest) -> Response:
        return JSONResponse(provider.jwks())

    async def style(_request: HttpRequest) -> Response:
        return Response(STYLE, media_type="text/css")

    async def health(_request: HttpRequest) -> Response:
        return PlainTextResponse("ok")

    async def authorize(request: HttpRequest) -> Response:
        query = dict(request.query_params)
        try:
            wanted = provider.read_request(query)
        except ProtocolError as error:
            return _refused(error, query)
        language = "en" if query.get("ui_locales", "").lower().startswith("en") else "zh"
        if request.method == "POST":
            return await _chosen(request, provider, people, wanted, language)
        return _page(authorize_page(people, language, ""))

    async def token(request: HttpRequest) -> Response:
        try:
            form = await _form(request)
            return JSONResponse(
                provider.exchange(form, _basic(request)), headers={"Cache-Control": "no-store"}
            )
        except ProtocolError as error:
            status = 401 if error.code == "invalid_client" else 400
            return JSONResponse({"error": error.code, "error_description": error.why}, status)

    async def userinfo(request: HttpRequest) -> Response:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        try:
            return JSONResponse(provider.userinfo(value if scheme.lower() == "bearer" else ""))
        except ProtocolError as error:
            return JSONResponse(
                {"error": error.code}, 401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
            )

    return [
        Route("/.well-known/openid-configuration", discovery),
        Route("/jwks", jwks),
        Route("/style.css", style),
        Route("/healthz", health),
        Route("/authorize", authorize, methods=["GET", "POST"]),
        Route("/token", token, methods=["POST"]),
        Route("/userinfo", userinfo),
    ]


async def _chosen(
    request: HttpRequest, provider: Provider, people: Mapping[str, Citizen], wanted: Request, language: str
) -> Response:
    form = await _form(request)
    if form.get("cancel"):
        return _back(wanted.redirect_uri, {"error": "access_denied", "state": wanted.state})
    citizen = people.get(form.get("citizen", ""))
    if citizen is None:
        citizen = typed(form.get("name", ""), form.get("id_number", ""), form.get("phone", ""))
    if citizen is None:
        return _page(authorize_page(people, language, "unknown", form), 422)
    code = provider.grant(wanted, citizen, form.get("level", "verified"))
    return _back(wanted.redirect_uri, {"code": code, "state": wanted.state, "iss": provider.issuer})


async def _form(request: HttpRequest) -> dict[str, str]:
    if int(request.headers.get("content-length") or 0) > MOST_FORM_BYTES:
        raise ProtocolError("invalid_request", "too large")
    body = await request.body()
    if len(body) > MOST_FORM_BYTES:
        raise ProtocolError("invalid_request", "too large")
    return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=50))


def _basic(request: HttpRequest) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return ("", "")
    return user, secret


def _refused(error: ProtocolError, query: dict[str, Any]) -> Response:
    if error.code in UNSAFE_TO_RETURN:
        return _page(error_page(error.why), 400)
    return _back(query["redirect_uri"], {"error": error.code, "state": query.get("state", "")})


def _back(address: str, values: dict[str, str]) -> Response:
    joint = "&" if "?" in address else "?"
    return RedirectResponse(address + joint + urlencode(values), 303, headers={"Cache-Control": "no-store"})


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status, headers=HEADERS)
