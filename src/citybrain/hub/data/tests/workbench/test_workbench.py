"""By SQL one sees what one may see elsewhere and nothing more; every question leaves a line first."""

import pytest

from citybrain.hub.data.models import ReadLog
from citybrain.hub.data.tests import factories
from citybrain.hub.data.workbench.actions.run_sql import run_sql
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.errors import Invalid

WHY = "分析登记情况"


@pytest.fixture
def table(lake):
    factories.lake_resource()
    factories.deliver(
        "gaj.person",
        [
            {"number": "35090219900101001X", "name": "张三", "organisation": "350902-scjg", "income": 10},
            {"number": "35098219851231002X", "name": "李四", "organisation": "350921-scjg", "income": 20},
        ],
    )
    return "gaj.person"


@pytest.fixture
def analyst(db):
    people.town()
    people.role("analyst", ["data.view", "data.read", "data.sql", "data.export"])
    return people.official("analyst", people.post("analyst", "350902-scjg"))


def ask(account, sql):
    return run_sql(people.actor(account), sql, purpose=WHY)


def test_own_rows_masked_and_logged(table, analyst):
    found = ask(analyst, "SELECT name, number, income FROM gaj.person")
    assert found.rows == [("张*", "350902********001X", 10)]
    line = ReadLog.objects.get()
    assert (line.kind, line.purpose, line.dataset) == ("sql", WHY, "gaj.person")


def test_two_tables_keep_their_own_scope(table, analyst):
    factories.lake_resource("gaj.visit")
    factories.deliver("gaj.visit", [{"number": "1", "name": "王五", "organisation": "350902-scjg"}])
    sql = "SELECT (SELECT count(*) FROM gaj.person), (SELECT count(*) FROM gaj.visit)"
    assert ask(analyst, sql).rows == [(1, 1)]


def test_a_day_begins_at_midnight_in_the_city(table, analyst):
    found = ask(analyst, "SELECT date_trunc('day', TIMESTAMPTZ '2026-11-30 17:00:00+00')::VARCHAR").rows
    assert found[0][0].startswith("2026-12-01")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT name FROM gaj.person WHERE name = '张三'",
        "SELECT p.name FROM gaj.person p JOIN gaj.person q ON p.number = q.number WHERE q.number LIKE '%19900101%'",
        "WITH x AS (SELECT * FROM gaj.person) SELECT name FROM x WHERE substring(name, 2, 1) = '三'",
    ],
)
def test_masked_values_are_not_found_by_guessing(table, analyst, sql):
    assert ask(analyst, sql).rows == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM gaj.person WHERE organisation = '350921-scjg'",
        "SELECT count(*) FROM (SELECT * FROM gaj.person UNION ALL SELECT * FROM gaj.person) WHERE organisation <> '350902-scjg'",
    ],
)
def test_other_units_rows_are_not_counted(table, analyst, sql):
    assert ask(analyst, sql).rows == [(0,)]


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM gaj.person", "SELECT 1; SELECT 2", "SELECT * FROM read_csv('/etc/passwd')", "COPY gaj.person TO '/tmp/x'",
        "SELECT * FROM '/etc/passwd'", "ATTACH '/tmp/x.db'", "SELECT * FROM gaj.nothing", "SELECT * FROM cases_case",
        "SELECT * FROM information_schema.tables", "SELECT * FROM duckdb_settings()", "PRAGMA database_list", "nonsense", "",
        "SELECT nothing FROM gaj.person", "SELECT CAST(name AS INTEGER) FROM gaj.person",
    ],
)  # fmt: skip
def test_anything_else_is_refused_in_words(table, analyst, sql):
    with pytest.raises(Invalid) as error:
        ask(analyst, sql)
    assert error.value.problems[0].path == "sql"


def test_a_question_needs_a_purpose(table, analyst):
    with pytest.raises(Invalid):
        run_sql(people.actor(analyst), "SELECT 1", purpose="")


def test_without_the_log_there_is_no_answer(table, analyst, monkeypatch):
    def broken(**_values):
        raise OSError("the log is full")

    monkeypatch.setattr("citybrain.hub.data.workbench.actions.run_sql.log_read", broken)
    with pytest.raises(OSError, match="full"):
        ask(analyst, "SELECT count(*) FROM gaj.person")


def test_the_page_answers_refuses_and_exports(table, analyst, client, django_assert_max_num_queries):
    client.force_login(analyst)
    client.get("/data/workbench/")
    with django_assert_max_num_queries(14):
        page = client.get("/data/workbench/").content.decode()
    assert "gaj.person" in page
    sent = {"sql": "SELECT name FROM gaj.person", "purpose": WHY}
    assert "张*" in client.post("/data/workbench/", sent).content.decode()
    assert client.post("/data/workbench/", {**sent, "sql": "DROP TABLE gaj.person"}).status_code == 422
    export = client.post("/data/workbench/export/", sent)
    assert "张*" in export.content.decode("utf-8-sig")
    assert client.get("/data/workbench/?lang=en").status_code == 200
