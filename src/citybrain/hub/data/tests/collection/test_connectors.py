"""Every kind of source against a real server."""

import contextlib
import json
import os
import time
from datetime import date

import pytest

from citybrain.hub.data.collection.actions.sources import check_config
from citybrain.hub.data.collection.connectors import connector
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.ports import Wish
from citybrain.hub.data.collection.staging import access
from citybrain.hub.data.models import Receipt
from citybrain.hub.data.tests.collection import factories as f
from citybrain.hub.data.tests.collection import servers
from citybrain.kernel.errors import Invalid, Unavailable

pytestmark = pytest.mark.django_db
TABLE = [
    Mapped("id", "number", "integer"),
    Mapped("name", "name", "text"),
    Mapped("founded", "founded", "date"),
]
CSV = "编号,名称,成立\n1,甲,2020-01-01\n".encode()


def well(source) -> bool:
    return all(finding.ok for finding in check_config(source, by=f.BY))


# -- databases --------------------------------------------------------------------------------------------------


def test_a_table_of_postgresql_whole_and_what_is_new(second_postgres, lake):
    made, words = second_postgres
    source = f.source("postgresql", **words)
    assert well(source)
    assert "public.firm" in [thing.name for thing in connector("postgresql").discover(access(source))]
    collection = f.collection(given=source, mapping=TABLE, thing="public.firm", follow="id", columns=[])
    collection.drift = "continue"
    collection.save()
    assert f.done(collection).accepted == 2
    assert f.landed() == [(1, "甲店", date(2020, 1, 2)), (2, "乙'店", None)]
    made.execute("INSERT INTO firm VALUES (3, '丙', '2022-02-02')")
    run = f.done(collection)
    assert (run.collected, run.position_before, run.position_after) == (1, {"value": "2"}, {"value": "3"})
    assert f.done(collection).collected == 0


def test_a_type_that_changed_overnight_stops_the_run(second_postgres, lake):
    made, words = second_postgres
    columns = [
        {"name": n, "kind": k}
        for n, k in (("id", "int32"), ("name", "string"), ("founded", "date32[day]"), ("odd 'name", "double"))
    ]
    collection = f.collection(
        given=f.source("postgresql", **words),
        mapping=TABLE,
        thing="public.firm",
        mode="replace",
        columns=columns,
    )
    assert f.done(collection).job.state == "done"
    made.execute("ALTER TABLE firm ALTER id TYPE text")
    run = f.done(collection)
    assert run.job.state == "failed"
    assert "类型" in run.job.error
    assert len(f.landed()) == 2


def test_a_source_that_is_gone_takes_nothing_and_says_so(second_postgres, lake):
    made, words = second_postgres
    collection = f.collection(
        given=f.source("postgresql", **words),
        mapping=TABLE,
        thing="public.firm",
        drift="continue",
        columns=[],
    )
    made.execute("DROP TABLE firm")
    run = f.done(collection)
    assert run.job.state == "failed"
    assert "没有表" in run.job.error
    assert f.landed() == []


@pytest.mark.parametrize(
    "name", ["public.firm; DROP TABLE firm", "public.firm' --", 'public."firm"', "pg_catalog.pg_authid", "x"]
)
def test_only_tables_of_the_catalogue_can_be_named(second_postgres, tmp_path, name):
    made, words = second_postgres
    source = f.source("postgresql", **words)
    with pytest.raises(Invalid):
        connector("postgresql").bring(access(source), Wish(name), tmp_path)
    with pytest.raises(Invalid):
        connector("postgresql").bring(
            access(source), Wish("public.firm", follow="id) FROM firm; --"), tmp_path
        )
    assert made.execute("SELECT count(*) FROM firm").fetchone() == (2,)


def test_odd_names_and_values_are_only_names_and_values(second_postgres, tmp_path):
    made, words = second_postgres
    made.execute(
        'CREATE TABLE "it\'s ""odd""" ("a\'b" text); INSERT INTO "it\'s ""odd""" VALUES (\'x\'\'; --\')'
    )
    source = f.source("postgresql", **words)
    wish = Wish('public.it\'s "odd"', {"value": "' OR 1=1 --"}, "a'b")
    assert connector("postgresql").bring(access(source), wish, tmp_path).position == {"value": "x'; --"}


