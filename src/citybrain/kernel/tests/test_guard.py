"""Addresses are guarded."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed
from citybrain.kernel.guard import SIGNED_IN, guard, public
from citybrain.kernel.models import AuditEntry
from citybrain.kernel.tests.factories import citizen, clerk

pytestmark = pytest.mark.django_db


@guard("cases.work")
def bench(request):
    return HttpResponse("bench")


@guard(SIGNED_IN)
def mine(request):
    return HttpResponse("mine")


@public("anybody may read guides")
def guide(request):
    return HttpResponse("guide")


def ask(view, actor, **headers):
    request = RequestFactory().get("/cases/?q=1", headers=headers)
    if actor:
        request.actor = actor
    return view(request)


@pytest.fixture(autouse=True)
def sign_in_page(settings):
    settings.LOGIN_URL = "/identity/login/"


def test_a_visitor_is_sent_to_sign_in_and_back():
    answer = ask(bench, None)
    assert (answer.status_code, answer.url) == (302, "/identity/login/?next=%2Fcases%2F%3Fq%3D1")
    assert ask(mine, Actor.anonymous()).status_code == 302
    assert ask(bench, None, Accept="application/json").status_code == 401


def test_who_lacks_the_permission_is_refused_and_the_refusal_is_audited():
    with pytest.raises(NotAllowed):
        ask(bench, citizen())
    row = AuditEntry.objects.get()
    assert (row.action, row.obj, row.after) == ("kernel.refuse", "url:/cases/", {"permission": "cases.work"})


def test_who_holds_it_passes():
    assert ask(bench, clerk("cases.work")).content == b"bench"
    assert ask(mine, citizen()).content == b"mine"
    assert ask(guide, None).content == b"guide"
    assert (bench.permission, mine.permission, guide.public_reason) == (
        "cases.work", "signed-in", "anybody may read guides",
    )  # fmt: skip
