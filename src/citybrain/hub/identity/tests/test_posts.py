"""Officials with several posts: they choose one after signing in, the choice is remembered, and can be changed."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.urls import reverse

from citybrain.hub.identity import api as identity
from citybrain.hub.identity.actions import second_factor
from citybrain.hub.identity.models import Account, PostHolding
from citybrain.hub.identity.tests import factories as f
from citybrain.hub.identity.tests.test_sign_in import code_of, enter

pytestmark = pytest.mark.usefixtures("town")
POSTS = "identity:posts"


@pytest.fixture
def posts():
    return f.post("receiver", "350902-scjg"), f.post("leader", "350902-wjw")


@pytest.fixture
def both(posts):
    return f.official("both", *posts, password=f.PASSWORD)


def current(client):
    return client.get(reverse("identity:account")).wsgi_request.actor.post_id


def test_with_several_posts_one_chooses_after_signing_in(client, both, posts):
    answer = enter(client, "both", next="/cases/")
    assert answer.headers["Location"] == reverse(POSTS) + "?next=%2Fcases%2F"
    page = client.get(answer.headers["Location"]).content.decode()
    assert page.count('name="as"') == 2
    chosen = client.post(reverse(POSTS), {"as": f"post:{posts[1].pk}", "next": "/cases/"})
    assert chosen.headers["Location"] == "/cases/"
    assert current(client) == posts[1].pk


def test_the_last_post_is_where_the_next_session_begins(client, both, posts):
    enter(client, "both")
    assert current(client) == posts[0].pk
    client.post(reverse(POSTS), {"as": f"post:{posts[1].pk}"})
    client.post(reverse("identity:logout"))
    enter(client, "both")
    assert current(client) == posts[1].pk


def test_a_remembered_post_that_ended_is_not_taken_up_again(client, both, posts):
    Account.objects.filter(pk=both.pk).update(last_post_id=posts[1].pk)
    PostHolding.objects.filter(account=both, post=posts[1]).update(state=PostHolding.State.ENDED)
    answer = enter(client, "both")
    assert POSTS not in answer.headers["Location"]
    assert answer.headers["Location"] != reverse(POSTS)
    assert current(client) == posts[0].pk


def test_with_one_post_nothing_is_asked_and_no_switch_is_shown(client, posts):
    f.official("one", posts[0], password=f.PASSWORD)
    assert enter(client, "one").headers["Location"] != reverse(POSTS)
    assert reverse(POSTS) not in client.get(reverse("identity:account")).content.decode()


def test_the_switch_stands_in_the_header(client, both):
    enter(client, "both")
    assert reverse(POSTS) in client.get(reverse("identity:account")).content.decode()


def test_a_post_of_somebody_else_cannot_be_chosen(client, both):
    enter(client, "both")
    other = f.post("leader", "350921-scjg")
    assert client.post(reverse(POSTS), {"as": f"post:{other.pk}"}).status_code == 404


def test_the_choice_comes_after_the_second_factor_too(client, both):
    secret = totp.generate_totp_secret()
    second_factor.enrol_totp(account=both, secret=secret, code=code_of(secret), by=f.actor(both))
    assert enter(client, "both").headers["Location"].startswith(reverse("identity:second_factor"))
    answer = client.post(reverse("identity:second_factor"), {"code": code_of(secret)})
    assert answer.headers["Location"] == reverse(POSTS)


def test_one_sees_and_renews_ones_own_signing_key(client, posts):
    signer = f.official("signer", posts[0], password=f.PASSWORD)
    enter(client, "signer")
    key = identity.signing_key(f.actor(signer)).key_id
    assert key in client.get(reverse("identity:account")).content.decode()
    client.post(reverse("identity:new_signing_key"))
    page = client.get(reverse("identity:account")).content.decode()
    assert key not in page
    assert identity.signing_key(f.actor(signer)).key_id in page


def test_a_citizen_has_no_signing_key(client):
    client.force_login(f.citizen())
    assert client.post(reverse("identity:new_signing_key")).status_code == 403
