"""三员分立: three administrators, each with a part of the power, none able to act alone."""

import pytest
from django.urls import reverse

from citybrain.hub.identity import api as identity
from citybrain.hub.identity.actions import accounts as acts
from citybrain.hub.identity.models import Account, PostHolding
from citybrain.hub.identity.tests import factories as f
from citybrain.kernel.errors import Conflict, Invalid, NotAllowed
from citybrain.kernel.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.usefixtures("town")
PAGES = {
    "system_admin": "identity:accounts",
    "security_admin": "identity:grants",
    "audit_admin": "identity:audit",
}


@pytest.fixture
def admins():
    return {
        role: f.official(role, f.post(role, "350900-fgw", reach="all"), password=f.PASSWORD)
        for role in ("system_admin", "security_admin", "audit_admin")
    }


def propose(admins, account, post):
    return identity.propose_post(account_id=account.pk, post_id=post.id, by=f.actor(admins["system_admin"]))


def test_a_post_has_no_effect_before_security_confirms(admins):
    account, post = f.official("new"), f.post("receiver", "350902-scjg")
    holding = propose(admins, account, post)
    assert f.actor(account).permissions == frozenset()
    acts.decide_post(holding_id=holding, confirm=True, by=f.actor(admins["security_admin"]))
    assert f.actor(account).organisation == "350902-scjg"
    with pytest.raises(Conflict):
        acts.decide_post(holding_id=holding, confirm=False, by=f.actor(admins["security_admin"]))
    identity.end_post(holding_id=holding, by=f.actor(admins["system_admin"]))
    assert f.actor(account).permissions == frozenset()
    names = list(OutboxEvent.objects.order_by("id").values_list("name", flat=True))
    assert names == ["identity.post_held", "identity.post_ended"]


def test_no_administrator_can_do_anothers_part(admins):
    account, post = f.official("new"), f.post("receiver", "350902-scjg")
    holding = propose(admins, account, post)
    for role in ("system_admin", "audit_admin"):
        with pytest.raises(NotAllowed):
            acts.decide_post(holding_id=holding, confirm=True, by=f.actor(admins[role]))
    for role in ("security_admin", "audit_admin"):
        with pytest.raises(NotAllowed):
            identity.propose_post(account_id=account.pk, post_id=post.id, by=f.actor(admins[role]))
        with pytest.raises(NotAllowed):
            identity.disable_account(account_id=account.pk, reason="x", by=f.actor(admins[role]))


@pytest.mark.parametrize("second", ["security_admin", "audit_admin", "receiver"])
def test_separated_powers_never_meet_in_one_account(admins, second):
    holder = admins["system_admin"]
    other = Account.objects.create(username="sys2", name="sys2", kind="official", password="!")
    PostHolding.objects.create(account=other, post=f.post("system_admin", "350900-fgw"), state="confirmed")
    with pytest.raises(NotAllowed) as caught:
        identity.propose_post(
            account_id=holder.pk, post_id=f.post(second, "350902-scjg", reach="all").id, by=f.actor(other)
        )
    assert caught.value.code == "separated_powers"


def test_two_pending_proposals_cannot_join_powers_either(admins):
    account = f.official("new")
    propose(admins, account, f.post("audit_admin", "350902-zf"))
    with pytest.raises(NotAllowed):
        propose(admins, account, f.post("security_admin", "350902-zf"))


def test_nobody_decides_about_themselves(admins):
    me = f.actor(admins["system_admin"])
    with pytest.raises(NotAllowed):
        identity.disable_account(account_id=admins["system_admin"].pk, reason="x", by=me)
    own = PostHolding.objects.get(account=admins["system_admin"])
    with pytest.raises(NotAllowed):
        identity.end_post(holding_id=own.pk, by=me)


@pytest.mark.parametrize("role", list(PAGES))
def test_each_administrator_opens_only_the_own_page(client, admins, role):
    client.post(reverse("identity:official_login"), {"username": role, "password": f.PASSWORD})
    for other, name in PAGES.items():
        assert client.get(reverse(name)).status_code == (200 if other == role else 403)


