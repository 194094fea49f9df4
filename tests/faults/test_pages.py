"""The city at work through its pages while every process is killed: nothing confirmed is lost, nothing happens twice."""

import subprocess
import sys
import time

import psycopg
import pytest

from citybrain.hub.identity.queries.demo import DEMO_PASSWORD

from .crowd import Crowd
from .town import ROOT

pytestmark = [pytest.mark.faults, pytest.mark.filterwarnings("ignore::ResourceWarning")]
ONCE = ("submit", "receive", "accept", "approve", "certify")
NOTICES = {"submission", "receipt", "acceptance", "certificate"}


def kill(find):
    def one(town):
        find(town).kill()

    return one


def worker_away(town):
    """The worker stands still while people go on applying, then dies."""
    worker = town.named("worker")[0]
    worker.suspend()
    town.crowd.wait_for(2)
    worker.kill()


FAULTS = {
    "a web worker": kill(lambda town: town.named("web")[-1]),
    "the web server": kill(lambda town: town.named("web")[0]),
    "an outage of the worker": worker_away,
    "live push": kill(lambda town: town.named("live")[0]),
    "PostgreSQL": kill(lambda town: town.postmaster()),
    "the launcher": lambda town: town.kill_launcher(),
}


def rows(town, query, *values):
    with psycopg.connect(town.database_url()) as db:
        return db.execute(query, values).fetchall()


@pytest.fixture(scope="module")
def aftermath(town):
    """Ids of the applications a ``/done/`` page confirmed while one process after the other was killed."""
    if not rows(town, "select 1 from matters_matter where key = 'social-security-card'"):
        pytest.skip("this city has no packs")
    town.ready()
    crowd = town.crowd = Crowd(town.url, DEMO_PASSWORD)
    try:
        crowd.wait_for(2)
        for fault in FAULTS.values():
            fault(town)
            if town.process.poll() is not None:
                town.up()
            town.ready()
            crowd.wait_for(1)
        crowd.resting.set()
        finish(town, crowd)
    finally:
        crowd.leave()
    return crowd.confirmed


def finish(town, crowd, seconds=150):
    """The officials go on until what was confirmed is certified, and the worker until every notice went out."""
    query = """select count(*) from unnest(%s::uuid[]) c(id) where (select count(distinct template)
               from messages_message m where m.case_id = c.id and template = any(%s)) < %s"""
    deadline = time.monotonic() + seconds
    while rows(town, query, crowd.confirmed, list(NOTICES), len(NOTICES)) != [(0,)]:
        assert time.monotonic() < deadline, f"the work does not end: {crowd.tally} {crowd.setbacks[-5:]}"
        time.sleep(0.5)


def test_every_confirmed_application_is_there_with_its_number(town, aftermath):
    assert len(aftermath) == len(set(aftermath)) >= 10
    found = rows(town, "select id::text, case_no from cases_case where id = any(%s::uuid[])", aftermath)
    assert {case for case, number in found if number} == set(aftermath)
    numbers = rows(town, "select case_no from cases_case where case_no <> ''")
    assert len(numbers) == len(set(numbers)), "a case number was given twice"


def test_every_act_happened_once(town, aftermath):
    query = """select case_id, action, count(*) from cases_transition where action = any(%s)
               group by 1, 2 having count(*) > 1"""
    assert rows(town, query, list(ONCE)) == []
    acts = rows(
        town,
        "select distinct case_id::text, action from cases_transition where case_id = any(%s::uuid[])",
        aftermath,
    )
    assert {(case, act) for case in aftermath for act in ONCE} <= set(acts), "an acknowledged act is lost"


def test_every_notice_arrived_once_also_after_the_outage(town, aftermath):
    query = """select case_id::text, template, count(*) from messages_message
               where case_id = any(%s::uuid[]) and template = any(%s) group by 1, 2"""
    counted = {(c, t): n for c, t, n in rows(town, query, aftermath, list(NOTICES))}
    assert counted == {(c, t): 1 for c in aftermath for t in NOTICES}


def test_every_case_has_one_certificate(town, aftermath):
    query = "select case_id::text, count(*) from certificates_certificate where case_id = any(%s::uuid[]) group by 1"
    assert dict(rows(town, query, aftermath)) == dict.fromkeys(aftermath, 1)


def test_the_record_of_all_this_is_unbroken(town, aftermath):
    env = {**town.env, "DATABASE_URL": town.database_url()}
    argv = [sys.executable, "-m", "citybrain.project.cli", "audit", "verify"]
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
