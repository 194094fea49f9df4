"""kill -9 while a version of an open dataset is made: the old one is served all the time, the next job finishes the new one."""

import hashlib
import multiprocessing
import os
import signal

import pytest
from django.core.files.storage import default_storage
from django.db import connections

from citybrain.apps.opendata.actions import build, propose, release, workspace
from citybrain.apps.opendata.domain import disclosure
from citybrain.apps.opendata.models import OpenDataset
from citybrain.apps.opendata.tests import factories
from citybrain.hub.data.jobs import running
from citybrain.hub.data.lake import catalog, engine
from citybrain.hub.data.models import Job
from citybrain.hub.data.tests import factories as rows
from citybrain.hub.identity.tests import factories as town

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
# Where to die: before and after each act of the making of a version.
STEPS = [
    (owner, name, when)
    for owner, name in (
        (workspace.Workspace, "hold"), (disclosure, "anonymous"), (disclosure, "suppress"), (workspace.Workspace, "released"),
        (build, "stored"), (build, "keep"), (build, "make_version"), (release, "publish_version"), (running.Run, "step"),
    )
    for when in ("before", "after")
]  # fmt: skip


def dying(owner, name, when):
    """The act, at which this process is killed."""
    act = getattr(owner, name)

    def act_and_die(*args, **kwargs):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        act(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, act_and_die)


def work_and_die(step):
    from citybrain.apps.opendata import tasks

    catalog._catalogs.clear()  # nothing of the parent's connections and engine is used
    engine._instances.clear()
    dying(*step)
    tasks.make_version, tasks.publish_version = build.make_version, release.publish_version
    running.do_next()
    os._exit(7)  # not killed: the step was never reached


def killed(step):
    """A job process that dies at the step."""
    engine.forget()
    catalog.forget()
    connections.close_all()  # a child must not inherit our connection
    child = multiprocessing.get_context("fork").Process(target=work_and_die, args=(step,))
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL, child.exitcode


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


@pytest.mark.parametrize(
    "step", STEPS, ids=lambda s: "-".join(getattr(p, "__name__", str(p)).rsplit(".", 1)[-1] for p in s)
)
def test_the_old_version_is_served_and_the_new_one_finished(public, client, step):
    address = f"/opendata/datasets/{public.slug}"
    before = b"".join(client.get(f"{address}/v1.csv").streaming_content)
    killed(step)
    seen = OpenDataset.objects.get(pk=public.pk)
    assert seen.state == "published"
    assert b"".join(client.get(f"{address}/v1.csv").streaming_content) == before
    newest = seen.versions.filter(state="published").first()
    assert newest.number == (2 if step[1:] in (("publish_version", "after"),) else 1)
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
