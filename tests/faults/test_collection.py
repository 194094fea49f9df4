"""kill -9 at every step of a collection: afterwards every row is there once, and every rejected one is kept."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from citybrain.project import postgres

from .town import ROOT

pytestmark = pytest.mark.faults
ROWS, WRONG = 23_000, 230
STEPS = ["brought", "staged", "rejects-1", "landed-1", "committed-1", "rejects-3", "landed-3", "committed-3", "landed-5", "committed-5",
         "completed", "finished"]  # fmt: skip
LARGE_ROWS = 3_000_000
MEMORY = 2_500 * 1024 * 1024


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A database and a data folder; no processes but ours."""
    top = Path(tempfile.mkdtemp(prefix="citybrain-collect-"))
    top.chmod(0o711)
    with postgres.throwaway(top / "postgres") as url:
        env = {**os.environ, "DATABASE_URL": url, "CITYBRAIN_DATA_DIR": str(top / "data"), "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
               "CITYBRAIN_MODE": "demo", "DJANGO_SETTINGS_MODULE": "citybrain.project.settings"}  # fmt: skip
        (top / "data").mkdir()
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", "--no-input", "-v", "0"],
            env=env,
            check=True,
            cwd=ROOT,
        )
        yield env, top


def tell(env, *words, **more):
    argv = [sys.executable, "-m", "tests.faults.collecting", *words]
    return subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=600, **more)


def fresh(env, top):
    """The same city with nothing collected."""
    code = (
        "import django; django.setup(); from django.db import connection; from citybrain.hub.data.lake import tables; "
        "tables.has_table('scjg.firm') and tables.drop_table('scjg.firm'); c = connection.cursor(); "
        "c.execute('TRUNCATE data_job, data_source, data_collection, data_collectionrun, data_runbatch, data_receipt, data_item, data_resource CASCADE')"
    )
    subprocess.run([sys.executable, "-c", code], env=env, check=True, cwd=ROOT)


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
    env, top = city
    file = file_of(top, ROWS, WRONG)
    fresh(env, top)
    run = tell(env, "begin", str(file), mode).stdout.strip()
    died = 0
    for step in STEPS:
        if died and died % 3 == 0:
            give_back_attempts(env)
        done = tell(env, "work", step)
        died += done.returncode == -signal.SIGKILL
        assert done.returncode in (0, -signal.SIGKILL), done.stderr[-2000:]
    assert died >= len(STEPS) - 1, "nearly every step was reached and died at"
    assert tell(env, "work").returncode == 0
    said = json.loads(tell(env, "count", run).stdout)
    assert said == {
        "rows": ROWS - WRONG, "different": ROWS - WRONG, "collected": ROWS, "accepted": ROWS - WRONG, "rejected": WRONG, "kept": WRONG,
        "state": "done",
    }  # fmt: skip
    assert not list((top / "data" / "collection").glob("*-*/file")), "what was staged is gone"


def give_back_attempts(env):
    """A job that dies five times in a row is given up; here it is meant to die more often."""
    code = "import django; django.setup(); from citybrain.hub.data.models import Job; Job.objects.update(attempts=0)"
    subprocess.run([sys.executable, "-c", code], env=env, check=True, cwd=ROOT)
