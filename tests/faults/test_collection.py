"""kill -9 at every step of a collection: afterwards every row is there once, and every rejected one is kept."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from citybrain.project import postgres

from .nursery import Nursery
from .town import ROOT

pytestmark = pytest.mark.faults
ROWS, WRONG = 23_000, 230
STEPS = ["brought", "staged", "rejects-1", "landed-1", "committed-1", "rejects-3", "landed-3", "committed-3", "landed-5", "committed-5",
         "completed", "finished"]  # fmt: skip
LARGE_ROWS, LARGE_WRONG = 3_000_000, 3_000
ENGINE = "512MB"  # of the lake in the job process; its own default is four times that
MEMORY = 1_100 * 1024 * 1024  # the whole job process, engine, batches and libraries included


@pytest.fixture(scope="module")
def city():
    """A database and a data folder; no processes but ours. (the nursery of its processes, the folder, their environment)"""
    top = Path(tempfile.mkdtemp(prefix="citybrain-collect-"))
    top.chmod(0o711)
    try:
        with postgres.throwaway(top / "postgres") as url:
            env = {**os.environ, "DATABASE_URL": url, "CITYBRAIN_DATA_DIR": str(top / "data"), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
                   "CITYBRAIN_MODE": "demo", "DJANGO_SETTINGS_MODULE": "citybrain.project.settings",
                   "CITYBRAIN_LAKE_MEMORY": ENGINE, "CITYBRAIN_COLLECTION_FOLDERS": f"350902-scjg={top}"}  # fmt: skip
            (top / "data").mkdir()
            with Nursery("tests.faults.collecting", env, top / "processes") as nursery:
                tell(nursery, "migrate")
                yield nursery, top, env
    finally:
        shutil.rmtree(top, ignore_errors=True)


def tell(nursery, *words):
    """(exit code, what it printed) of a process that was started and ended."""
    child = nursery.start(*words)
    code = child.wait()
    assert code in (0, -signal.SIGKILL), child.err[-2000:]
    return code, child.out


def file_of(top: Path, rows: int, wrong: int) -> Path:
    path = top / "rows.csv"
    if not path.exists():
        every = rows // wrong
        with open(path, "w", encoding="gb18030") as out:
            out.write("编号,名称,成立\n")
            out.writelines(
                f"{n},企业{n},{'昨天' if n % every == 0 else '2020-01-02'}\n" for n in range(1, rows + 1)
            )
    return path


@pytest.mark.parametrize("mode", ["append", "upsert"])
def test_killed_at_every_step_each_row_is_there_once(city, mode):
    nursery, top, _env = city
    file = file_of(top, ROWS, WRONG)
    tell(nursery, "fresh")
    run = tell(nursery, "begin", str(file), mode)[1].strip()
    died = 0
    for step in STEPS:
        if died and died % 3 == 0:
            tell(nursery, "attempts")  # a job that dies five times in a row is given up; here it is meant to
        died += tell(nursery, "work", step)[0] == -signal.SIGKILL
    assert died >= len(STEPS) - 1, "nearly every step was reached and died at"
    assert tell(nursery, "work")[0] == 0
    said = json.loads(tell(nursery, "count", run)[1])
    assert said == {
        "rows": ROWS - WRONG, "different": ROWS - WRONG, "collected": ROWS, "accepted": ROWS - WRONG, "rejected": WRONG, "kept": WRONG,
        "state": "done",
    }  # fmt: skip
    assert not list((top / "data" / "collection").glob("*-*/file")), "what was staged is gone"


# -- large --------------------------------------------------------------------------------------------------------


def large_file(path: Path) -> int:
    """Three million rows in GB18030, every thousandth with a date that is none, and the last but one in no encoding at all;
    its size in bytes."""
    every = LARGE_ROWS // LARGE_WRONG
    with open(path, "wb") as out:
        out.write("编号,名称,成立,类别,电话,注册资本\n".encode("gb18030"))
        for begin in range(1, LARGE_ROWS + 1, 100_000):
            rows = "".join(
                f"{n},宁德市蕉城区第{n}号商行,{'昨天' if n % every == 0 else '2020-01-02'},{'甲乙'[n % 2]},138{n:08d},{n % 9_000_000}.50\n"
                for n in range(begin, min(begin + 100_000, LARGE_ROWS + 1))
            ).encode("gb18030")
            out.write(
                rows.replace(
                    f"{LARGE_ROWS - 1},宁德".encode("gb18030"),
                    f"{LARGE_ROWS - 1},".encode() + b"\xff\xff\x81",
                )
            )
    return path.stat().st_size


class Worker:
    """The city's own job process, and the most memory it has held."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.peak = 0
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "citybrain.project.jobs"], env=env, cwd=ROOT, stdout=out, stderr=out
            )

    def wait(self, reached, seconds: float = 300) -> None:
        """Until something holds; it must not end by itself."""
        until = time.monotonic() + seconds
        while not reached():
            assert self.process.poll() is None, "the job process ended"
            assert time.monotonic() < until
            self.measure()
            time.sleep(0.1)
        self.measure()

    def measure(self) -> None:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        self.peak = int(re.search(r"VmHWM:\s+(\d+)", status)[1]) * 1024

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def test_a_large_file_in_bounded_memory_with_a_spoiled_row_near_its_end(city):
    nursery, top, env = city
    tell(nursery, "fresh")
    file = top / "large.csv"
    size = large_file(file)
    assert size > 150 * 1024 * 1024
    run = tell(nursery, "follow", str(top), file.name)[1].strip()

    def value(sql: str):
        with psycopg.connect(env["DATABASE_URL"]) as database:
            return database.execute(sql, [run]).fetchone()[0]

    def begun() -> bool:
        """Four batches are in; a job that gave up says why instead of being waited for."""
        error = value(
            "SELECT j.error FROM data_job j JOIN data_collectionrun r ON r.job_id = j.id WHERE r.id = %s"
        )
        assert not error, error
        return value("SELECT count(*) FROM data_runbatch WHERE run_id = %s") >= 4

    first = Worker(env, top / "jobs.log")
    try:
        first.wait(begun)
    finally:
        first.kill()
    assert value("SELECT collected FROM data_collectionrun WHERE id = %s") < LARGE_ROWS, "killed half-way"
    second = Worker(env, top / "jobs.log")
    try:
        second.wait(lambda: value("SELECT j.state FROM data_job j JOIN data_collectionrun r ON r.job_id = j.id WHERE r.id = %s") not in ("queued", "running"))  # fmt: skip
    finally:
        second.kill()
    said = json.loads(tell(nursery, "count", run)[1])
    good = LARGE_ROWS - LARGE_WRONG - 1
    assert said == {
        "rows": good, "different": good, "collected": LARGE_ROWS, "accepted": good, "rejected": LARGE_WRONG + 1,
        "kept": LARGE_WRONG + 1, "state": "done",
    }  # fmt: skip
    assert value("SELECT reasons FROM data_collectionrun WHERE id = %s") == {
        "成立:type": LARGE_WRONG,
        "名称:lost": 1,
    }
    assert max(first.peak, second.peak) < MEMORY, f"{first.peak / 2**20:.0f}, {second.peak / 2**20:.0f} MiB"
    print(f"{size / 2**20:.0f} MiB, peak {max(first.peak, second.peak) / 2**20:.0f} MiB")
    file.unlink()
