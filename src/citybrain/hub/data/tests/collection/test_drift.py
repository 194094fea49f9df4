"""A source that changed its shape overnight, or went away while it was read: nothing is taken, a sentence says why, and the
run after the repair takes everything. The same for every kind of source that has a shape."""

import contextlib
import io
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from citybrain.hub.data.collection.connectors import folder as watched
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.queries.preview import preview
from citybrain.hub.data.models import Collection, Source
from citybrain.hub.data.tests.collection import factories as f
from citybrain.hub.data.tests.collection import servers

pytestmark = pytest.mark.django_db
TABLE = [Mapped("id", "number", "integer"), Mapped("name", "name"), Mapped("founded", "founded", "date")]
GOOD = {"id": [1, 2], "name": ["甲", "乙"], "founded": ["2020-01-02", "2021-03-04"]}
GONE = {name: values for name, values in GOOD.items() if name != "name"}
MORE = {**GOOD, "extra": ["x", "y"]}
RETYPED = {**GOOD, "id": ["1", "x"]}
Columns = dict[str, list[Any]]


@dataclass
class Place:
    """Where a source keeps a table: how a new state of it is put there, and whether the source knows types."""

    source: Source
    thing: str
    put: Callable[[Columns], None]
    typed: bool


# -- kinds of sources ---------------------------------------------------------------------------------------------


def csv(columns: Columns) -> bytes:
    rows = zip(*columns.values(), strict=True)
    return "".join(",".join(map(str, row)) + "\n" for row in [columns, *rows]).encode("gb18030")


def ndjson(columns: Columns) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in objects(columns)).encode()


def objects(columns: Columns) -> list[dict]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def parquet(columns: Columns) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def excel(columns: Columns) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        for number, row in enumerate([list(columns), *zip(*columns.values(), strict=True)]):
            page.write_row(number, 0, row)
    return out.getvalue()


@contextlib.contextmanager
def a_folder(tmp_path, written: Callable[[Columns], bytes], suffix: str) -> Iterator[Place]:
    def put(columns: Columns) -> None:
        (tmp_path / f"table.{suffix}").write_bytes(written(columns))
        moment = time.time_ns()
        os.utime(tmp_path / f"table.{suffix}", ns=(moment, moment))

    source = f.source("folder", path=str(tmp_path), settle=0)
    yield Place(source, f"*.{suffix}", put, written is parquet)


@contextlib.contextmanager
def a_sftp_server(tmp_path) -> Iterator[Place]:
    count = iter(range(100))

    def put(columns: Columns) -> None:
        for old in tmp_path.glob("*.csv"):
            old.unlink()
        (tmp_path / f"table{next(count)}.csv").write_bytes(csv(columns))

    with servers.sftp(tmp_path) as (port, fingerprint):
        source = f.source(
            "sftp", host="127.0.0.1", port=port, user="exchange", path="/", settle=0, fingerprint=fingerprint, secret="open sesame"
        )  # fmt: skip
        yield Place(source, "*.csv", put, False)


@contextlib.contextmanager
def an_interface() -> Iterator[Place]:
    state: dict[str, Columns] = {}
    with servers.http(lambda _path, _headers: (200, {"rows": objects(state["now"])})) as url:
        yield Place(
            f.source("rest", url=url, items="rows"), url, lambda columns: state.update(now=columns), False
        )


def as_statements(columns: Columns, table: str) -> list[str]:
    kinds = ", ".join(
        f"{name} {'int' if isinstance(values[0], int) else 'varchar(40)'}" for name, values in columns.items()
    )
    rows = [", ".join(f"'{value}'" for value in row) for row in zip(*columns.values(), strict=True)]
    return [f"DROP TABLE IF EXISTS {table}", f"CREATE TABLE {table} ({kinds})", *(f"INSERT INTO {table} VALUES ({r})" for r in rows)]  # fmt: skip


@contextlib.contextmanager
def a_postgresql(second_postgres) -> Iterator[Place]:
    made, words = second_postgres

    def put(columns: Columns) -> None:
        for statement in as_statements(columns, "firm"):
            made.execute(statement)

    yield Place(f.source("postgresql", **words), "public.firm", put, True)


