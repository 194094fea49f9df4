"""What is no plain question is refused by both engines; a cluster that is away or slow is said so."""

import threading

import pytest
from pyiceberg.exceptions import NoSuchTableError

from citybrain.hub.data.lake import distributed, engines
from citybrain.hub.data.lake.distributed import session
from citybrain.hub.data.lake.door.domain.grants import LakeGrant
from citybrain.hub.data.lake.reading import Asked
from citybrain.hub.data.tests import factories
from citybrain.hub.data.tests.lakedoor.conftest import QUIET, attached_duckdb, new_client
from citybrain.kernel.errors import Invalid, Unavailable

pytestmark = QUIET

WICKED = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    'SELECT * FROM "/etc/passwd"',
    "SELECT * FROM parquet.`/etc/passwd`",
    "SELECT * FROM csv.\"/etc/passwd\"",
    "SELECT * FROM delta.gaj.person",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM gaj.person, read_csv('/etc/passwd')",
    "SELECT * FROM gaj.person JOIN LATERAL (SELECT 1) t ON true",
    "SELECT * FROM range(10)",
    "SELECT * FROM unnest([1, 2])",
    "SELECT * FROM query_table('gaj.person')",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "WITH t AS (SELECT * FROM read_blob('/etc/passwd')) SELECT * FROM t",
    "SELECT * FROM information_schema.tables; DROP TABLE x",
    "SELECT 1; SELECT 2",
    "INSERT INTO gaj.person VALUES (1)",
    "DELETE FROM gaj.person",
    "UPDATE gaj.person SET name = 1",
    "DROP TABLE gaj.person",
    "CREATE TABLE x AS SELECT 1",
    "COPY (SELECT 1) TO '/tmp/x'",
    "ATTACH '/tmp/x' AS y",
    "PRAGMA database_list",
    "SET memory_limit = '1TB'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "CALL pragma_version()",
    "EXPLAIN SELECT 1",
    "SHOW TABLES",
    "SELECT * INTO x FROM gaj.person",
    "FROM gaj.person SELECT * FROM x",
    "nonsense",
    "",
    "SELECT '" + "x" * 30_000 + "'",
    "(" * 3000,
]  # fmt: skip
HERE_ONLY = [
    "SELECT getenv('PATH')",
    "SELECT java_method('java.lang.System', 'exit', 1)",
    "SELECT reflect('java.lang.Runtime', 'getRuntime')",
    "SELECT input_file_name() FROM gaj.person",
    "SELECT current_setting('memory_limit')",
    "SELECT md5(name) FROM gaj.person",
    "SELECT date_diff('month', registered_at, registered_at) FROM gaj.person",
    "SELECT extract(dow FROM registered_at) FROM gaj.person",
    "SELECT registered_at AT TIME ZONE 'America/New_York' FROM gaj.person",
]


@pytest.fixture
def person(lake):
    factories.lake_resource()
    factories.deliver("gaj.person", [{"number": "1", "name": "张三"}])


@pytest.mark.parametrize("sql", WICKED, ids=lambda sql: sql[:50] or "nothing")
def test_only_plain_questions_are_answered_here(person, sql):
    with pytest.raises(Invalid):
        engines.query(sql)


@pytest.mark.parametrize("sql", WICKED, ids=lambda sql: sql[:50] or "nothing")
def test_only_plain_questions_are_answered_on_a_cluster(person, on_cluster, sql):
    with pytest.raises(Invalid):
        engines.query(sql)
    with pytest.raises(Invalid):
        distributed.query(Asked(sql))


@pytest.mark.parametrize("sql", HERE_ONLY)
def test_what_has_no_equal_on_a_cluster_is_refused_there(person, on_cluster, sql):
    with pytest.raises(Exception) as caught:
        engines.query(sql)
    assert not isinstance(caught.value, Unavailable)


def test_an_unknown_table_is_said_so(person, on_cluster):
    with pytest.raises(NoSuchTableError):
        engines.query("SELECT * FROM gaj.nobody")


def test_a_cluster_that_is_away_is_said_so(person, settings):
    settings.LAKE_ENGINE = "sc://127.0.0.1:9"
    with pytest.raises(Unavailable):
        engines.query("SELECT count(*) FROM gaj.person")


def test_rows_another_engine_deleted_are_gone(served, person, on_cluster):
    attached = attached_duckdb(served, *new_client(LakeGrant("gaj", write=True)))
    attached.execute("INSERT INTO city.gaj.person (number) VALUES ('2'), ('3')")
    attached.execute("DELETE FROM city.gaj.person WHERE number IN ('1', '3')")
    assert engines.query("SELECT number FROM gaj.person").rows == [("2",)]


def test_a_question_that_takes_too_long_sets_its_asker_free(person, on_cluster, monkeypatch):
    ended = threading.Event()

    class Stuck:
        """A server that neither answers nor interrupts."""

        def addTag(self, tag):
            ended.wait(30)

        def interruptTag(self, tag):
            raise RuntimeError("not known here")

        def stop(self):
            ended.set()

    monkeypatch.setattr(session, "take", lambda address: Stuck())
    with pytest.raises(Unavailable) as caught:
        engines.query(Asked("SELECT count(*) FROM gaj.person", seconds=0.2))
    assert caught.value.code == "too_slow"
    assert ended.wait(30)
