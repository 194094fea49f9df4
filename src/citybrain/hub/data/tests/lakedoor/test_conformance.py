"""One dialect, two engines: the same questions get the same answers from this process and from a cluster."""

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from citybrain.hub.data.lake import engines, reading
from citybrain.hub.data.lake.reading import Asked
from citybrain.hub.data.models import Item, Resource
from citybrain.hub.data.tests import factories
from citybrain.hub.data.tests.lakedoor.conftest import QUIET

pytestmark = [pytest.mark.django_db, QUIET]

VISITS = [
    ("id", "integer", {}), ("person", "text", {}), ("kind", "text", {}), ("fee", "number", {}), ("score", "real", {}),
    ("done", "bool", {}), ("day", "date", {}), ("at", "datetime", {}), ("division", "text", {}),
]  # fmt: skip
NAMES = ["张三", "李四", "欧阳娜娜", None, "王𬇙", "O'Neil", "", "陈 小明"]
KINDS = ["办证", "咨询", "投诉", "abc", "ABC"]
COUNTIES = ["350902", "350921", "350981"]
QUERIES = {
    "count": "SELECT count(*), count(fee), count(DISTINCT kind) FROM wjw.visit",
    "sums of exact numbers": "SELECT sum(fee), min(fee), max(fee) FROM wjw.visit",
    "averages": "SELECT avg(fee), avg(score), avg(id) FROM wjw.visit",
    "sums of whole numbers": "SELECT sum(id), sum(id * 1000000000) FROM wjw.visit",
    "no rows": "SELECT sum(fee), count(*), max(day) FROM wjw.visit WHERE id < 0",
    "group": "SELECT kind, count(*) AS n, sum(fee) AS fee FROM wjw.visit GROUP BY kind ORDER BY kind",
    "group by month": "SELECT date_trunc('month', at) AS m, count(*) AS n FROM wjw.visit GROUP BY 1 ORDER BY 1",
    "group by day on the city's clock": "SELECT CAST(at AS DATE) AS d, count(*) FROM wjw.visit GROUP BY 1 ORDER BY 1",
    "group by county": "SELECT substr(division, 1, 6) || '000000' AS c, count(*) FROM wjw.visit GROUP BY 1 ORDER BY 1",
    "having": "SELECT kind FROM wjw.visit GROUP BY kind HAVING count(*) > 20 ORDER BY kind DESC",
    "filtered counts": "SELECT count(*) FILTER (WHERE done), count(*) FILTER (WHERE NOT done) FROM wjw.visit",
    "unknown is no answer": "SELECT count(*) FROM wjw.visit WHERE done = false OR done = true",
    "unknown last": "SELECT id, fee FROM wjw.visit ORDER BY fee, id LIMIT 10",
    "unknown last backwards": "SELECT id, fee FROM wjw.visit ORDER BY fee DESC, id LIMIT 10",
    "unknown first when asked": "SELECT id, day FROM wjw.visit ORDER BY day NULLS FIRST, id LIMIT 10",
    "page": "SELECT id FROM wjw.visit ORDER BY id LIMIT 5 OFFSET 7",
    "chinese equality": "SELECT count(*) FROM wjw.visit WHERE person = '张三'",
    "chinese like": "SELECT count(*) FROM wjw.visit WHERE person LIKE '%阳%'",
    "chinese order": "SELECT DISTINCT person FROM wjw.visit WHERE person IS NOT NULL ORDER BY person",
    "chinese length": "SELECT DISTINCT person, length(person) FROM wjw.visit ORDER BY 1, 2",
    "quote in text": "SELECT count(*) FROM wjw.visit WHERE person = 'O''Neil'",
    "backslash in text": r"SELECT '\n' || person FROM wjw.visit WHERE id = 1",
    "case": "SELECT upper(kind), lower(kind), count(*) FROM wjw.visit GROUP BY 1, 2 ORDER BY 1, 2",
    "ilike": "SELECT count(*) FROM wjw.visit WHERE kind ILIKE 'aBc'",
    "text functions": "SELECT DISTINCT replace(kind, '办', 'x'), left(kind, 1), right(kind, 1) FROM wjw.visit ORDER BY 1",
    "trim and position": "SELECT DISTINCT trim(person), strpos(person, '小') FROM wjw.visit ORDER BY 1, 2",
    "concat skips unknown": "SELECT id, concat(person, '-', kind) FROM wjw.visit ORDER BY id LIMIT 9",
    "bars do not": "SELECT id, person || '-' || kind FROM wjw.visit ORDER BY id LIMIT 9",
    "coalesce": "SELECT coalesce(person, '不详') AS p, count(*) FROM wjw.visit GROUP BY 1 ORDER BY 1",
    "choice": "SELECT CASE WHEN fee > 50 THEN '高' WHEN fee IS NULL THEN '无' ELSE '低' END AS k, count(*) FROM wjw.visit GROUP BY 1 ORDER BY 1",
    "division": "SELECT id, id / 7, fee / 3, fee / 0, id // 7 FROM wjw.visit ORDER BY id LIMIT 8",
    "remainder and rounding": "SELECT id, id % 7, round(score, 2), floor(score), ceil(score) FROM wjw.visit ORDER BY id LIMIT 9",
    "exact products": "SELECT id, fee * 2, fee * fee, fee + 1 FROM wjw.visit ORDER BY id LIMIT 9",
    "share of a whole": "SELECT kind, sum(fee) / (SELECT sum(fee) FROM wjw.visit) AS s FROM wjw.visit GROUP BY kind ORDER BY kind",
    "dates": "SELECT year(day), month(day), count(*) FROM wjw.visit WHERE day >= DATE '2026-02-01' GROUP BY 1, 2 ORDER BY 1, 2",
    "days between": "SELECT id, date_diff('day', DATE '2026-01-01', day) FROM wjw.visit ORDER BY id LIMIT 9",
    "hours": "SELECT hour(at) AS h, count(*) FROM wjw.visit GROUP BY 1 ORDER BY 1",
    "moment with offset": "SELECT count(*) FROM wjw.visit WHERE at >= TIMESTAMPTZ '2026-02-01 00:00:00+08'",
    "moment as it is": "SELECT id, at FROM wjw.visit ORDER BY id LIMIT 5",
    "month as text": "SELECT strftime(at, '%Y-%m') AS m, count(*) FROM wjw.visit GROUP BY 1 ORDER BY 1",
    "join": "SELECT v.kind, c.name, count(*) FROM wjw.visit v JOIN std.county c ON substr(v.division, 1, 6) = c.code GROUP BY 1, 2 ORDER BY 1, 2",
    "left join": "SELECT c.code, count(v.id) FROM std.county c LEFT JOIN wjw.visit v ON c.code = substr(v.division, 1, 6) AND v.done GROUP BY 1 ORDER BY 1",
    "with": "WITH t AS (SELECT kind, count(*) AS n FROM wjw.visit GROUP BY kind) SELECT max(n), min(n) FROM t",
    "in a list": "SELECT count(*) FROM wjw.visit WHERE kind IN ('办证', '投诉') AND id NOT IN (1, 2)",
    "exists": "SELECT count(*) FROM std.county c WHERE EXISTS (SELECT 1 FROM wjw.visit v WHERE substr(v.division, 1, 6) = c.code)",
    "union": "SELECT kind FROM wjw.visit UNION SELECT name FROM std.county ORDER BY 1",
    "union all and except": "SELECT count(*) FROM (SELECT kind FROM wjw.visit EXCEPT SELECT 'abc') t",
    "row number": "SELECT id, row_number() OVER (PARTITION BY kind ORDER BY at, id) AS n FROM wjw.visit ORDER BY id LIMIT 12",
    "rank": "SELECT id, rank() OVER (ORDER BY kind) AS r, dense_rank() OVER (ORDER BY kind) AS d FROM wjw.visit ORDER BY id LIMIT 12",
    "running sum": "SELECT id, sum(fee) OVER (ORDER BY id) AS s FROM wjw.visit ORDER BY id LIMIT 12",
    "moving average": "SELECT id, avg(score) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS a FROM wjw.visit ORDER BY id LIMIT 12",
    "before and after": "SELECT id, lag(day) OVER (ORDER BY id) AS a, lead(day, 2) OVER (ORDER BY id) AS b FROM wjw.visit ORDER BY id LIMIT 9",
    "top of each": "SELECT kind, id FROM wjw.visit QUALIFY row_number() OVER (PARTITION BY kind ORDER BY id DESC) = 1 ORDER BY kind",
    "latest wins": "SELECT kind, arg_max(id, at) AS i FROM wjw.visit GROUP BY kind ORDER BY kind",
    "median": "SELECT median(score), stddev(score) FROM wjw.visit",
    "cast": "SELECT id, CAST(fee AS DOUBLE), CAST(id AS VARCHAR), TRY_CAST(kind AS BIGINT) FROM wjw.visit ORDER BY id LIMIT 5",
    "greatest": "SELECT id, greatest(fee, 50), least(id, 3), nullif(id, 3), abs(-id) FROM wjw.visit ORDER BY id LIMIT 9",
    "bool": "SELECT bool_and(done), bool_or(done), count(*) FROM wjw.visit WHERE done IS NOT NULL",
    "regular expression": "SELECT count(*) FROM wjw.visit WHERE regexp_matches(kind, '^[a-c]+$')",
}  # fmt: skip


