"""The administrator's pages."""

from uuid import uuid4

import pytest

from citybrain.hub.packs import api as packs
from citybrain.hub.packs.tests.factories import YEAR, make_pack, write
from citybrain.kernel.actor import Actor
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(settings, tmp_path):
    settings.PACKS_DIR = tmp_path
    return tmp_path


@pytest.fixture
def as_holder_of(monkeypatch):
    def become(*words):
        from citybrain.hub.packs.views import shelf
        from citybrain.kernel import guard

        actor = Actor(kind="official", account_id=uuid4(), post_id=uuid4(), permissions=frozenset(words))
        monkeypatch.setattr(guard, "actor_of", lambda request: actor)
        monkeypatch.setattr(shelf, "actor_of", lambda request: actor)

    return become


def test_packs_are_listed_with_their_state(client, home, as_holder_of):
    make_pack(home)
    as_holder_of("packs.view")
    assert "mini" in client.get("/packs/").content.decode()
    page = client.get("/packs/mini/").content.decode()
    assert "小包" in page
    assert "/packs/mini/install/" not in page


def test_viewing_does_not_allow_installing(client, home, as_holder_of):
    make_pack(home)
    as_holder_of("packs.view")
    for act in ("check", "install", "hide"):
        assert client.post(f"/packs/mini/{act}/").status_code == 403
    assert packs.installed() == []


def test_installing_and_hiding_are_audited(client, home, as_holder_of):
    make_pack(home)
    as_holder_of("packs.view", "packs.manage")
    assert client.post("/packs/mini/install/").status_code == 302
    assert client.post("/packs/mini/hide/").status_code == 302
    assert {"packs.install", "packs.uninstall"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_problems_are_shown_and_nothing_is_installed(client, home, as_holder_of):
    root = make_pack(home)
    write(
        root / "holidays/y2031.yaml",
        {**YEAR, "days": [{"date": "2032-01-01", "kind": "holiday", "name": "x"}]},
    )
    as_holder_of("packs.view", "packs.manage")
    answer = client.post("/packs/mini/install/")
    assert answer.status_code == 422
    assert "2032-01-01" in answer.content.decode()
    assert packs.installed() == []


@pytest.mark.parametrize("name", ["nothing", "etc", "-"])
def test_only_packs_of_the_pack_folders_can_be_named(client, home, as_holder_of, name):
    as_holder_of("packs.view", "packs.manage")
    assert client.post(f"/packs/{name}/install/").status_code == 404


def test_a_readme_is_text_not_markup(client, home, as_holder_of):
    root = make_pack(home)
    write(root / "README.md", "<script>alert(1)</script>" + "x" * 300)
    as_holder_of("packs.view")
    assert "<script>alert" not in client.get("/packs/mini/").content.decode()
