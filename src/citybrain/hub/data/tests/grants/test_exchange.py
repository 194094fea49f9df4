"""Scheduled exchange: every row once at the consumer, whatever was delivered before; masked, filtered, logged, stoppable."""

import csv
import io
import json
from datetime import timedelta

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from citybrain.hub.data.grants.actions.end_grant import suspend_grant
from citybrain.hub.data.grants.actions.exchanges import begin_due_exchanges, set_up_exchange, stop_exchange
from citybrain.hub.data.grants.data import Purpose
from citybrain.hub.data.grants.exchange import work
from citybrain.hub.data.grants.exchange.files import FileTarget, LocalStore
from citybrain.hub.data.grants.exchange.mysql import MysqlTarget
from citybrain.hub.data.grants.exchange.postgresql import PostgresTarget
from citybrain.hub.data.grants.exchange.target import Piece, Shape
from citybrain.hub.data.grants.queries import pieces
from citybrain.hub.data.jobs import running
from citybrain.hub.data.lake import merging, reading
from citybrain.hub.data.models import Exchange, Job, Resource, ShareLog
from citybrain.hub.data.tests import factories as lake_rows
from citybrain.hub.data.tests.grants import factories, places
from citybrain.hub.data.tests.grants.factories import BY, CONSUMER, ROWS
from citybrain.kernel import clock
from citybrain.kernel.errors import Conflict, Invalid, Unavailable
from citybrain.kernel.ids import new_id

MANY = [{**ROWS[0], "number": f"35090219900202{n:04d}", "name": f"甲{n}"} for n in range(25)]


@pytest.fixture
def granted(people):
    return factories.grant(ways=["table", "file"], quota_per_day=0, masked=["name"])


def run_due(hours=0):
    """What the loop and the job process do; the jobs' end."""
    with clock.travel(timedelta(hours=hours)):
        begin_due_exchanges(by=BY)
        while running.do_next():
            pass
    return Job.objects.order_by("-created_at").first()


def test_new_deliveries_reach_the_consumers_database_once(granted, monkeypatch):
    monkeypatch.setattr(pieces, "ROWS", 2)
    with places.database() as (target, secret):
        made = set_up_exchange(grant_id=granted.id, kind="postgresql", target=target, secret=secret, by=BY)
        job = run_due()
        assert (job.state, job.error, job.result) == ("done", "", {"rows": 3})
        assert sorted(places.ask(target, secret, "SELECT number, name FROM people"))[0] == (
            ROWS[0]["number"],
            "林**",
        )
        lake_rows.deliver("gaj.person", [{**row, "income": 1.0} for row in MANY])
        assert run_due(25).result == {"rows": 25}
        assert run_due(50).result == {"rows": 0}
        assert places.ask(target, secret, "SELECT count(*), count(DISTINCT number) FROM people") == [(28, 28)]
        assert places.ask(target, secret, "SELECT sum(rows), bool_and(complete) FROM citybrain_delivery") == [
            (28, True)
        ]
    assert sum(ShareLog.objects.filter(way="table").values_list("rows", flat=True)) == 28
    made.refresh_from_db()
    assert made.last_at is not None