@contextlib.contextmanager
def a_mariadb() -> Iterator[Place]:
    if not servers.has_mariadb():
        pytest.skip("MariaDB is not installed: apt install mariadb-server-core")
    with servers.mariadb() as (port, tell):
        tell("CREATE DATABASE dept CHARACTER SET utf8mb4")
        tell(
            "CREATE USER 'reader'@'127.0.0.1' IDENTIFIED BY 'x'; GRANT SELECT ON dept.* TO 'reader'@'127.0.0.1'"
        )
        source = f.source("mysql", host="127.0.0.1", port=port, user="reader", database="dept", secret="x")
        yield Place(source, "dept.firm", lambda columns: tell("; ".join(as_statements(columns, "dept.firm"))) and None, True)  # fmt: skip


@pytest.fixture(params=["csv", "ndjson", "parquet", "excel", "sftp", "rest", "postgresql", "mysql"])
def place(request, tmp_path, db):
    share = tmp_path / "share"
    share.mkdir()
    made = {
        "csv": lambda: a_folder(share, csv, "csv"), "ndjson": lambda: a_folder(share, ndjson, "ndjson"),
        "parquet": lambda: a_folder(share, parquet, "parquet"), "excel": lambda: a_folder(share, excel, "xlsx"),
        "sftp": lambda: a_sftp_server(share), "rest": an_interface,
        "postgresql": lambda: a_postgresql(request.getfixturevalue("second_postgres")), "mysql": a_mariadb,
    }[request.param]  # fmt: skip
    with made() as found:
        yield found


def settled(place: Place, **values) -> Collection:
    """A collection as the wizard sets it up: with the columns and types that the preview saw."""
    place.put(GOOD)
    made = f.collection(given=place.source, mapping=TABLE, thing=place.thing, mode="replace", **values)
    made.columns = [{"name": c.name, "kind": c.kind} for c in preview(made).columns]
    made.save()
    return made


def names() -> list[tuple]:
    return [(number, name) for number, name, _founded in f.landed()]


# -- drift --------------------------------------------------------------------------------------------------------


def test_changed_overnight_it_stops_and_goes_on_after_the_repair(place, lake):
    made = settled(place)
    assert f.done(made).accepted == 2
    whole = [(1, "甲"), (2, "乙")]
    assert names() == whole
    known = Collection.objects.get().position
    stopping = [(GONE, "来源缺少列“name”"), (MORE, "来源新增列“extra”")]
    for columns, sentence in [*stopping, (RETYPED, "列“id”的类型由")][: 3 if place.typed else 2]:
        place.put(columns)
        run = f.done(made)
        assert run.job.state == "failed"
        assert sentence in run.job.error
        assert (run.collected, names()) == (0, whole)
        assert Collection.objects.get().position == known, "what was refused is read again"
    place.put({**GOOD, "name": ["丙", "丁"]})
    run = f.done(made)
    assert (run.collected, run.accepted, run.rejected) == (2, 2, 0)
    assert names() == [(1, "丙"), (2, "丁")]


def test_where_a_person_said_so_it_goes_on_with_what_there_is(place, lake):
    made = settled(place, drift="continue")
    place.put({**GONE, "extra": ["x", "y"]})
    run = f.done(made)
    assert (run.collected, run.accepted, run.rejected) == (2, 2, 0)
    assert names() == [(1, None), (2, None)]
    place.put(RETYPED)
    run = f.done(made)
    assert (run.collected, run.accepted, run.rejected) == (2, 1, 1)
    assert run.reasons == {"id:type": 1}
    assert names() == [(1, "甲")]


def test_a_width_that_changed_makes_rejected_rows(lake, tmp_path):
    (tmp_path / "a.txt").write_bytes("001甲  \n002乙  \n".encode("gb18030"))
    shape = {"kind": "fixed", "encoding": "gb18030", "header": 0, "layout": [["id", 3], ["name", 4]]}
    mapping = [Mapped("id", "number", "integer"), Mapped("name", "name")]
    made = f.collection(
        given=f.source("folder", path=str(tmp_path), settle=0), thing="*.txt", shape=shape, mapping=mapping
    )
    assert f.done(made).accepted == 2
    (tmp_path / "b.txt").write_bytes("0003丙    \n004丁  \n".encode("gb18030"))
    run = f.done(made)
    assert (run.collected, run.accepted, run.reasons) == (2, 1, {":width": 1})


