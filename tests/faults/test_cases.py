"""Cases while everything is killed: none lost, none twice, every notice once."""

import subprocess
import sys
import time

import psycopg
import pytest

from .town import ROOT

pytestmark = [pytest.mark.faults, pytest.mark.filterwarnings("ignore::ResourceWarning")]
NOTICES = {"submission", "receipt", "acceptance"}  # one to the citizen for each of the three acts
STEPS = {"submit", "receive", "accept"}


class Clerks:
    """The clients of ``clerks.py`` in a process of their own."""

    def __init__(self, town, folder):
        self.notes, self.halt, self.errors = folder / "notes", folder / "stop", folder / "errors"
        env = {**town.env, "DATABASE_URL": town.database_url(), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
        argv = [sys.executable, "-m", "tests.faults.clerks", str(self.notes), str(self.halt)]
        with open(self.errors, "wb") as errors:
            self.process = subprocess.Popen(argv, env=env, cwd=ROOT, stdout=errors, stderr=errors)

    def cases(self):
        return self.notes.read_text().split() if self.notes.exists() else []

    def wait_for(self, more, seconds=90):
        goal, deadline = len(self.cases()) + more, time.monotonic() + seconds
        while len(self.cases()) < goal:
            assert self.process.poll() is None, self.errors.read_text()[-3000:]
            assert time.monotonic() < deadline, "no case gets through any more"
            time.sleep(0.1)

    def stop(self):
        self.halt.touch()
        assert self.process.wait(90) == 0, self.errors.read_text()[-3000:]
        return self.cases()


def rows(town, query, *values):
    with psycopg.connect(town.database_url()) as db:
        return db.execute(query, values).fetchall()


def per_case(town, query, ids):
    """{case id: sorted words} of a query that yields (case id, word)."""
    found = {}
    for case_id, word in rows(town, query, ids):
        found.setdefault(str(case_id), []).append(word)
    return {case_id: sorted(words) for case_id, words in found.items()}


def test_no_case_is_lost_none_is_doubled_and_every_notice_comes_once(town, tmp_path):
    if not rows(town, "select 1 from cases_machineversion where key = 'permit'"):
        pytest.skip("this city has no packs")
    town.ready()
    clerks = Clerks(town, tmp_path)
    try:
        acknowledged = work_through_kills(town, clerks)
    finally:
        clerks.process.kill()
    assert_exactly_once(town, acknowledged)


def work_through_kills(town, clerks):
    """Ids of the cases whose steps were all acknowledged while one process after another was killed."""
    clerks.wait_for(3)
    victims = (
        lambda: town.named("worker")[0].kill(),
        lambda: town.postmaster().kill(),
        lambda: town.named("worker")[0].kill(),
        town.kill_launcher,
    )
    for kill in victims:
        kill()
        if town.process.poll() is not None:
            town.up()
        town.ready()
        clerks.wait_for(3)
    return clerks.stop()


def assert_exactly_once(town, acknowledged):
    assert len(acknowledged) == len(set(acknowledged)) >= 15
    ids = list(acknowledged)
    steps = per_case(
        town, "select case_id, action from cases_transition where case_id = any(%s::uuid[])", ids
    )
    assert all(steps.get(case) == sorted(STEPS) for case in ids), "an acknowledged step is lost or doubled"
    titles = rows(town, "select title from cases_case where title like 'probe-%%'")
    assert len(titles) == len(set(titles)), "a case was opened twice"

    query = "select case_id, template from messages_message where case_id = any(%s::uuid[])"
    deadline = time.monotonic() + 120
    while any(len(per_case(town, query, ids).get(case, [])) < len(NOTICES) for case in ids):
        assert time.monotonic() < deadline, "notices are missing"
        time.sleep(0.5)
    notices = per_case(town, query, ids)
    assert all(notices[case] == sorted(NOTICES) for case in ids), "a notice came twice or is the wrong one"
