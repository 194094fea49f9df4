"""The embedded PostgreSQL: starts, forgets nothing, takes over what a killed launcher left."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from citybrain.project import children, config, postgres


@pytest.fixture
def home():
    """Not under pytest's own folders: those are closed to the account PostgreSQL runs under when we are root."""
    with tempfile.TemporaryDirectory(prefix="citybrain-pg-") as top:
        os.chmod(top, 0o711)
        yield Path(top) / "postgres"


@pytest.fixture
def server(home):
    made = postgres.Server(home, port=postgres.free_port(), throwaway=True)
    assert made.take()
    made.initialise()
    yield made
    made.clear_orphans()
    made.release()


def rows(server):
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as db:
        return db.execute("select count(*) from kept").fetchone()[0]


def test_a_killed_server_comes_back_with_every_acknowledged_row(server):
    server.throwaway = False
    process = server.spawn()
    server.ensure_database()
    with psycopg.connect(server.url("postgres", "postgres"), autocommit=True) as db:
        db.execute("create table kept (n int)")
        db.execute("insert into kept select generate_series(1, 500)")
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process = server.spawn()
    assert rows(server) == 500
    postgres.stop(process)


def test_chinese_text_is_found_by_trigrams_and_sorted_by_code_point(server):
    process = server.spawn()
    server.ensure_database()
    with psycopg.connect(server.url(), autocommit=True) as db:
        db.execute("create extension pg_trgm")
        assert db.execute("select cardinality(show_trgm('食品经营许可')) > 2").fetchone()[0]
    postgres.stop(process)


def test_two_servers_never_share_a_folder(server, home):
    other = postgres.Server(home, port=postgres.free_port(), throwaway=True)
    assert not other.take()


def test_the_password_is_nobody_elses_to_read(server):
    mode = (server.home / "password").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert stat.S_IMODE(server.home.stat().st_mode) == 0o700


def test_a_half_made_cluster_is_thrown_away(server):
    server.data.rename(server.home / "data.new")
    (server.home / "data.new" / "PG_VERSION").unlink()
    assert server.initialise()
    postgres.stop(server.spawn())


ORPHANING = """
import os, sys
sys.path.insert(0, {src!r})
from pathlib import Path
from citybrain.project import postgres
server = postgres.Server(Path({home!r}), port={port}, throwaway=True)
assert server.take()
process = server.spawn()
print(process.pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_server_whose_launcher_was_killed_goes_too_and_the_next_start_takes_over(server, home):
    server.release()
    script = ORPHANING.format(src=os.fspath(config.ROOT / "src"), home=os.fspath(home), port=server.port)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert server.take()
    process = server.spawn()
    assert process.pid != int(done.stdout)
    assert not running(int(done.stdout))
    postgres.stop(process)


def test_a_taken_port_is_said_in_a_sentence(server):
    first = server.spawn()
    second = postgres.Server(server.home.with_name("other"), port=server.port, throwaway=True)
    second.take()
    second.initialise()
    with pytest.raises(postgres.Refusal, match="port"):
        second.spawn()
    postgres.stop(first)
    second.release()


def test_a_crashing_child_is_started_again_ever_more_slowly():
    said = []
    supervisor = children.Supervisor(said.append)
    child = supervisor.add(
        children.Child("crasher", lambda: children.spawn(["/bin/false"], env={}, log=subprocess.DEVNULL))
    )
    deadline = time.monotonic() + 60
    while child.restarts < 2 and time.monotonic() < deadline:
        supervisor.look()
        time.sleep(0.01)
    supervisor.stop()
    assert child.restarts >= 2
    assert child.wait > children.BACKOFF_FIRST
    assert "exit code 1" in said[0]


def test_everything_a_child_started_is_stopped_with_it(tmp_path):
    marker = tmp_path / "pid"
    script = f"sleep 300 & echo $! > {marker}; exec sleep 300"
    supervisor = children.Supervisor(print)
    supervisor.add(
        children.Child(
            "parent",
            lambda: children.spawn(
                ["/bin/sh", "-c", script], env={"PATH": "/usr/bin:/bin"}, log=subprocess.DEVNULL
            ),
        )
    )
    while not marker.exists() or not marker.read_text():
        time.sleep(0.01)
    grandchild = int(marker.read_text())
    assert running(grandchild)
    supervisor.stop()
    deadline = time.monotonic() + 60
    while running(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not running(grandchild)


def running(pid):
    """Whether the process works: a zombie waiting for its reaper does not."""
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
