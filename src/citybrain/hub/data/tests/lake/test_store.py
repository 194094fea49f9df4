"""The lake in an S3 store instead of a folder: every way in, out and through, by the real protocol."""

import os
import secrets
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings as city
from django.test import override_settings
from pyarrow.fs import FileSelector

from citybrain.hub.data.lake import (
    catalog,
    compaction,
    engine,
    expiry,
    merging,
    orphans,
    planning,
    reading,
    tables,
    writing,
)
from citybrain.hub.data.lake.tables import LakeColumn
from citybrain.hub.data.models import LakeBatch, LakeGrave
from citybrain.hub.data.tests import store as servers
from citybrain.hub.data.tests.lake import readers
from citybrain.kernel import clock
from citybrain.kernel.errors import Unavailable

ROOT = Path(__file__).resolve().parents[6]
NAME = "gaj.person"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
COLUMNS = [LakeColumn("number", "text"), LakeColumn("amount", "number")]


@pytest.fixture
def people(stored_lake):
    tables.create_table(NAME, COLUMNS)
    for first in range(0, 1000, 250):
        add(first, 250)
    return NAME


def rows(first: int, count: int = 100, amount: int | None = None) -> pa.Table:
    numbers = [f"P{n:05}" for n in range(first, first + count)]
    return pa.table({"number": numbers, "amount": [first if amount is None else amount] * count})


def add(first: int, count: int = 100) -> int:
    return writing.append(NAME, rows(first, count), batch=uuid4(), at=NOW, key="number")


def seen() -> dict[str, int]:
    return {n: int(a) for n, a in reading.query(f"SELECT number, amount FROM {NAME}").rows}


def lying(store, bucket: str) -> set[str]:
    """Everything in the bucket, looked at past the lake's own code."""
    found = store.files.get_file_info(FileSelector(bucket, recursive=True))
    return {f"s3://{info.path}" for info in found if info.is_file}


def test_everything_lies_in_the_bucket_and_all_readers_agree(people, store, stored_lake, tmp_path):
    files = lying(store, stored_lake)
    assert files == orphans.named_files(tables.table(NAME))
    assert not list(tmp_path.rglob("*.parquet"))
    assert len(seen()) == reading.row_count(NAME) == 1000
    assert readers.library() == readers.engines_own() == seen()


def test_rows_change_and_leave(people):
    assert merging.upsert(NAME, rows(950, 100, 7), batch=uuid4(), at=NOW, key="number", on=["number"]) == 100
    assert merging.delete(NAME, key="number", keys=["P00001", "P00999"], batch=uuid4(), at=NOW) == 2
    found = seen()
    assert (len(found), sum(a == 7 for a in found.values())) == (1048, 99)
    assert readers.library() == readers.engines_own() == found


def test_a_delivery_of_parquet_files_of_this_machine(people, tmp_path):
    pq.write_table(rows(5000, 50), tmp_path / "a.parquet")
    batch = uuid4()
    for expected in (50, 0):
        brought = writing.append_files(NAME, [str(tmp_path / "a.parquet")], batch=batch, at=NOW, key="number")
        assert brought == expected
    assert len(seen()) == 1050


def test_a_large_file_goes_up_in_parts(people, store, stored_lake):
    text = pa.table({"number": [secrets.token_hex(400) for _ in range(40_000)], "amount": [1] * 40_000})
    writing.append(NAME, text, batch=uuid4(), at=NOW, key="number")
    largest = max(entry.file.file_size_in_bytes for entry in planning.plan(tables.table(NAME)).data)
    assert largest > 10 * 2**20  # more than one part of an upload
    assert reading.row_count(NAME) == 41_000


def test_only_files_that_may_hold_a_key_are_planned(people):
    only, condition, params = reading.person_filter(NAME, "P00123")
    asked = reading.Asked(f"SELECT number FROM {NAME} WHERE {condition}", params, only)
    assert reading.query(asked).rows == [("P00123",)]


def test_the_past_is_kept(people):
    moment = clock.now()
    add(9000)
    assert (
        reading.query(reading.Asked(f"SELECT count(*) FROM {NAME}", as_of=moment)).rows[0][0]
        == len(seen()) - 100
    )


def compacted() -> int:
    compaction.gather_marks(NAME)
    return sum(compaction.rewrite(NAME, group) for group in compaction.need(tables.table(NAME)).groups)