def test_a_wrong_password_is_told_without_it(second_postgres):
    _made, words = second_postgres
    source = f.source("postgresql", **{**words, "secret": "s3cret-wrong", "user": "nobody"})
    findings = check_config(source, by=f.BY)
    assert not findings[0].ok
    assert "s3cret" not in str(findings)


@pytest.mark.skipif(
    not servers.has_mariadb(), reason="MariaDB is not installed: apt install mariadb-server-core"
)
def test_a_table_of_mariadb(lake):
    with servers.mariadb() as (port, tell):
        tell("CREATE DATABASE dept CHARACTER SET utf8mb4")
        tell(
            "CREATE TABLE dept.`firm's` (id INT PRIMARY KEY, name VARCHAR(40), founded DATE, changed DATETIME)"
        )
        tell(
            "INSERT INTO dept.`firm's` VALUES (1, '甲店', '2020-01-02', '2026-01-01 08:00:00'), (2, 'x\\\\''y', NULL, '2026-01-02 08:00:00')"
        )
        tell("CREATE USER 'reader'@'127.0.0.1' IDENTIFIED BY 'pa ss\"word'")
        tell("GRANT SELECT ON dept.* TO 'reader'@'127.0.0.1'")
        source = f.source(
            "mysql", host="127.0.0.1", port=port, user="reader", database="dept", secret='pa ss"word'
        )
        assert well(source)
        assert [t.name for t in connector("mysql").discover(access(source))] == ["dept.firm's"]
        collection = f.collection(
            given=source, mapping=TABLE, thing="dept.firm's", follow="changed", drift="continue", columns=[]
        )
        assert f.done(collection).accepted == 2
        assert f.landed() == [(1, "甲店", date(2020, 1, 2)), (2, "x\\'y", None)]
        tell("INSERT INTO dept.`firm's` VALUES (3, '丙', NULL, '2026-01-03 08:00:00')")
        assert f.done(collection).collected == 1


# -- files ------------------------------------------------------------------------------------------------------


def test_a_watched_folder_gives_each_file_once(lake, tmp_path):
    share = tmp_path / "share"
    share.mkdir()
    (share / "a.csv").write_bytes(CSV)
    (share / "b.txt").write_bytes(b"no")
    (share / "link.csv").symlink_to("/etc/passwd")
    source = f.source("folder", path=str(share), settle=0)
    assert well(source)
    collection = f.collection(given=source, thing="*.csv")
    assert f.done(collection).accepted == 1
    assert f.done(collection).collected == 0
    late = share / "c.csv"
    late.write_bytes(CSV.replace(b"1,", b"2,"))
    os.utime(late, (1, 1))  # copied in with an old date
    assert f.done(collection).accepted == 1
    assert [row[0] for row in f.landed()] == [1, 2]


@pytest.mark.parametrize("path", ["/etc", "../..", "", "/"])
def test_no_other_folder_of_the_machine_is_read(db, path):
    source = f.source("folder", path=path)
    assert not well(source)
    with pytest.raises(Invalid):
        connector("folder").discover(access(source))


def test_sftp_with_a_pinned_host_key(lake, tmp_path):
    (tmp_path / "out.csv").write_bytes(CSV)
    with servers.sftp(tmp_path) as (port, fingerprint):
        words = {"host": "127.0.0.1", "port": port, "user": "exchange", "path": "/", "settle": 0}
        source = f.source("sftp", **words, fingerprint=fingerprint, secret="open sesame")
        assert well(source)
        collection = f.collection(given=source, thing="*.csv")
        assert f.done(collection).accepted == 1
        assert f.done(collection).collected == 0
        assert not well(f.source("sftp", **words, fingerprint="SHA256:" + "A" * 43, secret="open sesame"))
        assert not well(f.source("sftp", **words, fingerprint="", secret="open sesame"))
        assert not well(f.source("sftp", **words, fingerprint=fingerprint, secret="wrong"))


