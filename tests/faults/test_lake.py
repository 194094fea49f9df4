"""The lake under fire: rivals at one table, writers and compactors killed at every step, a disk that is really full."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as city
from pyarrow.fs import FileSelector
from pyiceberg.exceptions import NoSuchTableError

from citybrain.hub.data.lake import catalog, engine, expiry, orphans, planning, reading, tables
from citybrain.hub.data.models import LakeBatch, LakeGrave
from citybrain.hub.data.tests.lake import readers
from citybrain.kernel import clock

from . import lake as work
from .nursery import Child, Nursery
from .test_full_disk import own_mounts
from .town import ROOT

pytestmark = pytest.mark.faults
NAME = work.NAME
MOUNT = 'mount -t tmpfs -o size=6m tmpfs "$1" && shift && exec "$@"'


@pytest.fixture
def people(lake):
    tables.create_table(NAME, work.COLUMNS)
    return NAME


@pytest.fixture
def anywhere(request, lake):
    """The table in a folder or in an S3 store; how to look at all its files past the lake's own code."""
    if request.param == "folder":
        tables.create_table(NAME, work.COLUMNS)
        return lambda: {str(path) for path in lake.rglob("*") if path.is_file()}
    bucket, files = request.getfixturevalue("stored_lake"), request.getfixturevalue("store").files
    tables.create_table(NAME, work.COLUMNS)
    return lambda: {
        f"s3://{f.path}" for f in files.get_file_info(FileSelector(bucket, recursive=True)) if f.is_file
    }


EVERYWHERE = pytest.mark.parametrize("anywhere", ["folder", "store"], indirect=True)


def surroundings() -> dict[str, str]:
    """Environment of a process on this test's database."""
    return {
        **os.environ, "DATABASE_URL": catalog.database_uri().replace("postgresql+psycopg", "postgres"),
        "CITYBRAIN_DATA_DIR": str(city.DATA_DIR), "CITYBRAIN_LAKE_MEMORY": "300MB", "CITYBRAIN_LAKE_THREADS": "1",
        "CITYBRAIN_S3_ENDPOINT": city.LAKE_STORE["s3.endpoint"], "CITYBRAIN_S3_KEY": city.LAKE_STORE["s3.access-key-id"],
        "CITYBRAIN_S3_SECRET": city.LAKE_STORE["s3.secret-access-key"], "CITYBRAIN_S3_REGION": city.LAKE_STORE["s3.region"],
        "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
    }  # fmt: skip


@pytest.fixture(scope="module")
def nursery(django_db_setup, tmp_path_factory):
    """Where processes come from."""
    with Nursery("tests.faults.lake", surroundings(), tmp_path_factory.mktemp("processes")) as made:
        yield made


@pytest.fixture
def start(nursery, lake):
    """``start("append", 1, 3)``: a process of its own on this test's lake and database."""

    def begun(*words: object):
        return nursery.start(
            *words,
            LAKE_WAREHOUSE=city.LAKE_WAREHOUSE,
            LAKE_CATALOG=city.LAKE_CATALOG,
            LAKE_STORE=city.LAKE_STORE,
        )

    return begun


def finished(processes: list[Child]) -> list[int]:
    """What each printed."""
    codes = [process.wait() for process in processes]
    assert codes == [0] * len(codes), [process.err[-2000:] for process in processes]
    return [int(process.out) for process in processes]


def count(sql: str = "count(*)") -> int:
    return reading.query(f"SELECT {sql} FROM {NAME}").rows[0][0]


def notes():
    return LakeBatch.objects.filter(table=tables.table(NAME).metadata.table_uuid)


@EVERYWHERE
def test_appending_changing_and_compacting_at_once(anywhere, start):
    kinds = [("append", 1, 8), ("append", 2, 8), ("change", 3, 5), ("change", 4, 5), ("compact", 5, 4)]
    written = finished([start(*kind) for kind in kinds])
    assert written[:2] == [80, 80]
    assert count() == count("count(DISTINCT number)") == 160 + 3
    assert count("min(amount) FILTER (WHERE number IN ('U3', 'U4'))") == 5
    assert notes().count() == 26
    assert readers.library() == readers.engines_own()


