"""Headers, languages and error answers, through the real middleware chain."""

import errno
import json

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DataError, OperationalError
from django.http import Http404, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, TooMany
from citybrain.kernel.guard import public
from citybrain.project import urls

RAISED = {
    "conflict": (Conflict("somebody was faster"), 409),
    "invalid": (Invalid([FieldProblem("people.0.name", "required", "The name is missing")]), 422),
    "many": (TooMany("slowly", retry_after=7), 429),
    "gone": (Http404(), 404),
    "denied": (PermissionDenied(), 403),
    "large": (RequestDataTooBig(), 413),
    "down": (OperationalError("server closed the connection"), 503),
    "data": (DataError("value too long"), 400),
    "full": (OSError(errno.ENOSPC, "No space left on device"), 503),
    "bug": (ValueError("a bug with a secret in it"), 500),
}


@public("test")
def raises(request, what):
    raise RAISED[what][0]


@public("test")
def takes(request):
    return HttpResponse(",".join(sorted(request.POST)) or "nothing")


urlpatterns = [
    path("raise/<what>", raises),
    path("rest/raise/<what>", raises),
    path("take", takes),
    *urls.urlpatterns,
]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture
def site():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("what", RAISED)
def test_every_refusal_is_a_page_with_the_right_status(site, what):
    response = site.get(f"/raise/{what}")
    assert response.status_code == RAISED[what][1]
    text = response.content.decode()
    assert "<h1" in text
    assert "secret" not in text
    assert "Traceback" not in text
    assert ("Retry-After" in response) == (response.status_code in {429, 503})


@pytest.mark.parametrize("what", RAISED)
def test_programs_get_the_same_as_json(site, what):
    response = site.get(f"/rest/raise/{what}")
    assert response.status_code == RAISED[what][1]
    error = json.loads(response.content)["error"]
    assert error["code"]
    assert "secret" not in str(error)


def test_field_problems_name_their_field(site):
    error = json.loads(site.get("/rest/raise/invalid").content)["error"]
    assert error["problems"][0]["path"] == "people.0.name"


def test_pages_speak_chinese_whatever_the_browser_wishes_until_asked(site):
    assert "系统" in site.get("/raise/down", headers={"Accept-Language": "en"}).content.decode()
    english = site.get("/raise/down?lang=en")
    assert "cannot answer" in english.content.decode()
    assert "cannot answer" in site.get("/raise/down").content.decode()
    assert site.get("/raise/down").headers["Content-Language"] == "en"
    assert "系统" in site.get("/raise/down?lang=zh-hans").content.decode()


def test_every_answer_carries_the_security_headers(site):
    for address in ("/empty", "/raise/bug", "/nowhere"):
        headers = site.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "style-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in headers["Cache-Control"]


def test_a_host_header_cannot_write_into_the_policy(site):
    response = site.get("/empty", headers={"Host": "evil; script-src *"})
    assert "script-src *" not in response.headers["Content-Security-Policy"]


def test_nul_characters_never_reach_a_view(site):
    assert site.get("/take?a=%00").status_code == 400
    assert site.post("/take", {"a": "x\x00y"}).status_code == 400
    assert site.post("/take", '{"a": "\\u0000"}', content_type="application/json").status_code == 400
    assert site.post("/take", {"a": "x"}).content == b"a"


def test_a_request_larger_than_any_form_is_refused_before_it_is_read(site):
    assert site.get("/take", CONTENT_LENGTH=str(10**10)).status_code == 413


def test_too_many_fields_and_too_large_forms_get_413(site):
    assert site.post("/take", {f"f{n}": "x" for n in range(2500)}).status_code == 413
    large = "a=" + "x" * 2_000_000
    assert site.post("/take", large, content_type="application/x-www-form-urlencoded").status_code == 413


def test_a_form_without_its_token_is_refused_in_plain_words():
    response = Client(enforce_csrf_checks=True).post("/take", {"a": "1"})
    assert response.status_code == 403
    assert "表单已过期" in response.content.decode()


@override_settings(ALLOWED_HOSTS=["city.example"])
def test_foreign_host_names_are_refused(site):
    assert site.get("/empty", headers={"Host": "other.example"}).status_code in {200, 400}
    assert site.get("/take/", headers={"Host": "other.example"}).status_code in {400, 404}