# -- interfaces and streams -------------------------------------------------------------------------------------

OBJECTS = [{"编号": n, "名称": f"店{n}", "成立": "2020-01-01"} for n in range(1, 8)]


def test_rest_by_page_and_by_cursor(lake):
    seen = []

    def answer(path, headers):
        seen.append((path, headers.get("X-Token"), headers["Host"]))
        query = dict(pair.split("=") for pair in path.partition("?")[2].split("&") if pair)
        at = int(query.get("page", query.get("cursor", 1)))
        rows = OBJECTS[(at - 1) * 3 : at * 3]
        return 200, {"data": {"rows": rows, "next": str(at + 1) if rows else ""}}

    with servers.http(answer) as url:
        for paging, more in (("page", {}), ("cursor", {"cursor": "data.next"})):
            source = f.source(
                "rest",
                url=f"{url}/firms",
                items="data.rows",
                paging=paging,
                header="X-Token",
                secret="t0ken",
                **more,
            )
            assert well(source)
            run = f.done(f.collection(given=source, mode="replace", thing="rest"))
            assert run.accepted == 7
    assert seen[0][1] == "t0ken"
    assert seen[0][2].startswith("127.0.0.1:")


@pytest.mark.parametrize(
    "body", [(500, {}), (200, {"data": 1}), (200, b"<html>"), (302, {}), (200, b"[" * 100_000)]
)
def test_an_interface_that_answers_something_else_is_told(lake, body):
    with servers.http(lambda _path, _headers: body) as url:
        source = f.source("rest", url=url, items="data")
        assert not well(source)
        with pytest.raises((Unavailable, Invalid)):
            connector("rest").bring(access(source), Wish(""), lake.parent)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://localhost/", "http://169.254.169.254/latest/", "http://[::1]/", "http://10.0.0.8/", "http://0.0.0.0/",
     "http://[::ffff:127.0.0.1]/", "http://2130706433/", "file:///etc/passwd", "gopher://127.0.0.1/", "http:///x", "http://127.1/"],
)  # fmt: skip
def test_private_addresses_are_not_reached(db, settings, tmp_path, url):
    settings.COLLECTION_PRIVATE = []
    with pytest.raises(Invalid):
        connector("rest").bring(access(f.source("rest", url=url)), Wish(""), tmp_path)


def test_hosts_can_be_narrowed_to_a_list(settings):
    from ipaddress import ip_address

    from citybrain.hub.data.collection.connectors.addresses import allowed

    settings.COLLECTION_PRIVATE, settings.COLLECTION_HOSTS = ["10.20.0.0/16"], ["data.example.cn"]
    assert allowed("data.example.cn", ip_address("93.184.216.34"))
    assert not allowed("other.example.cn", ip_address("93.184.216.34"))
    assert allowed("db", ip_address("10.20.3.4"))
    assert not allowed("db", ip_address("10.21.3.4"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.django_db(transaction=True)
def test_messages_of_a_stream_come_in_once(lake):
    import paho.mqtt.client as paho
    from paho.mqtt.enums import CallbackAPIVersion

    from citybrain.hub.data.collection.stream import ear, listen

    with servers.mqtt() as port, contextlib.closing(ear):
        source = f.source("stream", host="127.0.0.1", port=port, topic="firms/#", key="编号")
        assert listen(1.0), "the session of the source is known to the broker from here on"
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.connect("127.0.0.1", port)
        client.loop_start()
        for row in [*OBJECTS, OBJECTS[0]]:
            client.publish("firms/new", json.dumps(row), qos=1).wait_for_publish(10)
        deadline = time.monotonic() + 60
        while Receipt.objects.count() < len(OBJECTS) and time.monotonic() < deadline:
            listen(1.0)
        client.disconnect()
        client.loop_stop()
    assert Receipt.objects.count() == len(OBJECTS)
    mapping = [Mapped("编号", "number", "integer"), Mapped("名称", "name"), Mapped("成立", "founded", "date")]
    run = f.done(f.collection(given=source, thing="inbox", mapping=mapping, drift="continue"))
    assert run.accepted == len(OBJECTS)
