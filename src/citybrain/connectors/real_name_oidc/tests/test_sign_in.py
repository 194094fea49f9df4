"""A citizen signs in through a real process of the simulator: the whole OpenID Connect dance over HTTP."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.urls import reverse

from citybrain.connectors.real_name_oidc import OidcRealNameProvider
from citybrain.hub.identity import api as identity
from citybrain.hub.identity.models import Account, Person, Representation, SignIn
from citybrain.kernel import crypto

ROOT = Path(__file__).resolve().parents[5]
pytestmark = [pytest.mark.django_db, pytest.mark.enable_socket]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.fixture(scope="module")
def simulator():
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "CITYBRAIN_OIDC_CLIENT_SECRET": "demo-client-secret",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "citybrain.connectors.identity_simulator", "--port", str(port)],
        env=environment,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            requests.get(address + "/healthz", timeout=1)
            break
        except requests.RequestException:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(10)


@pytest.fixture(autouse=True)
def _configured(settings, simulator, tmp_path):
    settings.OIDC_URL = simulator
    former = crypto.use_keys(crypto.SoftwareKeys(tmp_path / "keys.json", create=True))
    yield
    crypto.use_keys(former)


def begin(client, next_path="/"):
    answer = client.post(reverse("identity:citizen_login"), {"next": next_path})
    assert answer.status_code == 302
    return answer["Location"]


def choose(address, **form):
    values = {"citizen": "lin-xiaomei", "level": "verified", **form}
    answer = requests.post(address, data=values, allow_redirects=False, timeout=5)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def sign_in(client, next_path="/", **form):
    return client.get(choose(begin(client, next_path), **form))


def test_a_citizen_signs_in_by_real_name_and_goes_where_they_wanted(client):
    answer = sign_in(client, "/identity/account/")
    assert answer["Location"] == "/identity/account/"
    account = Account.objects.get(kind="citizen")
    assert identity.person_by_number("350902199203180025").id == account.person_id
    assert account.person.level == "verified"
    assert SignIn.objects.get(account=account).method == "real_name"
    page = client.get("/identity/account/").content.decode()
    assert "350902********0025" in page
    assert "350902199203180025" not in page


def test_signing_in_again_is_the_same_account(client):
    sign_in(client)
    client.post(reverse("identity:logout"))
    sign_in(client)
    assert Account.objects.filter(kind="citizen").count() == 1
    assert Person.objects.count() == 1


def test_firms_the_platform_names_can_be_acted_for(client):
    sign_in(client, citizen="chen-daming")
    page = client.get(reverse("identity:acting")).content.decode()
    assert "宁德市示例大明餐饮有限公司" in page
    firm = Representation.objects.get(legal_person__uscc="91350902MADEM00116").legal_person_id
    client.post(reverse("identity:acting"), {"as": f"legal_person:{firm}"})
    assert client.session["identity.acting"] == f"legal_person:{firm}"


def test_a_firm_the_platform_names_no_longer_cannot_be_acted_for(client):
    from citybrain.hub.identity.actions.citizen_sign_in import admit
    from citybrain.hub.identity.ports import RealNameClaims, RepresentedLegalPerson

    firm = RepresentedLegalPerson("91350902MADEM00116", "店", "legal_representative")
    claims = RealNameClaims("s", "陈大明", "111", "350902198712310030", legal_persons=(firm,))
    account = admit(claims)
    assert Representation.objects.get(person=account.person_id).until is None
    admit(RealNameClaims("s", "陈大明", "111", "350902198712310030"))
    assert Representation.objects.get(person=account.person_id).until is not None


def test_the_way_back_works_only_in_the_browser_that_began(client):  # login CSRF
    from django.test import Client

    address = choose(begin(client))
    assert Client().get(address).status_code == 403
    assert client.get(address).status_code == 302
    assert client.get(address).status_code == 403  # and once


def test_a_forged_nonce_or_code_is_refused(client):
    address = begin(client)
    wrong = address.replace("nonce=", "nonce=x")
    assert client.get(choose(wrong)).status_code == 403
    state = parse_qs(urlsplit(begin(client)).query)["state"][0]
    assert (
        client.get(reverse("identity:citizen_callback"), {"state": state, "code": "guess"}).status_code == 403
    )
    assert not Account.objects.exists()


def test_cancelling_says_so_and_signs_nobody_in(client):
    answer = sign_in(client, cancel="1")
    assert answer.status_code == 403
    assert not Account.objects.exists()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example"])
def test_the_provider_cannot_be_used_to_leave_the_house(client, target):
    assert sign_in(client, target)["Location"] == "/"


def test_a_dead_provider_is_told_in_plain_words(client, settings):
    settings.OIDC_URL = f"http://127.0.0.1:{free_port()}"
    answer = client.post(reverse("identity:citizen_login"))
    assert answer.status_code == 503
    assert OidcRealNameProvider().check_config()


def test_a_healthy_configuration_has_nothing_to_say():
    assert OidcRealNameProvider().check_config() == []


def test_the_page_knows_for_whom_one_acts(client):
    sign_in(client, citizen="chen-daming")
    firm = Representation.objects.get(legal_person__uscc="91350902MADEM00116").legal_person_id
    client.post(reverse("identity:acting"), {"as": f"legal_person:{firm}"})
    request = client.get(reverse("identity:account")).wsgi_request
    assert request.acting_for == "宁德市示例大明餐饮有限公司"
    assert request.actor.subject_id == firm


def test_a_weak_check_with_another_name_does_not_open_a_well_known_persons_account(client):
    sign_in(client)
    client.post(reverse("identity:logout"))
    typed = {"citizen": "", "name": "冒名者", "id_number": "350902199203180025", "level": "basic"}
    assert sign_in(client, **typed).status_code == 403
    assert Account.objects.get(kind="citizen").name == "林小梅"


@pytest.mark.django_db(transaction=True)
def test_two_first_sign_ins_at_once_make_one_person():
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from citybrain.hub.identity.actions.citizen_sign_in import admit
    from citybrain.hub.identity.ports import RealNameClaims

    def enter(_):
        try:
            return admit(RealNameClaims("s", "林小梅", "111", "350902199203180025")).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(enter, range(8)))) == 1
    assert Person.objects.count() == 1
