"""How surely the applicant must be known: the session decides, the record stands in where there is none."""

from dataclasses import replace

import pytest
from django.urls import reverse

from citybrain.hub.identity import api as identity
from citybrain.hub.identity.models import Person
from citybrain.hub.identity.queries.actor import ASSURANCE
from citybrain.hub.identity.queries.assurance import marks
from citybrain.hub.identity.tests import factories as f
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed

pytestmark = pytest.mark.usefixtures("town")
RAISE = "identity:raise_level"


def signed_in(client, account, level):
    client.force_login(account)
    session = client.session
    session[ASSURANCE] = level
    session.save()


def test_without_a_session_the_record_decides():
    account = f.citizen()
    assert identity.assurance(f.actor(account)) == "verified"
    Person.objects.update(level="basic")
    assert identity.assurance(f.actor(account)) == "basic"
    with pytest.raises(NotAllowed) as refused:
        identity.require_assurance(f.actor(account), "verified")
    assert refused.value.code == "assurance"
    assert refused.value.todo


def test_a_session_with_a_simple_check_does_not_borrow_the_strength_of_the_record():
    actor = f.actor(f.citizen())
    weak = replace(actor, permissions=actor.permissions | marks("basic"))
    assert not identity.reaches(weak, "verified")
    assert identity.reaches(weak, "basic")


def test_officials_and_the_system_are_not_judged_here():
    clerk = f.actor(f.official("clerk", f.post("receiver", "350902-scjg")))
    identity.require_assurance(clerk, "verified")
    identity.require_assurance(Actor.system("x"), "verified")
    with pytest.raises(NotAllowed):
        identity.require_assurance(Actor(kind="citizen"), "basic")


def test_the_level_of_the_sign_in_reaches_the_actor_and_is_never_written_down(client):
    signed_in(client, f.citizen(), "basic")
    actor = client.get(reverse("identity:account")).wsgi_request.actor
    assert identity.assurance(actor) == "basic"
    assert "assured" not in str(actor.as_dict())


@pytest.mark.parametrize(("lang", "word"), [("zh-hans", "核验身份"), ("en", "Confirm who you are")])
def test_the_page_leads_to_the_stronger_check_and_back(client, settings, lang, word):
    signed_in(client, f.citizen(), "basic")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
    page = client.get(reverse(RAISE), {"next": "/start/x/"}).content.decode()
    assert word in page
    assert 'name="level" value="verified"' in page
    assert 'name="next" value="/start/x/"' in page


def test_the_page_never_leads_out_of_the_house(client):
    signed_in(client, f.citizen(), "basic")
    page = client.get(reverse(RAISE), {"next": "//evil.example/"}).content.decode()
    assert 'name="next" value="/"' in page


def test_whoever_is_known_surely_goes_on(client):
    signed_in(client, f.citizen(), "verified")
    page = client.get(reverse(RAISE), {"next": "/start/x/"}).content.decode()
    assert 'href="/start/x/"' in page
