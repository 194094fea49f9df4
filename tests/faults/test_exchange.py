"""kill -9 at every step of an exchange: the next run goes on, and every row is at the consumer once."""

import json
import multiprocessing
import os
import signal
from datetime import timedelta

import pytest
from django.db import connections

from citybrain.hub.data.grants.actions.exchanges import begin_due_exchanges, set_up_exchange
from citybrain.hub.data.grants.exchange import files, mysql, postgresql, work
from citybrain.hub.data.grants.queries import pieces
from citybrain.hub.data.jobs import running
from citybrain.hub.data.lake import catalog, engine, merging
from citybrain.hub.data.models import Exchange, GrantUse, Job, ShareLog
from citybrain.hub.data.tests.grants import factories, places
from citybrain.hub.identity.tests import factories as town
from citybrain.kernel import clock
from citybrain.kernel.ids import new_id

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.faults]
PEOPLE = [{**factories.ROWS[0], "number": f"35090219900303{n:04d}"} for n in range(11)]
# Where to die: before and after each act of each step, at its n-th time. Pieces hold three rows: four of them.
STEPS = [
    (owner, name, when, time)
    for owner, name, times in (
        (pieces, "release", (1, 3)),
        (postgresql.PostgresTarget, "note", (1, 2, 4)),
        (postgresql.PostgresTarget, "write", (1, 2, 4)),
        (running.Run, "step", (1, 4)),
        (postgresql.PostgresTarget, "finish", (1,)),
        (postgresql.PostgresTarget, "prepare", (1,)),
    )
    for when in ("before", "after")
    for time in times
]
MYSQL_STEPS = [
    (mysql.MysqlTarget, name, when, time)
    for name, times in (("together", (1, 3)), ("finish", (1,)))
    for when in ("before", "after")
    for time in times
]
FILE_STEPS = [
    (owner, name, when, time)
    for owner, name in ((files.LocalStore, "put"), (files.FileTarget, "write"), (files.FileTarget, "finish"))
    for when in ("before", "after")
    for time in ((1, 3) if name != "finish" else (1,))
]


def dying(owner, name, when, time):
    """The act, at whose n-th time this process is killed."""
    act, seen = getattr(owner, name), []

    def act_and_die(*args, **kwargs):
        seen.append(1)
        if len(seen) == time and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = act(*args, **kwargs)
        if len(seen) == time:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, act_and_die)


def work_and_die(step):
    catalog._catalogs.clear()  # nothing of the parent's connections and engine is used
    engine._instances.clear()
    dying(*step)
    pieces.ROWS = 3
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
def granted(lake, monkeypatch, settings):
    settings.COLLECTION_PRIVATE = ["127.0.0.1"]
    monkeypatch.setattr(pieces, "ROWS", 3)
    town.town()
    factories.people(PEOPLE)
    return factories.grant(ways=["table", "file"], quota_per_day=0)


def finished(job_rows=len(PEOPLE)):
    """The next job process does the rest."""
    while running.do_next():
        pass
    job = Job.objects.get()
    assert (job.state, job.error) == ("done", "")
    assert sum(ShareLog.objects.values_list("rows", flat=True)) == job_rows, "logged once each"
    assert GrantUse.objects.get().used == job_rows, "counted once each"


@pytest.mark.parametrize("step", STEPS, ids=lambda s: f"{s[1]}-{s[2]}-{s[3]}")
def test_rows_in_a_database_are_there_once(granted, step):
    with places.database() as (target, secret):
        set_up_exchange(grant_id=granted.id, kind="postgresql", target=target, secret=secret, by=factories.BY)
        begin_due_exchanges(by=factories.BY)
        killed(step)
        finished()
        asked = "SELECT count(*), count(DISTINCT number) FROM people"
        assert places.ask(target, secret, asked) == [(len(PEOPLE), len(PEOPLE))]
        assert places.ask(target, secret, "SELECT sum(rows), bool_and(complete) FROM citybrain_delivery") == [
            (11, True)
        ]


@pytest.mark.parametrize("step", MYSQL_STEPS, ids=lambda s: f"{s[1]}-{s[2]}-{s[3]}")
def test_rows_in_a_mariadb_are_there_once(granted, step, tmp_path):
    with places.mariadb(tmp_path) as (target, secret):
        set_up_exchange(grant_id=granted.id, kind="mysql", target=target, secret=secret, by=factories.BY)
        begin_due_exchanges(by=factories.BY)
        killed(step)
        finished()
        door = mysql.MysqlTarget(Exchange.objects.get().pk, target, secret)
        asked = "SELECT count(*), count(DISTINCT number) FROM t.people"
        assert door.engine.execute(asked).fetchone() == (len(PEOPLE), len(PEOPLE))
        assert [there.complete for there in door.progress().values()] == [True]
        door.close()


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_is_taken_back_is_taken_back_once(granted, when, monkeypatch):
    monkeypatch.setattr(work, "MOST_GONE", 1)
    with places.database() as (target, secret):
        set_up_exchange(grant_id=granted.id, kind="postgresql", target=target, secret=secret, by=factories.BY)
        begin_due_exchanges(by=factories.BY)
        finished()
        gone = [row["number"] for row in PEOPLE[:3]]
        merging.delete("gaj.person", batch=new_id(), at=clock.now(), key="number", keys=gone)
        with clock.travel(timedelta(hours=25)):
            begin_due_exchanges(by=factories.BY)
        killed((postgresql.PostgresTarget, "remove", when, 2))
        while running.do_next():
            pass
        left = [number for (number,) in places.ask(target, secret, "SELECT number FROM people ORDER BY 1")]
        assert left == sorted(row["number"] for row in PEOPLE[3:])


@pytest.mark.parametrize("step", FILE_STEPS, ids=lambda s: f"{s[0].__name__}-{s[1]}-{s[2]}-{s[3]}")
def test_rows_in_files_are_there_once(granted, step, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    set_up_exchange(grant_id=granted.id, kind="folder", target={"folder": "people"}, by=factories.BY)
    begin_due_exchanges(by=factories.BY)
    killed(step)
    finished()
    folder = work.folder_of(Exchange.objects.select_related("grant").get()).folder
    lines = [line for path in folder.glob("*.csv") for line in path.read_text("utf-8-sig").splitlines()[1:]]
    assert len(lines) == len(set(lines)) == len(PEOPLE)
    assert json.loads(next(folder.glob("*.done.json")).read_text())["files"] == 4
