"""kill -9 at every step of a collection: afterwards every row is there once, and every rejected one is kept."""

import json
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

from citybrain.project import postgres

from .nursery import Nursery
from .town import ROOT

pytestmark = pytest.mark.faults
ROWS, WRONG = 23_000, 230
STEPS = ["brought", "staged", "rejects-1", "landed-1", "committed-1", "rejects-3", "landed-3", "committed-3", "landed-5", "committed-5",
         "completed", "finished"]  # fmt: skip


@pytest.fixture(scope="module")
def city():
    """A database and a data folder; no processes but ours. (the nursery of its processes, the folder)"""
    top = Path(tempfile.mkdtemp(prefix="citybrain-collect-"))
    top.chmod(0o711)
    try:
        with postgres.throwaway(top / "postgres") as url:
            env = {**os.environ, "DATABASE_URL": url, "CITYBRAIN_DATA_DIR": str(top / "data"), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
                   "CITYBRAIN_MODE": "demo", "DJANGO_SETTINGS_MODULE": "citybrain.project.settings"}  # fmt: skip
            (top / "data").mkdir()
            with Nursery("tests.faults.collecting", env, top / "processes") as nursery:
                tell(nursery, "migrate")
                yield nursery, top
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
    nursery, top = city
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
