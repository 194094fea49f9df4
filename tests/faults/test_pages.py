"""The city at work through its pages while every process is killed: nothing confirmed is lost, nothing happens twice."""

import subprocess
import sys
import time
from dataclasses import dataclass, field

import psycopg
import pytest

from citybrain.hub.identity.queries.demo import DEMO_PASSWORD

from .crowd import CITIZENS, Crowd
from .town import ROOT

pytestmark = [pytest.mark.faults, pytest.mark.filterwarnings("ignore::ResourceWarning")]
ONCE = ("submit", "receive", "accept", "approve", "certify")
NOTICES = {"submission", "receipt", "acceptance", "certificate"}


def kill(find):
    def one(town):
        find(town).kill()

    return one


# in this order: the worker stands still from the first to the last of DURING, two minutes at least
DURING = {
    "a web worker": kill(lambda town: town.named("web")[-1]),
    "the web server": kill(lambda town: town.named("web")[0]),
    "live push": kill(lambda town: town.named("live")[0]),
    "PostgreSQL": kill(lambda town: town.postmaster()),
}
OUTAGE_SECONDS = 125


def rows(town, query, *values):
    with psycopg.connect(town.database_url()) as db:
        return db.execute(query, values).fetchall()


@dataclass
class Aftermath:
    """What was confirmed, and what was seen when the worker had been away for minutes."""

    confirmed: list[str]
    outage: float = 0.0
    applied_meanwhile: list[str] = field(default_factory=list)
    told_meanwhile: int = 0
    waiting: list[str] = field(default_factory=list)
    fired_meanwhile: int = 0


@pytest.fixture(scope="module")
def aftermath(town):
    """People at the pages while one process after the other was killed, most of the time without a worker."""
    if not rows(town, "select 1 from matters_matter where key = 'social-security-card'"):
        pytest.skip("this city has no packs")
    town.ready()
    crowd = Crowd(town.url, DEMO_PASSWORD)
    seen = Aftermath(crowd.confirmed)
    try:
        crowd.wait_for(2)
        without_worker(town, crowd, seen)
        after(town, crowd, lambda: town.named("worker")[0].kill())
        after(town, crowd, town.kill_launcher)
        crowd.resting.set()
        finish(town, crowd, seen)
    finally:
        crowd.leave()
    return seen


def after(town, crowd, fault):
    fault()
    if town.process.poll() is not None:
        town.up()
    town.ready()
    crowd.wait_for(1)


def without_worker(town, crowd, seen):
    """The worker stands still (it does not even die) for two minutes; everything else dies once meanwhile."""
    worker, began = town.named("worker")[0], time.monotonic()
    worker.suspend()
    before = len(crowd.confirmed) + len(CITIZENS)  # one may just be on its way to each
    seen.waiting = overdue_cases(town)
    for fault in DURING.values():
        after(town, crowd, lambda fault=fault: fault(town))
    crowd.wait_for(len(CITIZENS))
    time.sleep(max(0.0, OUTAGE_SECONDS - (time.monotonic() - began)))
    seen.applied_meanwhile = crowd.confirmed[before:]
    told = "select count(*) from messages_message where case_id = any(%s::uuid[])"
    seen.told_meanwhile = rows(town, told, seen.applied_meanwhile + seen.waiting)[0][0]
    fired = (
        "select count(*) from cases_transition where case_id = any(%s::uuid[]) and action = 'deemed_accept'"
    )
    seen.fired_meanwhile = rows(town, fired, seen.waiting)[0][0]
    seen.outage = time.monotonic() - began


def overdue_cases(town):
    env = {**town.env, "DATABASE_URL": town.database_url(), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    argv = [sys.executable, "-m", "tests.faults.waiting", "5"]
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split()


def finish(town, crowd, seen, seconds=300):
    """The officials go on until what was confirmed is certified, and the worker until every notice went out."""
    query = """select count(*) from unnest(%s::uuid[]) c(id) where (select count(distinct template)
               from messages_message m where m.case_id = c.id and template = any(%s)) < %s"""
    deadline = time.monotonic() + seconds
    while rows(town, query, crowd.confirmed, list(NOTICES), len(NOTICES)) != [(0,)]:
        assert time.monotonic() < deadline, (
            f"the work does not end: {crowd.tally} {crowd.setbacks[-5:]} {town.logs()}"
        )
        time.sleep(0.5)
    late = "select count(*) from messages_message where case_id = any(%s::uuid[]) and template = 'deemed_acceptance'"
    while rows(town, late, seen.waiting)[0][0] < len(seen.waiting):
        assert time.monotonic() < deadline, "timers that came due in the outage do not fire"
        time.sleep(0.5)
    time.sleep(5)  # a second firing or notice would come now


def test_every_confirmed_application_is_there_with_its_number(town, aftermath):
    assert len(aftermath.confirmed) == len(set(aftermath.confirmed)) >= 10
    found = rows(
        town, "select id::text, case_no from cases_case where id = any(%s::uuid[])", aftermath.confirmed
    )
    assert {case for case, number in found if number} == set(aftermath.confirmed)
    numbers = rows(town, "select case_no from cases_case where case_no <> ''")
    assert len(numbers) == len(set(numbers)), "a case number was given twice"


def test_every_act_happened_once(town, aftermath):
    query = """select case_id, action, count(*) from cases_transition where action = any(%s)
               group by 1, 2 having count(*) > 1"""
    assert rows(town, query, list(ONCE)) == []
    acts = rows(
        town,
        "select distinct case_id::text, action from cases_transition where case_id = any(%s::uuid[])",
        aftermath.confirmed,
    )
    assert {(case, act) for case in aftermath.confirmed for act in ONCE} <= set(acts), (
        "an acknowledged act is lost"
    )


def test_the_worker_was_away_for_minutes_while_people_went_on_applying(aftermath):
    assert aftermath.outage >= 120
    assert len(aftermath.applied_meanwhile) >= 5
    assert aftermath.told_meanwhile == 0
    assert aftermath.fired_meanwhile == 0


def test_timers_that_came_due_in_the_outage_fired_once_each(town, aftermath):
    acts = """select case_id::text, count(*) from cases_transition
              where case_id = any(%s::uuid[]) and action = 'deemed_accept' group by 1"""
    assert dict(rows(town, acts, aftermath.waiting)) == dict.fromkeys(aftermath.waiting, 1)
    notices = """select case_id::text, count(*) from messages_message
                 where case_id = any(%s::uuid[]) and template = 'deemed_acceptance' group by 1"""
    assert dict(rows(town, notices, aftermath.waiting)) == dict.fromkeys(aftermath.waiting, 1)


def test_every_notice_arrived_once_also_after_the_outage(town, aftermath):
    query = """select case_id::text, template, count(*) from messages_message
               where case_id = any(%s::uuid[]) and template = any(%s) group by 1, 2"""
    counted = {(c, t): n for c, t, n in rows(town, query, aftermath.confirmed, list(NOTICES))}
    assert counted == {(c, t): 1 for c in aftermath.confirmed for t in NOTICES}


def test_every_case_has_one_certificate(town, aftermath):
    query = "select case_id::text, count(*) from certificates_certificate where case_id = any(%s::uuid[]) group by 1"
    assert dict(rows(town, query, aftermath.confirmed)) == dict.fromkeys(aftermath.confirmed, 1)


def test_the_record_of_all_this_is_unbroken(town, aftermath):
    env = {**town.env, "DATABASE_URL": town.database_url()}
    argv = [sys.executable, "-m", "citybrain.project.cli", "audit", "verify"]
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