def test_reading_the_audit_log_is_on_record_and_cannot_change_it(client, admins):
    client.post(reverse("identity:official_login"), {"username": "audit_admin", "password": f.PASSWORD})
    page = client.get(
        reverse("identity:audit"), {"action": "identity.", "since": "2026-01-01", "before": "x"}
    )
    assert page.status_code == 200
    assert AuditEntry.objects.filter(action="identity.read_audit").exists()
    assert client.post(reverse("identity:audit")).status_code == 405
    assert (
        client.get(reverse("identity:audit"), {"since": "9999-99-99", "until": "nonsense"}).status_code == 200
    )


def test_the_account_pages_make_find_propose_and_close(client, admins):
    client.post(reverse("identity:official_login"), {"username": "system_admin", "password": f.PASSWORD})
    bad = client.post(reverse("identity:account_new"), {"username": "x y", "name": "", "password": "1"})
    assert "密码至少需要10个字符。" in bad.content.decode()
    assert bad.status_code == 422
    values = {"username": "He.Ping", "name": "何平", "password": "Fresh-start-88", "email": ""}
    made = client.post(reverse("identity:account_new"), values)
    assert made.status_code == 302
    account = Account.objects.get(username="he.ping")
    assert account.must_change_password
    assert "he.ping" in client.get(reverse("identity:accounts"), {"q": "何平"}).content.decode()
    filters = {"state": "no_factor", "organisation": "350902-zf", "page": "99999"}
    assert client.get(reverse("identity:accounts"), filters).status_code == 200
    post = f.post("receiver", "350902-scjg")
    detail = reverse("identity:account_detail", args=[account.pk])
    assert str(post.id) in client.get(detail, {"unit": "scjg"}).content.decode()
    client.post(reverse("identity:post_propose", args=[account.pk]), {"post": str(post.id)})
    assert PostHolding.objects.get(account=account).state == "proposed"
    client.post(reverse("identity:post_propose", args=[account.pk]), {"post": "nonsense"})
    client.post(reverse("identity:account_state", args=[account.pk]), {"do": "disable", "reason": "调离"})
    account.refresh_from_db()
    assert not account.is_active


def test_the_grants_page_confirms(client, admins):
    account = f.official("new")
    holding = propose(admins, account, f.post("receiver", "350902-scjg"))
    client.post(reverse("identity:official_login"), {"username": "security_admin", "password": f.PASSWORD})
    assert "new" in client.get(reverse("identity:grants")).content.decode()
    client.post(reverse("identity:grants"), {"holding": str(holding), "do": "confirm"})
    assert PostHolding.objects.get(pk=holding).state == "confirmed"


def test_a_taken_or_weak_account_is_refused_in_words(admins):
    with pytest.raises(Invalid) as caught:
        identity.create_account(
            username="audit_admin", name="x", password="1", by=f.actor(admins["system_admin"])
        )
    assert {p.code for p in caught.value.problems} == {"taken", "password"}


def test_the_directory_shows_units_to_officials_only(client, admins):
    address = reverse("identity:unit", args=["350902-scjg"])
    assert client.get(address).status_code == 302
    client.post(reverse("identity:official_login"), {"username": "system_admin", "password": f.PASSWORD})
    for path in (address, reverse("identity:directory"), reverse("identity:directory") + "?q=scjg"):
        assert client.get(path).status_code == 200
    assert client.get(reverse("identity:unit", args=["nowhere"])).status_code == 404


@pytest.mark.parametrize(
    ("lang", "words"), [("zh-hans", "待办：录入"), ("en", "To do: load the holiday table of")]
)
def test_a_missing_holiday_table_stands_as_a_task_where_the_administrator_begins(
    client, admins, settings, lang, words
):
    client.force_login(admins["system_admin"])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = lang
    assert words in client.get(reverse("identity:accounts")).content.decode()
