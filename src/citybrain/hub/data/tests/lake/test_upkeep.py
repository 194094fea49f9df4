"""Upkeep changes files, never rows: compaction, letting snapshots go, cleaning dead files."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pytest
from django.test import override_settings

from citybrain.hub.data.jobs import running
from citybrain.hub.data.jobs.actions import wish_of_job
from citybrain.hub.data.lake import (
    arriving,
    compaction,
    expiry,
    merging,
    orphans,
    planning,
    reading,
    tables,
    tasks,
    writing,
)
from citybrain.hub.data.lake.tables import LakeColumn
from citybrain.hub.data.models import Job, LakeGrave
from citybrain.hub.data.tests.lake import readers
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound

NAME = "gaj.person"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
BY = tasks.BY


@pytest.fixture
def people(lake):
    tables.create_table(NAME, [LakeColumn("number", "text"), LakeColumn("amount", "number")])
    for first in range(0, 1000, 100):
        add(first)
    return NAME


def add(first: int, count: int = 100) -> None:
    table = pa.table({"number": [f"P{n:05}" for n in range(first, first + count)], "amount": [first] * count})
    writing.append(NAME, table, batch=uuid4(), at=NOW, key="number")


def all_rows() -> list:
    return reading.query(f"SELECT * FROM {NAME} ORDER BY number").rows


def plan() -> planning.Plan:
    return planning.plan(tables.table(NAME))


def work(kind: str) -> Job:
    """Queue upkeep and do it."""
    row = tasks.begin(kind, NAME, BY)
    assert running.do_next()
    row.refresh_from_db()
    return row


def on_disk(lake: Path) -> set[str]:
    return {str(path) for path in lake.rglob("*.parquet")}


def test_small_files_become_one_sorted_by_key(people):
    before = all_rows()
    row = work("compact")
    assert (row.state, row.done, row.total) == ("done", 1, 1)
    assert all_rows() == before
    assert len(plan().data) == 1
    keys = [r[0] for r in reading.query(f"SELECT _key FROM {NAME}").rows]
    assert keys == sorted(keys)
    assert readers.library() == readers.engines_own()


def test_deleted_rows_leave_with_their_marks(people):
    for first in (0, 100, 200, 300):
        merging.delete(
            NAME,
            "d.amount = $a AND d.number < $n",
            {"a": first, "n": f"P{first + 50:05}"},
            batch=uuid4(),
            at=NOW,
        )
    before = all_rows()
    assert len(before) == 800
    assert len(plan().positions) == 4
    assert work("compact").state == "done"
    assert all_rows() == before
    made = plan()
    assert (len(made.data), made.positions, made.equalities) == (1, [], [])
    summary = tables.table(NAME).current_snapshot().summary
    assert summary["total-records"] == "800"
    assert summary["total-delete-files"] == "0"


def test_marks_of_few_rows_are_gathered_and_the_large_file_stays(people):
    work("compact")
    for number in range(5):
        merging.delete(NAME, key="number", keys=[f"P{number:05}"], batch=uuid4(), at=NOW)
    file = plan().data[0].path
    work("compact")
    made = plan()
    assert [entry.path for entry in made.data] == [file]
    assert len(made.positions) == 1
    assert reading.row_count(NAME) == len(all_rows()) == 995
    assert readers.library() == readers.engines_own()


def test_a_table_in_order_is_left_alone(people):
    work("compact")
    assert not compaction.need(tables.table(NAME))
    snapshots = len(tables.table(NAME).metadata.snapshots)
    work("compact")
    assert len(tables.table(NAME).metadata.snapshots) == snapshots


@pytest.fixture
def while_rewritten(monkeypatch):
    """``while_rewritten(act)``: what happens when all rows of a group are read and before it is committed, once.

    The list it returns grows by one whenever a group is read.
    """
    real, reads = compaction.sorted_rows, []

    def begin(act):
        def slow(*given):
            yield from real(*given)
            reads.append(1)
            if len(reads) == 1:
                act()

        monkeypatch.setattr(compaction, "sorted_rows", slow)
        return reads

    return begin


def test_rows_deleted_while_a_group_is_rewritten_stay_deleted_without_doing_it_again(people, while_rewritten):
    merging.delete(NAME, key="number", keys=["P00008"], batch=uuid4(), at=NOW)

    def meanwhile():
        assert merging.delete(NAME, key="number", keys=["P00007"], batch=uuid4(), at=NOW) == 1
        given = pa.table({"number": ["P00500", "P00501", "NEW"], "amount": [7, 7, 7]})
        assert merging.upsert(NAME, given, batch=uuid4(), at=NOW, key="number", on=["number"]) == 3
        compaction.gather_marks(NAME)  # the marks known before are now in a file with the new ones
        add(5000)

    reads = while_rewritten(meanwhile)
    assert work("compact").result["rows"] >= 999
    found = readers.engines_own()
    assert len(reads) <= 2  # at most what was brought meanwhile is rewritten in a second round
    assert len(all_rows()) == len(found) == 1000 - 2 + 1 + 100
    assert readers.library() == found
    assert {found["P00500"], found["P00501"], found["NEW"]} == {7}
    assert not {"P00007", "P00008"} & found.keys()


def test_a_row_that_cannot_be_told_apart_is_not_carried_over_but_the_group_read_again(
    people, while_rewritten
):
    """Rows another engine wrote have no delivery."""
    one = tables.table(NAME)
    own = pa.Table.from_pylist(
        [{"number": f"X{n}", "amount": 1} for n in range(3)], schema=one.schema().as_arrow()
    )
    one.append(own)

    def meanwhile():
        assert merging.delete(NAME, "d.number = 'X1'", batch=uuid4(), at=NOW) == 1

    reads = while_rewritten(meanwhile)
    work("compact")
    assert len(reads) == 2
    assert len(all_rows()) == 1002
    assert "X1" not in readers.engines_own()


@pytest.mark.parametrize("at_once", [8, 1], ids=["sorted at once", "sorted by ranges"])
def test_after_compaction_a_look_up_opens_one_file_instead_of_all(lake, monkeypatch, at_once):
    """Twelve deliveries of several files over the whole range of keys, some rows without any key."""
    for module in (arriving, compaction):
        monkeypatch.setattr(module, "GROUP_ROWS", 2_048)  # a file cannot be cut within a batch
    monkeypatch.setattr(compaction, "SORTED_FILES", at_once)
    tables.create_table(
        NAME, [LakeColumn("number", "text"), LakeColumn("amount", "number")], {"write.target-file-size-bytes": "60000"}
    )  # fmt: skip
    for first in range(0, 48_000, 4_000):
        add(first, 4_000)
    nobody = pa.table({"number": ["nobody"] * 50, "amount": [0] * 50})
    writing.append(NAME, nobody, batch=uuid4(), at=NOW)
    sample = [f"P{n:05}" for n in range(7, 48_000, 960)]
    before = all_rows()
    assert files_of(sample) > 12 * 0.9
    work("compact")
    made = plan()
    assert len(made.data) > 6
    assert files_of(sample) <= 2  # its own, and that of the rows without key
    assert all_rows() == before
    assert ours_of("P00007") == [("P00007",)]
    spans = sorted((p.low, p.high) for p in compaction.pieces(tables.table(NAME), made) if p.low is not None)
    assert all(high <= low for (_, high), (low, _) in pairwise(spans))
    assert not compaction.need(tables.table(NAME))


def files_of(numbers: list[str]) -> float:
    """How many files a look-up of one of these opens, on average."""
    found = tables.table(NAME)
    return sum(
        len(planning.plan(found, reading.person_filter(NAME, n)[0][NAME]).data) for n in numbers
    ) / len(numbers)


def ours_of(number: str) -> list:
    only, condition, params = reading.person_filter(NAME, number)
    return reading.query(reading.Asked(f"SELECT number FROM {NAME} WHERE {condition}", params, only)).rows


@pytest.mark.django_db(transaction=True)
def test_compaction_can_be_stopped_between_groups_and_goes_on(people, monkeypatch):
    one = tables.table(NAME)
    size = plan().data[0].file.file_size_in_bytes
    with one.transaction() as change:
        change.set_properties({"write.target-file-size-bytes": str(size * 5)})
    monkeypatch.setattr("citybrain.hub.data.lake.tiers.GROUP_FILES", 1)
    row = tasks.begin("compact", NAME, BY)
    real = compaction.rewrite
    monkeypatch.setattr(
        tasks,
        "rewrite",
        lambda *a, **k: (wish_of_job(row.pk, "pause", by=BY), real(*a, **(k | {"seen": None})))[1],
    )
    running.do_next()
    row.refresh_from_db()
    assert (row.state, row.done) == ("paused", 1)
    assert len(all_rows()) == 1000
    monkeypatch.setattr(tasks, "rewrite", real)
    wish_of_job(row.pk, "resume", by=BY)
    running.do_next()
    row.refresh_from_db()
    assert row.state == "done"
    assert len(all_rows()) == 1000


def test_the_loops_queue_each_work_once(people):
    tasks.compact_tables()
    tasks.compact_tables()
    tasks.clean_files()
    tasks.clean_files()
    tasks.expire_snapshots()
    assert sorted(Job.objects.values_list("kind", flat=True)) == ["lake.clean", "lake.compact"]
    while running.do_next():
        pass
    tasks.compact_tables()
    assert not Job.objects.filter(state="queued").exists()


@override_settings(LAKE_KEEP_DAYS=30)
def test_old_snapshots_go_but_not_those_with_a_tag(people):
    found = tables.table(NAME)
    tagged = found.metadata.snapshots[2].snapshot_id
    found.manage_snapshots().create_tag(tagged, "march").commit()
    moment = datetime.fromtimestamp(found.metadata.snapshots[4].timestamp_ms / 1000, UTC)
    assert work("expire").result == {"snapshots": 0}
    with clock.freeze(clock.now() + timedelta(days=40)):
        assert work("expire").result == {"snapshots": 8}
    left = {s.snapshot_id for s in tables.table(NAME).metadata.snapshots}
    assert left == {tagged, tables.table(NAME).current_snapshot().snapshot_id}
    assert len(all_rows()) == 1000
    with pytest.raises(NotFound):
        reading.query(reading.Asked(f"SELECT count(*) FROM {NAME}", as_of=moment))


@override_settings(LAKE_KEEP_DAYS=30)
def test_a_delivery_is_refused_after_its_snapshot_has_gone(people):
    batch = uuid4()
    table = pa.table({"number": ["X"], "amount": [1]})
    writing.append(NAME, table, batch=batch, at=NOW, key="number")
    add(7000)
    with clock.freeze(clock.now() + timedelta(days=40)):
        expiry.expire(NAME)
    assert writing.append(NAME, table, batch=batch, at=NOW, key="number") == 0


@override_settings(LAKE_KEEP_DAYS=1)
def test_dead_files_rest_before_they_go_and_a_reader_under_way_keeps_its_files(people, lake):
    old = reading.relation(tables.table(NAME), None, None)
    files = on_disk(lake)
    work("compact")
    start = clock.now()
    with clock.freeze(start + timedelta(days=3)):
        work("expire")
        assert work("clean").result["files"] == 0
        assert LakeGrave.objects.count() > 10
        assert files < on_disk(lake)
    from citybrain.hub.data.lake import engine

    assert engine.rows(f"SELECT count(*) FROM ({old})") == [(1000,)]
    with clock.freeze(start + timedelta(days=5)):
        assert work("clean").result["files"] > 10
    assert on_disk(lake) == {plan().data[0].path}
    assert len(all_rows()) == 1000
    assert not LakeGrave.objects.exists()


def test_an_orphan_is_found_and_a_young_one_is_not(people, lake):
    orphan = lake / "gaj" / "person" / "data" / "left-behind.parquet"
    orphan.write_bytes(b"x")
    assert orphans.bury(NAME) == 0
    with clock.freeze(clock.now() + timedelta(days=2)):
        assert orphans.bury(NAME) == 1
        assert orphans.unlink(NAME) == (0, 0)
    with clock.freeze(clock.now() + timedelta(days=4)):
        assert orphans.unlink(NAME) == (1, 1)
    assert not orphan.exists()
    assert len(all_rows()) == 1000


def test_a_dead_file_that_a_slow_delivery_names_after_all_is_kept(people, lake):
    path = plan().data[0].path
    LakeGrave.objects.create(
        table=tables.table(NAME).metadata.table_uuid,
        name=NAME,
        path=path,
        bytes=1,
        since=clock.now() - timedelta(days=9),
    )
    assert orphans.unlink(NAME) == (0, 0)
    assert not LakeGrave.objects.exists()
    assert Path(path).exists()