def test_a_piece_is_taken_once_and_in_order(granted):
    with places.database() as (target, secret):
        shape = Shape(
            "gaj.person", (("number", "text"), ("income", "number"), ("at", "datetime"), ("ok", "bool"))
        )
        taker = PostgresTarget(new_id(), target, secret)
        taker.prepare(shape)
        taker.prepare(shape)
        row = ("1", "2.5", clock.now(), True, False)
        taker.write(Piece("b", [], [1], [row]))
        for start in ([], [7]):
            with pytest.raises(Conflict):
                taker.write(Piece("b", start, [2], [row]))
        taker.write(Piece("b", [1], [2], [row]))
        taker.finish("b", alone=False)
        with pytest.raises(Conflict):
            taker.write(Piece("b", [2], [3], [row]))
        taker.close()
        assert places.ask(target, secret, "SELECT count(*) FROM people") == [(2,)]


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_files_appear_whole_and_once(granted, form, monkeypatch, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(pieces, "ROWS", 2)
    set_up_exchange(grant_id=granted.id, kind="folder", target={"folder": "people", "format": form}, by=BY)
    assert run_due().state == "done"
    assert run_due(25).result == {"rows": 0}
    folder = tmp_path / "exchange" / CONSUMER / "people"
    found = sorted(folder.glob(f"*.{form}"))
    assert len(found) == 2
    mark = json.loads(next(folder.glob("*.done.json")).read_text())
    assert mark["files"] == 2
    if form == "csv":
        rows = [row for path in found for row in csv.DictReader(io.StringIO(path.read_text("utf-8-sig")))]
    else:
        rows = [row for path in found for row in pq.read_table(path).to_pylist()]
    assert sorted(row["number"] for row in rows) == sorted(row["number"] for row in ROWS)


def test_new_deliveries_reach_a_mariadb_once(granted, monkeypatch, tmp_path):
    monkeypatch.setattr(pieces, "ROWS", 2)
    with places.mariadb(tmp_path) as (target, secret):
        made = set_up_exchange(grant_id=granted.id, kind="mysql", target=target, secret=secret, by=BY)
        first = run_due()
        assert (first.error, first.result) == ("", {"rows": 3})
        lake_rows.deliver("gaj.person", [{**row, "income": 1.0} for row in MANY[:5]])
        assert run_due(25).result == {"rows": 5}
        assert run_due(50).result == {"rows": 0}
        there = MysqlTarget(made.pk, target, secret)
        there.prepare(Shape("gaj.person", (("number", "text"), ("name", "text"))))
        found = there.engine.execute(
            "SELECT count(*), count(DISTINCT number), min(name) FROM t.people"
        ).fetchone()
        assert found == (8, 8, "林**")
        batch = next(iter(there.progress()))
        with pytest.raises(Conflict):
            there.write(Piece(batch, [], [1], [("1", "x", False)]))
        there.write(Piece("whole", [], [1], [("1", "x", False)]))
        there.finish("whole", alone=True)
        assert there.engine.execute("SELECT count(*) FROM t.people").fetchone() == (1,)
        there.close()


def changed_and_deleted():
    """One person's name changes, one is deleted, one comes; the rest stays."""
    merging.upsert(
        "gaj.person", pa.table({"number": [ROWS[0]["number"], MANY[0]["number"]], "name": ["林大梅", "新人"]}),
        batch=new_id(), at=clock.now(), key="number", on=["number"],
    )  # fmt: skip
    merging.delete("gaj.person", batch=new_id(), at=clock.now(), key="number", keys=[ROWS[1]["number"]])


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_what_the_source_changes_and_deletes_follows_at_the_consumer(people, kind, monkeypatch, tmp_path):
    monkeypatch.setattr(pieces, "ROWS", 2)
    monkeypatch.setattr(work, "WINDOW", 2)
    grant = factories.grant(ways=["table"], quota_per_day=0)
    with places.database() if kind == "postgresql" else places.mariadb(tmp_path) as (target, secret):

        def there():
            sql = "SELECT number, name FROM people ORDER BY number"
            if kind == "postgresql":
                return places.ask(target, secret, sql)
            door = MysqlTarget(new_id(), target, secret)
            try:
                return door.engine.execute(sql.replace("people", "t.people")).fetchall()
            finally:
                door.close()

        set_up_exchange(grant_id=grant.id, kind=kind, target=target, secret=secret, by=BY)
        assert run_due().result == {"rows": 3}
        before = there()
        changed_and_deleted()
        job = run_due(25)
        assert (job.error, job.result) == ("", {"rows": 2, "removed": 2})
        wanted = reading.query("SELECT number, name FROM gaj.person ORDER BY number").rows
        assert there() == wanted != before
        assert ("林大梅" in str(wanted), ROWS[1]["number"] in str(wanted)) == (True, False)
        assert run_due(50).result == {"rows": 0}
        assert there() == wanted


def test_rows_that_leave_the_row_filter_leave_the_consumer(people):
    grant = factories.grant(ways=["table"], quota_per_day=0, row_filter='division = "350902000000"')
    with places.database() as (target, secret):
        set_up_exchange(grant_id=grant.id, kind="postgresql", target=target, secret=secret, by=BY)
        run_due()
        assert places.ask(target, secret, "SELECT count(*) FROM people") == [(2,)]
        moved = {**ROWS[0], "division": "350921000000"}
        merging.upsert(
            "gaj.person",
            pa.table({k: [v] for k, v in moved.items() if k != "income"}),
            batch=new_id(),
            at=clock.now(),
            key="number",
            on=["number"],
        )
        run_due(25)
        assert places.ask(target, secret, "SELECT number FROM people") == [(ROWS[1]["number"],)]


def test_only_one_of_two_runners_delivers_a_piece_to_mariadb(granted, tmp_path):
    """Both saw the same notes; the key of the notes decides, and the loser's rows are not there."""
    with places.mariadb(tmp_path) as (target, secret):
        shape, ours = Shape("gaj.person", (("number", "text"),)), new_id()
        one, two = MysqlTarget(ours, target, secret), MysqlTarget(ours, target, secret)
        one.prepare(shape)
        two.prepare(shape)
        seen = two.noted()
        one.write(Piece("b", [], [1], [("1", False)], [0]))
        two.noted = lambda: seen
        with pytest.raises(Conflict):
            two.write(Piece("b", [], [1], [("1", False)], [0]))
        assert one.engine.execute("SELECT count(*) FROM t.people").fetchone() == (1,)
        assert one.numbers("b", 0, 10) == {0}
        one.close()
        two.close()


def test_files_on_an_sftp_server_with_a_pinned_key(granted, tmp_path):
    with places.sftp(tmp_path) as target:
        set_up_exchange(grant_id=granted.id, kind="sftp", target=target, secret="open", by=BY)
        assert run_due().result == {"rows": 3}
        assert run_due(25).result == {"rows": 0}
        assert len(list((tmp_path / "in").glob("*.csv"))) == 1
        assert not list((tmp_path / "in").glob("*.part"))
        other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1eR4fX0yZkQ8n1v8J9q2m3n4p5r6s7t8u9v0w1x2y3"
        Exchange.objects.update(target={**target, "host_key": other})
        assert run_due(50).state == "failed"


def test_facts_of_a_room_are_delivered_whole_every_time(visits, monkeypatch):
    from citybrain.hub.data import api as data
    from citybrain.hub.identity.tests import factories as town

    town.town()
    data.sync_catalogue()
    Resource.objects.update(sharing="conditional")
    lake_rows.put([{"id": n, "channel": "web"} for n in range(5)])
    monkeypatch.setattr(pieces, "ROWS", 2)
    grant = factories.grant(resource="data.visit", items=["id", "channel"], ways=["table"], quota_per_day=0)
    with places.database() as (target, secret):
        set_up_exchange(grant_id=grant.id, kind="postgresql", target=target, secret=secret, by=BY)
        run_due()
        lake_rows.clear()
        lake_rows.put([{"id": n, "channel": "hall"} for n in range(3)])
        assert run_due(25).state == "done"
        assert places.ask(target, secret, "SELECT DISTINCT channel, count(*) OVER () FROM people") == [
            ("hall", 3)
        ]


def test_an_exchange_ends_with_its_grant(granted):
    with places.database() as (target, secret):
        made = set_up_exchange(grant_id=granted.id, kind="postgresql", target=target, secret=secret, by=BY)
        begin_due_exchanges(by=BY)
        suspend_grant(granted.id, reason="核查", by=BY)
        running.do_next()
        assert Job.objects.get().state == "failed"
        with clock.travel(timedelta(hours=30)):
            assert begin_due_exchanges(by=BY) == 0
        stop_exchange(made.pk, by=BY)
        made.refresh_from_db()
        assert made.state == "off"


def test_a_quota_holds_for_exchange_too(people):
    grant = factories.grant(ways=["table"], quota_per_day=2, purpose=Purpose("duty", "x", "another duty"))
    with places.database() as (target, secret):
        set_up_exchange(grant_id=grant.id, kind="postgresql", target=target, secret=secret, by=BY)
        assert run_due().state == "failed"
        assert places.ask(target, secret, "SELECT count(*) FROM people") == [(0,)]


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("folder", {"folder": "../../etc"}),
        ("folder", {"folder": "a/b"}),
        ("folder", {}),
        ("folder", {"folder": "a", "format": "xls"}),
        ("pigeon", {"folder": "a"}),
        ("postgresql", {"host": "h", "database": "d", "user": "u", "table": 'p"; DROP TABLE x; --'}),
        ("postgresql", {"host": "h host=other", "database": "d", "user": "u", "table": "p"}),
        ("postgresql", {"host": "h", "database": "d", "user": "u", "table": "p", "sslmode": "x"}),
        ("sftp", {"host": "h", "user": "u", "folder": "../x", "host_key": "k"}),
        ("sftp", {"host": "h", "user": "u", "folder": "x", "host_key": "k", "port": "99999"}),
    ],
)
def test_targets_are_checked(granted, kind, target):
    with pytest.raises(Invalid):
        set_up_exchange(grant_id=granted.id, kind=kind, target=target, by=BY)


def test_only_a_grant_for_exchange_is_exchanged(people):
    with pytest.raises(Invalid):
        set_up_exchange(grant_id=factories.grant().id, kind="folder", target={"folder": "x"}, by=BY)


def test_a_database_that_is_gone_is_said_so(granted):
    gone = {"host": "127.0.0.1", "port": "1", "database": "d", "user": "u", "table": "t"}
    with pytest.raises(Unavailable):
        PostgresTarget(new_id(), gone, "x")
    assert psycopg.OperationalError


def test_a_file_piece_follows_the_last_one(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    taker = FileTarget(new_id(), LocalStore("350902-scjg", "x"), "csv")
    taker.prepare(Shape("a.b", (("v", "text"),)))
    taker.write(Piece("b 1", [], [1], [("=1+1", False)]))
    with pytest.raises(Conflict):
        taker.write(Piece("b 1", [], [1], [("x", False)]))
    assert "'=1+1" in next((tmp_path / "exchange").rglob("*.csv")).read_text("utf-8-sig")
    with pytest.raises(Invalid):
        LocalStore("../x", "y")