# -- gone in the middle of reading --------------------------------------------------------------------------------


def test_a_database_that_goes_away_while_it_is_read(second_postgres, lake):
    made, words = second_postgres
    made.execute("DROP TABLE firm; CREATE VIEW firm AS SELECT g::int AS id, 'x'::text AS name, DATE '2020-01-01' AS founded "
                 "FROM generate_series(1, 200) g, LATERAL (SELECT pg_sleep(CASE WHEN g > 100 THEN 0.1 ELSE 0 END)) s")  # fmt: skip
    collection = f.collection(
        given=f.source("postgresql", **words), mapping=TABLE, thing="public.firm", drift="continue"
    )

    def cut() -> None:
        sql = (
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%\"firm\"%'"
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and made.execute(sql).fetchone() == (0,):
            time.sleep(0.05)

    cutting = threading.Thread(target=cut)
    cutting.start()
    run = f.done(collection)
    cutting.join()
    assert (run.job.state, run.collected) == ("failed", 0)
    assert "读取数据表失败" in run.job.error
    assert f.landed() == []
    made.execute(
        "DROP VIEW firm; CREATE TABLE firm AS SELECT 1 AS id, 'x'::text AS name, DATE '2020-01-01' AS founded"
    )
    assert f.done(collection).accepted == 1


@pytest.mark.parametrize("broken", [(500, {}), (200, b'{"rows": [{"id": 3, "na'), (200, {"other": 1})])
def test_an_interface_that_breaks_off_between_pages(lake, broken):
    answers: list[Any] = []

    def answer(path: str, _headers: dict) -> tuple[int, Any]:
        page = int(path.partition("page=")[2])
        return (200, {"rows": objects(GOOD)}) if page == 1 else answers[-1]

    with servers.http(answer) as url:
        source = f.source("rest", url=url, items="rows", paging="page")
        collection = f.collection(given=source, mapping=TABLE, thing=url)
        answers.append(broken)
        run = f.done(collection)
        assert (run.job.state, run.collected, f.landed()) == ("failed", 0, [])
        answers.append((200, {"rows": []}))
        assert f.done(collection).accepted == 2
        assert names() == [(1, "甲"), (2, "乙")]


def test_a_file_that_is_written_to_while_it_is_read_is_read_again(lake, tmp_path, monkeypatch):
    file = tmp_path / "a.csv"
    file.write_bytes(csv(GOOD))
    made = f.collection(given=f.source("folder", path=str(tmp_path), settle=0), thing="*.csv", mapping=TABLE)
    copied = watched.copied

    def written_meanwhile(*given: Any) -> int:
        size = copied(*given)
        with open(file, "ab") as out:
            out.write("3,丙,2022-01-01\n".encode("gb18030"))
        return size

    monkeypatch.setattr(watched, "copied", written_meanwhile)
    run = f.done(made)
    assert (run.job.state, run.collected, f.landed()) == ("failed", 0, [])
    assert "读取期间文件发生变化" in run.job.error
    monkeypatch.setattr(watched, "copied", copied)
    assert f.done(made).accepted == 3
    assert len(f.landed()) == 3


def test_a_file_server_that_goes_away_while_a_file_is_read(lake, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_bytes(csv(GOOD))
    from citybrain.hub.data.collection.connectors import sftp

    with servers.sftp(tmp_path) as (port, fingerprint):
        source = f.source(
            "sftp", host="127.0.0.1", port=port, user="exchange", path="/", settle=0, fingerprint=fingerprint, secret="open sesame"
        )  # fmt: skip
        made = f.collection(given=source, thing="*.csv", mapping=TABLE)
        copied = sftp.copied

        def shortened(given: Any, *more: Any) -> int:
            os.truncate(tmp_path / "a.csv", 10)
            return copied(given, *more)

        monkeypatch.setattr(sftp, "copied", shortened)
        run = f.done(made)
        assert (run.job.state, run.collected, f.landed()) == ("failed", 0, [])
        monkeypatch.setattr(sftp, "copied", copied)
        (tmp_path / "a.csv").write_bytes(csv(GOOD))
        assert f.done(made).accepted == 2
