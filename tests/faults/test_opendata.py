"""kill -9 while a version of an open dataset is made: the old one is served all the time, the next job finishes the new one."""

import hashlib
import os
import signal

import pytest
from django.conf import settings as city
from django.core.files.storage import default_storage

from citybrain.apps.opendata.actions import propose
from citybrain.apps.opendata.models import OpenDataset
from citybrain.apps.opendata.tests import factories
from citybrain.hub.data.jobs import running
from citybrain.hub.data.lake import catalog
from citybrain.hub.data.models import Job
from citybrain.hub.data.tests import factories as rows
from citybrain.hub.identity.tests import factories as town

from .nursery import Nursery
from .opening import STEPS
from .town import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]


@pytest.fixture(scope="module")
def nursery(django_db_setup, tmp_path_factory):
    """Where job processes come from."""
    env = {
        **os.environ, "DATABASE_URL": catalog.database_uri().replace("postgresql+psycopg", "postgres"),
        "CITYBRAIN_LAKE_MEMORY": "300MB", "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
    }  # fmt: skip
    with Nursery("tests.faults.opening", env, tmp_path_factory.mktemp("processes")) as made:
        yield made


@pytest.fixture
def killed(nursery, public):
    """``killed("Workspace.hold", "before")``: a job process that dies at the step."""

    def done(*step: str) -> None:
        stores = {**city.STORAGES, "default": {"BACKEND": "django.core.files.storage.FileSystemStorage",
                                               "OPTIONS": {"location": str(city.DATA_DIR / "files")}}}  # fmt: skip
        child = nursery.start(
            *step, DATA_DIR=str(city.DATA_DIR), STORAGES=stores, LAKE_WAREHOUSE=city.LAKE_WAREHOUSE, LAKE_CATALOG=city.LAKE_CATALOG
        )  # fmt: skip
        assert child.wait() == -signal.SIGKILL, child.err[-2000:] or "the step was never reached"

    return done


@pytest.fixture
def public(lake, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "files"}},
    }  # fmt: skip
    town.town()
    factories.resource()
    made = factories.published()
    rows.deliver("wjw.visit", [factories.visit(n) for n in range(24)])
    propose.begin_version(made, by=factories.BY)
    return made


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_the_old_version_is_served_and_the_new_one_finished(public, killed, client, step, when):
    address = f"/opendata/datasets/{public.slug}"
    before = b"".join(client.get(f"{address}/v1.csv").streaming_content)
    killed(step, when)
    seen = OpenDataset.objects.get(pk=public.pk)
    assert seen.state == "published"
    assert b"".join(client.get(f"{address}/v1.csv").streaming_content) == before
    newest = seen.versions.filter(state="published").first()
    assert newest.number == (2 if (step, when) == ("release.publish_version", "after") else 1)
    assert client.get(f"/opendata/api/datasets/{public.slug}/rows").json()["total"] == newest.rows
    while running.do_next():
        pass
    assert Job.objects.get(kind="opendata_version").state == "done", Job.objects.get(
        kind="opendata_version"
    ).error
    versions = list(OpenDataset.objects.get(pk=public.pk).versions.order_by("number"))
    assert [(v.number, v.state, v.rows) for v in versions] == [(1, "published", 24), (2, "published", 48)]
    for version in versions:
        with default_storage.open(version.file, "rb") as file:
            assert hashlib.file_digest(file, "sha256").hexdigest() == version.sha256
    assert b"".join(client.get(f"{address}/v2.csv").streaming_content).count(b"\n") == 49
