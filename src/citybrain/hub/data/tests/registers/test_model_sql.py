"""What a model's SQL may not say."""

import pytest

from citybrain.hub.data.registers.domain.model_sql import Refused, checked
from citybrain.hub.data.registers.domain.model_tests import ModelTest, breaking

BAD = [
    "SELECT * FROM read_csv('/etc/passwd')", "SELECT a FROM 'people.csv'", "SELECT a FROM \"people.parquet\"",
    "SELECT a FROM gaj.\"../person\"", "SELECT getenv('HOME') AS a FROM gaj.person", "SELECT current_setting('s3_secret') AS a",
    "SELECT a FROM query('SELECT 1 AS a')", "SELECT (SELECT max(file) FROM glob('/*')) AS a", "SELECT a FROM gaj.person; DROP TABLE x",
    "SELECT a FROM other.gaj.person", "SELECT read_text('/etc/passwd') AS a", "SELECT a FROM range(1000000000) AS t(a)",
    "SELECT a INTO t FROM gaj.person", "COPY gaj.person TO 'x'", "SELECT a FROM gaj.person WHERE b = $secret",
    "SELECT COLUMNS('a.*') FROM gaj.person", "WITH x AS (DELETE FROM gaj.person RETURNING a) SELECT a FROM x",
    "SELECT a FROM duckdb_settings()", "SELECT a FROM information_schema.tables", "SELECT a FROM pg_catalog.pg_class",
    "INSERT INTO gaj.person SELECT 1", "ATTACH 'x.db'", "PRAGMA database_list", "SELECT * FROM gaj.person", "SELECT 1", "",
    "SELECT a, a FROM gaj.person", "SELECT a + 1 FROM gaj.person", "SELECT a FROM gaj.person USING SAMPLE 1%",
    "SELECT a FROM gaj.person AS p, LATERAL (SELECT read_blob('/x')) AS q", "SELECT random() AS a FROM gaj.person",
    "SELECT nextval('s') AS a", "SELECT a FROM iceberg_scan('/x')", "SELECT a FROM gaj.person WHERE EXISTS (FROM read_json('/x'))",
]  # fmt: skip


@pytest.mark.parametrize("sql", BAD)
def test_refused(sql):
    with pytest.raises(Refused):
        checked(sql)


def test_what_is_allowed_is_kept():
    found = checked(
        "WITH n AS (SELECT number, upper(trim(name)) AS name FROM gaj.person) SELECT number, name FROM n"
    )
    assert found.tables == ("gaj.person",)
    assert found.columns == ("number", "name")


@pytest.mark.parametrize(
    "condition",
    ["1=1) UNION SELECT 1 FROM x WHERE (1=1", "a IN (SELECT b FROM gaj.person)", "1=1 GROUP BY 1", "read_text('/x') = ''",
     "EXISTS (FROM gaj.person)", "1=1 LIMIT 1", "1=1; DROP TABLE x", "a = $secret"],
)  # fmt: skip
def test_a_test_is_a_bare_condition(condition):
    with pytest.raises(Refused):
        breaking(ModelTest("condition", condition=condition))


def test_values_of_a_test_are_literals():
    sql = breaking(ModelTest("accepted", ("kind",), values=("x' OR '1'='1",)))
    assert "'x'' OR ''1''=''1'" in sql