@EVERYWHERE
def test_what_other_processes_commit_is_seen_at_once_however_much_is_remembered_here(anywhere, start):
    """Metadata, plans and relations are remembered by file; which file is the newest is asked every time."""
    work.append(0, 0)
    for _ in range(3):
        assert (count(), reading.row_count(NAME)) == (10, 10)
    expected, before = 10, clock.now()
    for turn in range(1, 4):
        finished([start("append", turn, 1)])
        expected += 10
        assert (count(), reading.row_count(NAME)) == (expected, expected)
        finished([start("change", turn, 1)])
        expected += 1 + (turn == 1)  # its own row; the shared one is replaced
        assert (count(), reading.row_count(NAME)) == (expected, expected)
    finished([start("compact", 1, 1)])
    assert len(planning.plan(tables.table(NAME)).data) == 1
    assert (count(), reading.row_count(NAME)) == (expected, expected)
    assert reading.query(reading.Asked(f"SELECT count(*) FROM {NAME}", as_of=before)).rows == [(10,)]
    tables.drop_table(NAME)
    with pytest.raises(NoSuchTableError):
        count()
    tables.create_table(NAME, work.COLUMNS)
    assert count() == 0


@EVERYWHERE
def test_a_reader_with_an_old_plan_loses_no_file_while_others_compact_and_clean(anywhere, start):
    for turn in range(9):
        work.append(0, turn)
    old = reading.relation(tables.table(NAME), None, None)
    finished([start("compact", 1, 1)])
    engine.forget()  # nothing of the files is remembered
    now = clock.now()
    with clock.freeze(now + timedelta(days=2)):
        expiry.expire(NAME)
        orphans.bury(NAME)
        orphans.unlink(NAME)
    assert engine.rows(f"SELECT count(*), count(DISTINCT number) FROM ({old})") == [(90, 90)]


def test_the_same_delivery_by_several_processes_comes_in_once(people, start):
    assert sum(finished([start("same", mine, 6) for mine in range(3)])) == 6
    assert count() == 6


@pytest.mark.parametrize("point", work.POINTS)
@pytest.mark.parametrize(
    ("anywhere", "kind"),
    [("folder", "append"), ("folder", "change"), ("folder", "compact"), ("store", "compact")],
    indirect=["anywhere"],
)
def test_a_killed_process_leaves_all_or_nothing_and_no_litter(anywhere, start, kind, point):
    for turn in range(9):
        work.append(0, turn)
    work.change(7, 0)
    work.change(7, 1)
    before = readers.engines_own()
    process = start(kind, 7 if kind == "change" else 1, 3, point)
    assert process.wait() == -signal.SIGKILL, process.err[-2000:]
    assert readers.library() == readers.engines_own()
    assert set(before) <= set(readers.engines_own())
    for turn in range(3):  # whoever goes on does it again
        work.KINDS[kind](7 if kind == "change" else 1, turn)
    expected = 92 + (30 if kind == "append" else 0)
    assert count() == count("count(DISTINCT number)") == expected
    assert readers.library() == readers.engines_own()
    clean_up(anywhere)
    assert count() == expected


def clean_up(everything) -> None:
    """Days later nothing lies there that no snapshot names, and everything that one names."""
    now = clock.now()
    with clock.freeze(now + timedelta(days=2)):
        orphans.bury(NAME)
    with clock.freeze(now + timedelta(days=4)):
        orphans.unlink(NAME)
    assert everything() == orphans.named_files(tables.table(NAME))
    assert not LakeGrave.objects.exists()


def test_a_full_disk_refuses_the_delivery_and_keeps_nothing_of_it(lake):
    way = own_mounts()
    if not way:
        pytest.skip("this system lets nobody mount a small file system")
    lake.mkdir(exist_ok=True)
    argv = [sys.executable, "-m", "tests.faults.lake", "full", "0", "0"]
    names = {"CITYBRAIN_LAKE_WAREHOUSE": city.LAKE_WAREHOUSE, "CITYBRAIN_LAKE_CATALOG": city.LAKE_CATALOG}
    done = subprocess.run(
        [*way, "sh", "-c", MOUNT, "sh", str(lake), *argv],
        env=surroundings() | names,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == ["stored 100 1", "refused disk_full 1", "stored 100 2", "stored 0 2"]