@override_settings(LAKE_KEEP_DAYS=1)
def test_upkeep_and_a_reader_with_an_old_plan(people, store, stored_lake):
    merging.delete(NAME, key="number", keys=["P00001"], batch=uuid4(), at=NOW)
    old = reading.relation(tables.table(NAME), None, None)
    before, start, files = seen(), clock.now(), lying(store, stored_lake)
    assert compacted() == 999
    assert seen() == before
    assert len(planning.plan(tables.table(NAME)).data) == 1
    with clock.freeze(start + timedelta(days=3)):
        expiry.expire(NAME)
        orphans.bury(NAME)
        assert orphans.unlink(NAME) == (0, 0)
    data = {path for path in files if path.endswith(".parquet")}
    assert data <= lying(store, stored_lake)
    assert engine.rows(f"SELECT count(*) FROM ({old})") == [(999,)]
    with clock.freeze(start + timedelta(days=6)):
        assert orphans.unlink(NAME)[0] > 10
    assert not LakeGrave.objects.exists()
    assert lying(store, stored_lake) == orphans.named_files(tables.table(NAME))
    assert seen() == before


def test_an_orphan_in_the_bucket_is_found(people, store, stored_lake):
    orphan = f"{stored_lake}/lake/gaj/person/data/left-behind.parquet"
    with store.files.open_output_stream(orphan) as stream:
        stream.write(b"x")
    now = clock.now()
    with clock.freeze(now + timedelta(days=2)):
        assert orphans.bury(NAME) == 1
    with clock.freeze(now + timedelta(days=4)):
        assert orphans.unlink(NAME) == (1, 1)
    assert f"s3://{orphan}" not in lying(store, stored_lake)
    assert len(seen()) == 1000


def test_a_question_reaches_no_other_bucket_and_no_neighbour(people, store, stored_lake):
    for place in ("lake-2", "elsewhere"):
        with store.files.open_output_stream(f"{stored_lake}/{place}/x.parquet") as stream:
            pq.write_table(rows(0, 1), stream)
        with pytest.raises(duckdb.PermissionException):
            engine.rows(f"SELECT * FROM read_parquet('s3://{stored_lake}/{place}/x.parquet')")
    for path in ("s3://another/x.parquet", "http://127.0.0.1/x.parquet", "/etc/passwd"):
        with pytest.raises(duckdb.PermissionException):
            engine.rows(f"SELECT * FROM read_text('{path}')")


def test_what_fails_leaves_nothing(people, store, stored_lake):
    before = lying(store, stored_lake)

    def stopped(_rows: int) -> None:
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        writing.append(NAME, rows(0), batch=uuid4(), at=NOW, key="number", seen=stopped)
    assert lying(store, stored_lake) == before
    assert len(seen()) == 1000


def test_a_store_that_is_away_is_said_so_and_nothing_is_half_done(lake, settings):
    with servers.served() as own:
        own.files.create_dir(settings.LAKE_CATALOG)
        settings.LAKE_STORE, settings.LAKE_WAREHOUSE = own.settings(), f"s3://{settings.LAKE_CATALOG}/lake"
        tables.create_table(NAME, COLUMNS)
        add(0)
        pointer, uuid = catalog.catalog().pointer("gaj", "person"), tables.table(NAME).metadata.table_uuid
    for ask in (lambda: add(100), seen, lambda: tables.create_table("gaj.firm", COLUMNS)):
        with pytest.raises(Unavailable) as refusal:
            ask()
        assert refusal.value.code == "store"
    assert catalog.catalog().pointer("gaj", "person") == pointer
    assert LakeBatch.objects.filter(table=uuid).count() == 1


def test_settings_of_a_process_lead_to_the_store(people, store):
    env = {
        **os.environ, "DATABASE_URL": catalog.database_uri().replace("postgresql+psycopg", "postgres"),
        "CITYBRAIN_LAKE_WAREHOUSE": city.LAKE_WAREHOUSE, "CITYBRAIN_LAKE_CATALOG": city.LAKE_CATALOG, "CITYBRAIN_DATA_DIR": str(city.DATA_DIR),
        "CITYBRAIN_S3_ENDPOINT": city.LAKE_STORE["s3.endpoint"], "CITYBRAIN_S3_KEY": city.LAKE_STORE["s3.access-key-id"],
        "CITYBRAIN_S3_SECRET": city.LAKE_STORE["s3.secret-access-key"], "CITYBRAIN_S3_REGION": city.LAKE_STORE["s3.region"],
        "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}",
    }  # fmt: skip
    argv = [sys.executable, "-m", "tests.faults.lake", "append", "1", "2"]
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout.strip()) == (0, "20"), done.stderr[-2000:]
    assert len(seen()) == 1020
    assert catalog.warehouse().startswith("s3://")
