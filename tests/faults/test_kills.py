"""kill -9 of every process while the city works."""

import contextlib
import json
import subprocess
import sys
import threading
import time

import httpx
import psutil
import psycopg
import pytest

from citybrain.kernel import live

from .town import ROOT

pytestmark = [pytest.mark.faults, pytest.mark.filterwarnings("ignore::ResourceWarning")]


class Load:
    """A writing client, a browsing client and a listening one."""

    def __init__(self, town, folder):
        self.town, self.notes, self.halt = town, folder / "notes", folder / "stop"
        self.heard, self.statuses, self.stopping = [], [], threading.Event()
        env = {**town.env, "DATABASE_URL": town.database_url(), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
        argv = [sys.executable, "-m", "tests.faults.writer", str(self.notes), str(self.halt)]
        self.writer = subprocess.Popen(argv, env=env, cwd=ROOT, stderr=subprocess.DEVNULL)
        self.threads = [threading.Thread(target=target, daemon=True) for target in (self.browse, self.listen)]
        for thread in self.threads:
            thread.start()

    def browse(self):
        with httpx.Client(timeout=5, trust_env=False) as client:
            while not self.stopping.is_set():
                try:
                    self.statuses.append(client.get(f"{self.town.url}/readyz").status_code)
                except httpx.HTTPError:
                    self.statuses.append(0)
                time.sleep(0.02)

    def listen(self):
        """As a browser's EventSource: comes back with the last id it saw."""
        last, address = "0", self.town.live(f"probe?token={live.token('probe')}")
        while not self.stopping.is_set():
            try:
                with httpx.stream(
                    "GET", address, headers={"Last-Event-ID": last}, timeout=5, trust_env=False
                ) as stream:
                    for line in stream.iter_lines():
                        if line.startswith("id: "):
                            last = line[4:]
                        elif line.startswith("data: "):
                            self.heard.append(json.loads(line[6:])["number"])
                        if self.stopping.is_set():
                            break
            except httpx.HTTPError:
                time.sleep(0.1)

    def acknowledged(self):
        return {int(line) for line in self.notes.read_text().split()} if self.notes.exists() else set()

    def wait_for_progress(self, least=30, seconds=90):
        goal, deadline = len(self.acknowledged()) + least, time.monotonic() + seconds
        while len(self.acknowledged()) < goal:
            assert time.monotonic() < deadline, "the writing client makes no progress"
            time.sleep(0.05)

    def stop(self):
        self.halt.touch()
        try:
            self.writer.wait(60)
        finally:
            self.writer.kill()
        deadline = time.monotonic() + 20
        while set(self.heard) < self.acknowledged() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.stopping.set()
        for thread in self.threads:
            thread.join(10)


@pytest.fixture
def load(town, tmp_path):
    town.ready()
    made = Load(town, tmp_path)
    try:
        made.wait_for_progress()
        yield made
    finally:
        made.stop()


def numbers(town, query):
    with psycopg.connect(town.database_url()) as db:
        return [row[0] for row in db.execute(query).fetchall()]


@pytest.fixture
def clean(town):
    """Each test counts its own rows: earlier probes are told apart by their audit sequence."""
    return max(numbers(town, "select coalesce(max(seq), 0) from kernel_auditentry"))


def assert_nothing_lost(town, load, since):
    load.stop()
    acknowledged = load.acknowledged()
    assert len(acknowledged) > 50
    query = f"select obj from kernel_auditentry where action = 'kernel.probe' and seq > {since}"
    written = [int(obj.split(":")[1]) for obj in numbers(town, query)]
    assert acknowledged <= set(written), "acknowledged rows are lost"
    assert len(written) == len(set(written)), "rows were written twice"
    return acknowledged


VICTIMS = {
    "a web worker": lambda town: town.named("web")[-1],
    "the web server": lambda town: town.named("web")[0],
    "the worker": lambda town: town.named("worker")[0],
    "live push": lambda town: town.named("live")[0],
    "PostgreSQL": lambda town: town.postmaster(),
}


@pytest.mark.parametrize("victim", VICTIMS)
def test_a_killed_process_is_back_and_nothing_acknowledged_is_lost(town, clean, load, victim):
    killed = VICTIMS[victim](town)
    killed.kill()
    time.sleep(1.0)
    town.ready()
    load.wait_for_progress()
    acknowledged = assert_nothing_lost(town, load, clean)
    assert acknowledged <= set(load.heard), "the listening browser missed messages"
    assert 200 in load.statuses[-20:]
    assert VICTIMS[victim](town).pid != killed.pid


def test_the_worker_beats_again_and_works_off_what_waited(town, clean, load):
    """Events published while the worker is away are dispatched once, later."""
    worker = town.named("worker")[0]
    worker.suspend()
    load.wait_for_progress(100)
    worker.kill()
    load.stop()
    deadline = time.monotonic() + 90
    while numbers(town, "select count(*) from kernel_outboxevent where not routed") != [0]:
        assert time.monotonic() < deadline, "events stay undelivered"
        time.sleep(0.2)
    assert_nothing_lost(town, load, clean)


def test_the_audit_chain_is_intact_after_all_kills(town):
    env = {**town.env, "DATABASE_URL": town.database_url()}
    argv = [sys.executable, "-m", "citybrain.project.cli", "audit", "verify"]
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_killed_launcher_leaves_nothing_and_the_next_up_takes_over(town, clean, load):
    town.kill_launcher()
    assert town.gone(), [p.cmdline() for p in town.marked()]
    town.up()
    load.wait_for_progress()
    assert_nothing_lost(town, load, clean)


def test_killing_everything_at_once_loses_nothing(town, clean, load):
    everything = town.marked()
    town.process.kill()
    for process in everything:
        with contextlib.suppress(psutil.NoSuchProcess):  # gone with its launcher before we came to it
            process.kill()
    town.process.wait()
    town.up()
    load.wait_for_progress()
    assert_nothing_lost(town, load, clean)


def test_ctrl_c_stops_everything_and_the_second_start_is_quick(town):
    assert town.stop() == 0
    assert town.gone(5), [p.cmdline() for p in town.marked()]
    town.up()
    first = town.output.read_text()
    assert "unchanged" in first


def test_a_second_launcher_on_the_same_folder_is_refused_in_a_sentence(town):
    done = subprocess.run(
        [sys.executable, "-m", "citybrain.project.cli", "up"],
        env=town.env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "already runs" in done.stderr
    town.ready()
