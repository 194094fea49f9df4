"""Signing in: passwords, second factors, sessions; and the attacks on them."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.urls import reverse

from citybrain.hub.identity import api as identity
from citybrain.hub.identity.actions import sign_in
from citybrain.hub.identity.models import Account, SignIn
from citybrain.hub.identity.tests import factories as f
from citybrain.kernel import clock
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.usefixtures("town")
LOGIN = "identity:official_login"


@pytest.fixture
def clerk():
    return f.official("clerk", f.post("receiver", "350902-scjg"), password=f.PASSWORD)


def enter(client, username="clerk", password=f.PASSWORD, **extra):
    return client.post(reverse(LOGIN), {"username": username, "password": password, **extra})


def code_of(secret):
    return totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))


def test_an_official_signs_in_and_out(client, clerk):
    assert client.get(reverse("identity:account")).status_code == 302
    answer = enter(client)
    assert answer.status_code == 302
    page = client.get(reverse("identity:account"))
    assert page.status_code == 200
    assert SignIn.objects.get(account=clerk).method == "password"
    client.post(reverse("identity:logout"))
    assert client.get(reverse("identity:account")).status_code == 302
    assert SignIn.objects.get(account=clerk).ended_by == "self"


def test_the_sign_in_pages_speak_both_languages(client, settings):
    for language, word in (("zh-hans", "实名认证登录"), ("en", "Continue with real-name identity")):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = client.get(reverse("identity:login"))
        assert word in page.content.decode()


@pytest.mark.parametrize("username", ["clerk", "nobody"])
def test_a_wrong_password_and_an_unknown_name_look_the_same(client, clerk, username):
    answer = enter(client, username, "wrong")
    assert answer.status_code == 422
    assert "User name or password" in answer.content.decode() or "用户名或密码" in answer.content.decode()
    assert AuditEntry.objects.filter(action="identity.sign_in_failed").count() == 1


def test_guessing_is_stopped_even_with_the_right_password_afterwards(client, clerk):
    statuses = [enter(client, "clerk", f"guess{i}").status_code for i in range(6)]
    assert statuses[-1] == 429
    answer = enter(client)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_a_hall_that_shares_one_address_can_sign_in_all_morning(client, clerk):
    for _clerk in range(32):
        assert enter(client).status_code == 302
        client.post(reverse("identity:logout"))


def test_guessing_from_many_addresses_is_stopped_too(client, clerk):
    for i in range(20):
        client.post(reverse(LOGIN), {"username": "clerk", "password": "x"}, REMOTE_ADDR=f"10.0.0.{i}")
    fresh = {"username": "clerk", "password": f.PASSWORD}
    assert client.post(reverse(LOGIN), fresh, REMOTE_ADDR="10.0.1.1").status_code == 429


def test_a_claimed_address_is_believed_only_from_our_own_proxy(rf, settings):
    from citybrain.hub.identity.queries.actor import client_ip

    request = rf.get("/", HTTP_X_FORWARDED_FOR="1.2.3.4, 10.9.9.9", REMOTE_ADDR="10.0.0.5")
    settings.TRUSTED_PROXIES = 0
    assert client_ip(request) == "10.0.0.5"
    settings.TRUSTED_PROXIES = 1
    assert client_ip(request) == "10.9.9.9"


def test_a_citizen_account_has_no_password_door(client):
    account = f.citizen("mei")
    account.set_password(f.PASSWORD)
    account.save()
    assert enter(client, "mei").status_code == 422


def test_a_disabled_account_is_out_at_once(client, clerk):
    enter(client)
    Account.objects.filter(pk=clerk.pk).update(is_active=False)
    assert client.get(reverse("identity:account")).status_code == 302
    assert enter(client).status_code == 422


def test_the_session_key_changes_at_sign_in(client, clerk):  # session fixation
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    before = client.session.session_key
    enter(client)
    assert client.session.session_key != before
    assert "planted" not in client.session


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:evil",
        "\t//evil.example",
    ],
)
def test_next_never_leaves_the_house(client, clerk, target):  # open redirect
    answer = enter(client, next=target)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/")
    assert "evil" not in answer["Location"]


def test_next_inside_the_house_is_followed(client, clerk):
    assert enter(client, next="/identity/account/?a=1")["Location"] == "/identity/account/?a=1"


def test_an_idle_session_ends(client, clerk):
    enter(client)
    with clock.travel(timedelta(minutes=29)):
        assert client.get(reverse("identity:account")).status_code == 200
    with clock.travel(timedelta(minutes=29 + 31)):
        assert client.get(reverse("identity:account")).status_code == 302


def test_people_see_and_end_their_sessions_and_nobody_elses(client, clerk):
    from django.test import Client

    other_device, stranger = Client(), Client()
    enter(client)
    enter(other_device)
    f.official("stranger", f.post("leader", "350902-wjw"), password=f.PASSWORD)
    enter(stranger, "stranger")
    target = SignIn.objects.get(session_key=other_device.session.session_key)
    stranger.post(reverse("identity:end_session"), {"which": str(target.pk)})
    assert other_device.get(reverse("identity:account")).status_code == 200
    client.post(reverse("identity:end_session"), {"which": str(target.pk)})
    assert other_device.get(reverse("identity:account")).status_code == 302
    assert client.get(reverse("identity:account")).status_code == 200


def test_in_production_an_official_must_set_up_a_second_factor_first(client, clerk, settings):
    settings.MODE = "production"
    answer = enter(client, next="/identity/account/")
    assert answer["Location"] == reverse("identity:second_factor")
    assert client.get(reverse("identity:account")).status_code == 302
    page = client.get(answer["Location"])
    assert "<svg" in page.content.decode()
    secret = client.session["identity.totp_secret"]
    assert client.post(answer["Location"], {"code": "000000"}).status_code == 422
    done = client.post(answer["Location"], {"code": code_of(secret)})
    assert done.status_code == 200
    assert client.get(reverse("identity:account")).status_code == 200
    clerk.refresh_from_db()
    assert clerk.has_second_factor


def test_the_second_factor_is_asked_and_a_code_works_once(client, clerk):
    from django.core.cache import cache
    from django.test import Client

    from citybrain.hub.identity.actions.second_factor import enrol_totp

    secret = totp.generate_totp_secret()
    code = code_of(secret)
    codes = enrol_totp(account=clerk, secret=secret, code=code, by=f.SYSTEM)
    answer = enter(client)
    assert answer["Location"] == reverse("identity:second_factor")
    assert client.get(reverse("identity:account")).status_code == 302
    assert client.post(answer["Location"], {"code": "123456"}).status_code == 422
    assert client.post(answer["Location"], {"code": code}).status_code == 302
    assert client.get(reverse("identity:account")).status_code == 200
    cache.clear()  # as another process would be
    second = Client()
    enter(second)
    assert second.post(answer["Location"], {"code": code}).status_code == 422
    assert second.post(answer["Location"], {"code": codes[0]}).status_code == 302
    third = Client()
    enter(third)
    assert third.post(answer["Location"], {"code": codes[0]}).status_code == 422


def test_totp_secrets_are_encrypted_in_the_table(clerk):
    from allauth.mfa.models import Authenticator

    from citybrain.hub.identity.actions.second_factor import enrol_totp

    secret = totp.generate_totp_secret()
    enrol_totp(account=clerk, secret=secret, code=code_of(secret), by=f.SYSTEM)
    assert secret not in json.dumps(Authenticator.objects.get(user=clerk, type="totp").data)


def test_guessing_second_factor_codes_is_stopped(client, clerk):
    from citybrain.hub.identity.actions.second_factor import enrol_totp

    secret = totp.generate_totp_secret()
    enrol_totp(account=clerk, secret=secret, code=code_of(secret), by=f.SYSTEM)
    page = enter(client)["Location"]
    statuses = [client.post(page, {"code": f"{i:06d}"}).status_code for i in range(8)]
    assert 429 in statuses


def test_passkey_addresses_refuse_who_gave_no_password(client):
    for name in ("passkey_challenge", "passkey_answer"):
        assert (
            client.post(reverse(f"identity:{name}"), "{}", content_type="application/json").status_code == 403
        )


def test_a_first_password_must_be_changed_before_anything_else(client, clerk):
    Account.objects.filter(pk=clerk.pk).update(must_change_password=True)
    enter(client)
    assert client.get(reverse("identity:account"))["Location"] == reverse("identity:password")
    wrong = {"old": "x", "new": "Another-long-77", "again": "Another-long-77"}
    assert client.post(reverse("identity:password"), wrong).status_code == 422
    weak = {"old": f.PASSWORD, "new": "123456", "again": "123456"}
    assert client.post(reverse("identity:password"), weak).status_code == 422
    good = {"old": f.PASSWORD, "new": "Another-long-77", "again": "Another-long-77"}
    assert client.post(reverse("identity:password"), good).status_code == 302
    assert client.get(reverse("identity:account")).status_code == 200


def test_changing_the_password_ends_other_sessions(client, clerk):
    from django.test import Client

    thief = Client()
    enter(thief)
    enter(client)
    good = {"old": f.PASSWORD, "new": "Another-long-77", "again": "Another-long-77"}
    client.post(reverse("identity:password"), good)
    assert thief.get(reverse("identity:account")).status_code == 302
    assert client.get(reverse("identity:account")).status_code == 200


def test_switching_the_post_rotates_the_session_and_is_recorded(client):
    one, two = f.post("receiver", "350902-scjg"), f.post("leader", "350902-wjw")
    account = f.official("clerk", one, two, password=f.PASSWORD)
    enter(client)
    before = client.session.session_key
    page = client.get(reverse("identity:posts")).content.decode()
    assert str(two.id) in page
    client.post(reverse("identity:acting"), {"as": f"post:{two.id}"})
    assert client.session.session_key != before
    assert SignIn.objects.get(account=account, ended_at=None).session_key == client.session.session_key
    row = AuditEntry.objects.filter(action="identity.act_as").get()
    assert row.organisation == "350902-wjw"
    stranger = f.post("leader", "350921-scjg")
    assert client.post(reverse("identity:acting"), {"as": f"post:{stranger.id}"}).status_code == 404


def test_posting_without_a_csrf_token_is_refused(clerk):
    from django.test import Client

    assert enter(Client(enforce_csrf_checks=True)).status_code == 403


def test_sign_in_is_sent_back_to_where_the_guard_stopped(client):
    answer = client.get(reverse("identity:account"))
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [reverse("identity:account")]


def test_demo_accounts_are_told_only_in_demo_mode(settings):
    f.official("window", f.post("receiver", "350902-xgw"), demo=True)
    f.citizen("lin.xiaomei", demo=True)
    told = {a["username"]: a for a in identity.demo_accounts()}
    assert told["window"]["password"]
    assert told["lin.xiaomei"]["password"] == ""
    settings.MODE = "production"
    assert identity.demo_accounts() == []
    assert sign_in.needs_second_factor(Account(kind="official")) == "enrol"


def test_expired_sessions_leave_the_list(client, clerk):
    from django.contrib.sessions.models import Session

    from citybrain.hub.identity.tasks import sweep_sessions

    enter(client)
    assert not sweep_sessions()
    assert SignIn.objects.filter(account=clerk, ended_at=None).exists()
    with clock.travel(timedelta(days=2)):
        sweep_sessions()
    assert not Session.objects.exists()
    assert SignIn.objects.get(account=clerk).ended_by == "expired"


def test_a_page_costs_one_query_for_who_is_asking(client, clerk, django_assert_num_queries):
    enter(client)
    identity.directory()
    client.get(reverse("identity:account"))
    with django_assert_num_queries(1):  # the session with its account, posts and the directory's version
        client.get("/identity/directory/nowhere-at-all")  # no such address: only the middleware works


@pytest.mark.parametrize("change", [
    {"is_active": False},
    {"password": "another"},
])  # fmt: skip
def test_what_changed_for_an_account_counts_from_the_next_page_on(client, clerk, change):
    enter(client)
    assert client.get(reverse("identity:account")).status_code == 200
    Account.objects.filter(pk=clerk.pk).update(**change)
    assert client.get(reverse("identity:account")).status_code == 302


def test_a_post_taken_away_is_gone_on_the_next_page(client, clerk):
    enter(client)
    assert client.get(reverse("identity:account")).wsgi_request.actor.post_id is not None
    clerk.holdings.update(state="ended")
    assert client.get(reverse("identity:account")).wsgi_request.actor.post_id is None


def test_a_session_without_an_entry_in_the_list_of_sign_ins_still_finds_its_account(client, clerk):
    client.force_login(clerk)
    request = client.get(reverse("identity:account")).wsgi_request
    assert request.session.account is None
    assert request.actor.account_id == clerk.pk


def test_a_visitor_without_a_session_costs_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get("/identity/no-such-page/")