def visits(count: int = 240) -> list[dict]:
    """Rows around midnight and month's end of the city's clock, with unknowns everywhere."""
    start = datetime(2026, 1, 30, 15, 59, tzinfo=UTC)
    return [
        {
            "id": n, "person": NAMES[n % 8], "kind": KINDS[n * 7 % 5], "fee": None if n % 11 == 0 else Decimal(n * 37 % 100) + Decimal("0.125"),
            "score": None if n % 13 == 0 else math.sin(n) * 100, "done": None if n % 17 == 0 else n % 3 == 0,
            "day": None if n % 19 == 0 else date(2026, 1, 1) + timedelta(days=n % 90), "at": start + timedelta(minutes=n * 17),
            "division": f"{COUNTIES[n % 3]}00{n % 10}000",
        }
        for n in range(1, count + 1)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def shared_lake(django_db_setup, django_db_blocker, tmp_path_factory):
    """Tables made once for all questions; nothing here writes."""
    from django.conf import settings

    from citybrain.hub.data.lake import catalog, engine

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(settings, "LAKE_WAREHOUSE", str(tmp_path_factory.mktemp("lake")))
        patch.setattr(settings, "LAKE_CATALOG", "conformance")
        factories.lake_resource("wjw.visit", VISITS, key_item="")
        factories.lake_resource("std.county", [("code", "text", {}), ("name", "text", {})], key_item="")
        rows = visits()
        for part in (rows[:100], rows[100:101], rows[101:]):
            factories.deliver("wjw.visit", part)
        names = zip([*COUNTIES, "350982"], ["蕉城区", "霞浦县", "福安市", "福鼎市"], strict=True)
        factories.deliver("std.county", [{"code": code, "name": name} for code, name in names])
        Item.objects.all().delete()
        Resource.objects.filter(pk__in=["wjw.visit", "std.county"]).delete()
        yield
        catalog.forget()
        engine.forget()


def same(left, right) -> bool:
    """Equal, floating point numbers to 12 digits."""
    if isinstance(left, float) and isinstance(right, float):
        return left == right or math.isclose(left, right, rel_tol=1e-12, abs_tol=1e-12)
    return type(left) is type(right) and left == right


def both(asked: Asked, settings, cluster) -> tuple[reading.Answer, reading.Answer]:
    settings.LAKE_ENGINE = "embedded"
    here = engines.query(asked)
    settings.LAKE_ENGINE = cluster
    return here, engines.query(asked)


def assert_same(asked: Asked, settings, cluster) -> reading.Answer:
    here, there = both(asked, settings, cluster)
    assert here.columns == there.columns
    assert len(here.rows) == len(there.rows)
    for left, right in zip(here.rows, there.rows, strict=True):
        assert all(map(same, left, right)), (left, right)
    return here


@pytest.mark.parametrize("name", QUERIES)
def test_both_engines_answer_the_same(name, shared_lake, cluster, settings):
    assert assert_same(Asked(QUERIES[name]), settings, cluster).rows


@pytest.mark.parametrize(
    "params",
    [
        ["张三", Decimal("3.5"), date(2026, 1, 5), datetime(2026, 1, 30, 16, tzinfo=UTC), True],
        ["x' OR '1'='1", Decimal("-1"), date(1990, 7, 1), datetime(1990, 7, 1, tzinfo=UTC), False],
        ["\\", None, None, None, None],
    ],
)
def test_values_stay_values(params, shared_lake, cluster, settings):
    sql = "SELECT count(*) FROM wjw.visit WHERE person = ? OR (fee > ? AND day > ? AND at >= ? AND done = ?)"
    assert_same(Asked(sql, params), settings, cluster)


def test_named_values(shared_lake, cluster, settings):
    sql = "SELECT id, $kind FROM wjw.visit WHERE kind = $kind AND id > $low ORDER BY id LIMIT 3"
    assert len(assert_same(Asked(sql, {"kind": "办证", "low": 9}), settings, cluster).rows) == 3


def test_as_it_was(lake, cluster, settings):
    factories.lake_resource("wjw.visit", VISITS, key_item="")
    sql = "SELECT count(*), max(id) FROM wjw.visit"
    moments = [datetime(2020, 1, 1, tzinfo=UTC)]
    for part in (visits()[:5], visits()[5:9]):
        factories.deliver("wjw.visit", part)
        moments.append(datetime.now(UTC))
    found = [assert_same(Asked(sql, as_of=at), settings, cluster).rows for at in (*moments, None)]
    assert found == [[(0, None)], [(5, 5)], [(9, 9)], [(9, 9)]]


def test_a_column_added_later_is_unknown_before(lake, cluster, settings):
    from citybrain.hub.data.lake import tables

    factories.lake_resource("wjw.visit", VISITS[:2], key_item="")
    asked = Asked("SELECT id, phone FROM wjw.visit ORDER BY id")
    factories.deliver("wjw.visit", [{"id": 1, "person": "张三"}])
    tables.add_columns("wjw.visit", [tables.LakeColumn("phone", "text")])
    assert assert_same(asked, settings, cluster).rows == [(1, None)]
    factories.deliver("wjw.visit", [{"id": 2, "phone": "138"}])
    assert assert_same(asked, settings, cluster).rows == [(1, None), (2, "138")]


def test_an_empty_table(lake, cluster, settings):
    factories.lake_resource("wjw.visit", VISITS, key_item="")
    assert assert_same(Asked("SELECT count(*), max(at) FROM wjw.visit"), settings, cluster).rows == [
        (0, None)
    ]
    assert assert_same(Asked("SELECT * FROM wjw.visit"), settings, cluster).rows == []
