"""Signing in with a real browser: passkeys with a virtual authenticator, pages without scripts, large type."""

import pytest
from django.urls import reverse

from citybrain.hub.identity.models import SignIn
from citybrain.hub.identity.tests import factories as f
from citybrain.kernel import crypto

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def clerk(db, tmp_path):
    former = crypto.use_keys(crypto.SoftwareKeys(tmp_path / "keys.json", create=True))
    f.town()
    yield f.official("clerk", f.post("receiver", "350902-scjg"), password=f.PASSWORD)
    crypto.use_keys(former)


def enter(page):
    page.fill("input[name=username]", "clerk")
    page.fill("input[name=password]", f.PASSWORD)
    page.click("main form button")


def test_an_official_adds_a_passkey_and_signs_in_with_it(chromium, live_server, clerk):
    home = live_server.url.replace("127.0.0.1", "localhost")
    context = chromium.new_context()
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(home + reverse("identity:official_login"))
    enter(page)
    page.goto(home + reverse("identity:account"))
    page.click("#passkey-button")
    page.wait_for_selector("form[action*='factor/remove']")
    page.locator("main").get_by_role("button", name="退出").click()
    page.goto(home + reverse("identity:official_login"))
    enter(page)
    page.wait_for_url("**/second-factor/")
    page.click("#passkey-button")
    page.wait_for_url(lambda url: "second-factor" not in url)
    page.goto(home + reverse("identity:account"))
    assert page.locator("h1").count() == 1
    assert SignIn.objects.filter(account=clerk, ended_at=None).get().method == "password+passkey"
    context.close()


def test_signing_in_needs_no_scripts_and_works_in_large_type(look):
    page = look(reverse("identity:official_login"), width=390, height=844, elder=True, scripts=False)
    enter(page)
    assert "login" not in page.url
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + reverse("identity:account"))
    assert page.locator("h1").count() == 1
