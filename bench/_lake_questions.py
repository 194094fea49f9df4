"""Questions to the lake beside the same questions to raw DuckDB on raw Parquet: ratios, look-ups, sixteen readers at once."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from bench import _lake_rows as rows
from bench._figures import quantile, say

RUNS = 3
AIM_RATIO, AIM_LOOKUP = 1.2, 300.0
DAY = datetime(2026, 6, 14, 16, tzinfo=UTC)  # midnight of the city's clock
READERS, TURNS = 16, 6
PLAIN = {
    "scan": "SELECT count(*), sum(value), max(noted_at) FROM bench.reading",
    "filter": "SELECT count(*), avg(value) FROM bench.reading WHERE metric = 'pm25' AND value > 75",
    "group-by": "SELECT metric, count(*), avg(value) FROM bench.reading GROUP BY metric ORDER BY metric",
    "org x month": "SELECT organisation, date_trunc('month', noted_at) AS m, count(*), sum(amount) FROM bench.transaction GROUP BY 1, 2 ORDER BY 1, 2",
    "day slice": "SELECT count(*), sum(amount) FROM bench.transaction WHERE noted_at >= $since AND noted_at < $until",
    "top-k": "SELECT id, amount FROM bench.transaction ORDER BY amount DESC, id LIMIT 100",
    "distinct": "SELECT count(DISTINCT person) FROM bench.transaction",
    "join": "SELECT p.sex, count(*), sum(c.fee) FROM bench.case c JOIN bench.person p ON c.person = p.number GROUP BY 1 ORDER BY 1",
}  # fmt: skip
TRANSACTION = "bench.transaction"
PERSON = "SELECT id, kind, amount, noted_at FROM bench.transaction WHERE person = $person ORDER BY id"


def asked(name: str):
    """A question of ours, with the filter that prunes files where it has one."""
    from pyiceberg.expressions import And, GreaterThanOrEqual, LessThan

    from citybrain.hub.data.lake.reading import Asked

    if name != "day slice":
        return Asked(PLAIN[name], seconds=3600)
    until = DAY + timedelta(days=1)
    only = And(GreaterThanOrEqual("noted_at", DAY.isoformat()), LessThan("noted_at", until.isoformat()))
    return Asked(PLAIN[name], {"since": DAY, "until": until}, {"bench.transaction": only}, seconds=3600)


def by_person(number: str):
    """All transactions of one person, through the keyed hash files are clustered by."""
    from pyiceberg.expressions import EqualTo

    from citybrain.hub.data.lake.keys import lookup_key
    from citybrain.hub.data.lake.reading import Asked

    key = lookup_key(number)
    sql = PERSON.replace("WHERE", "WHERE _key = $key AND")
    return Asked(sql, {"key": key, "person": number}, {TRANSACTION: EqualTo("_key", key)}, seconds=3600)


def raw_sql(sql: str, folder: Path, *, copies: bool) -> str:
    """The same over raw Parquet: the generated copies, or the tables' own files when there was no room for copies."""
    for kind in rows.kinds(1):
        if kind.name in sql:
            where = f"'{folder}/lake/raw/{kind.name}/**/*.parquet'" if copies else own_files(kind.name)
            sql = sql.replace(kind.name, f"read_parquet({where})")
    return sql


def own_files(name: str) -> str:
    """The files of the table as it is now, as a list of the engine; not those that compaction has replaced."""
    from citybrain.hub.data.lake import planning, tables

    return f"[{', '.join(repr(entry.path) for entry in planning.plan(tables.table(name)).data)}]"


def raw(sql: str, params: dict) -> list:
    """Raw DuckDB with our engine's memory and threads."""
    from citybrain.hub.data.lake.engine import cursor
    from citybrain.hub.data.lake.reading import tuples

    with cursor(3600) as made:
        return tuples(made.execute(sql, params or None).to_arrow_table())


def best(ask: Callable[[], list]) -> tuple[float, list]:
    began = time.perf_counter()
    found = ask()
    return time.perf_counter() - began, found


def compare(folder: Path, *, copies: bool) -> dict[str, float]:
    """Each question in turns, ours and raw; the best of three each. Seconds of ours by name."""
    from citybrain.hub.data.lake import reading

    say(f"    {'question':<16}{'raw s':>9}{'ours s':>9}{'ratio':>8}")
    taken = {}
    for name in PLAIN:
        question, ours, limit = asked(name), [], []
        for _ in range(RUNS):
            limit.append(
                best(lambda q=question: raw(raw_sql(q.sql, folder, copies=copies), dict(q.params or {})))
            )
            ours.append(best(lambda q=question: reading.query(q).rows))
        left, right = min(t for t, _r in ours), min(t for t, _r in limit)
        taken[name] = left
        missed = "   aim missed" if left / right > AIM_RATIO else ""
        missed += "" if rounded(ours[0][1]) == rounded(limit[0][1]) else "   ANSWERS DIFFER"
        say(f"    {name:<16}{right:>9.3f}{left:>9.3f}{left / right:>8.2f}{missed}")
    return taken


def rounded(found: list) -> list:
    """Sums of floating-point numbers depend on their order: ten digits have to agree."""
    return [tuple(float(f"{v:.10g}") if isinstance(v, float) else v for v in row) for row in found]


def lookups(
    folder: Path, total: int, *, copies: bool, again: bool = False, count: int = 100
) -> tuple[float, float]:
    """p50 and p95 in milliseconds of finding one person's transactions, beside raw DuckDB looking through everything."""
    from citybrain.hub.data.lake import planning, reading, tables

    people = next(k for k in rows.kinds(total) if k.name == "bench.person").rows(total)
    chosen = [f"9{random.Random(n).randrange(people):017}" for n in range(count)]
    found = tables.table(TRANSACTION)
    opened = [len(planning.plan(found, by_person(n).filters[TRANSACTION]).data) for n in chosen]
    times = [best(lambda n=number: reading.query(by_person(n)).rows)[0] * 1000 for number in chosen]
    p50, p95 = quantile(times, 0.5), quantile(times, 0.95)
    beside = ""
    if not again:
        limit = [
            best(lambda n=number: raw(raw_sql(PERSON, folder, copies=copies), {"person": n}))[0] * 1000
            for number in chosen[:5]
        ]
        beside = f"   raw scan p50 {quantile(limit, 0.5):.0f} ms   ratio {p50 / quantile(limit, 0.5):.2f}"
    say(f"    {'… after it' if again else 'person by _key':<18} p50 {p50:.0f} ms   p95 {p95:.0f} ms   "
        f"{sum(opened) / count:.1f} of {len(planning.plan(found).data)} files opened{beside}"
        f"{'' if p95 <= AIM_LOOKUP else '   aim missed'}")  # fmt: skip
    return p50, p95


def compact() -> int:
    """The upkeep that the city does by itself, now: rows of the transactions rewritten, and how fast."""
    from citybrain.hub.data.lake import tables
    from citybrain.hub.data.lake.compaction import gather_marks, need, rewrite

    began, done, turns = time.perf_counter(), 0, 0
    gather_marks(TRANSACTION)
    while turns < 6 and (groups := need(tables.table(TRANSACTION)).groups):
        done, turns = done + sum(rewrite(TRANSACTION, group) for group in groups), turns + 1
    taken = time.perf_counter() - began
    if done:
        say(
            f"    compaction         {done:,} rows in {taken:,.0f} s, {done / taken:,.0f} rows/s, {turns} round(s)"
        )
    else:
        say("    compaction         nothing to do: the table is in order")
    return done


def together(total: int) -> None:
    """Sixteen readers at once, mixed questions; failures and the most memory this process took."""
    from citybrain.hub.data.lake import reading

    failures, done, high, stop = [], [], [0], threading.Event()

    def watch() -> None:
        process = psutil.Process()
        while not stop.wait(0.05):
            high[0] = max(high[0], process.memory_info().rss)

    def read(number: int) -> None:
        names = list(PLAIN)
        for turn in range(TURNS):
            question = (
                by_person(f"9{number * 7 + turn:017}")
                if turn % 2
                else asked(names[(number + turn) % len(names)])
            )
            try:
                done.append(best(lambda q=question: reading.query(q).rows)[0] * 1000)
            except Exception as error:
                failures.append(repr(error)[:120])

    before = psutil.Process().memory_info().rss
    threads = [threading.Thread(target=read, args=(n,)) for n in range(READERS)]
    watching = threading.Thread(target=watch)
    began = time.perf_counter()
    for thread in (watching, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    stop.set()
    watching.join()
    taken = time.perf_counter() - began
    say(f"    {READERS} readers at once  {len(done)} answers, {len(failures)} failures, {len(done) / taken:.1f}/s, p95 {quantile(done, 0.95):.0f} ms, "
        f"memory {before / 2**20:.0f} MiB before, {high[0] / 2**20:.0f} MiB at most")  # fmt: skip
    for text in sorted(set(failures))[:3]:
        say(f"      {text}")


def distributed(taken: dict[str, float]) -> None:
    """The same questions to a Sail cluster of two workers over the same tables."""
    import os

    from django.test.utils import override_settings

    try:
        from pysail.spark import SparkConnectServer
    except ImportError:
        say("    no Sail here (a development dependency): distributed ratio not measured")
        return
    from citybrain.hub.data.lake import distributed as cluster
    from citybrain.hub.data.lake import reading

    os.environ.update(
        SAIL_MODE="local-cluster", SAIL_CLUSTER__WORKER_INITIAL_COUNT="2", SAIL_CLUSTER__WORKER_MAX_COUNT="2"
    )
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    with override_settings(LAKE_ENGINE="sc://{}:{}".format(*server.listening_address)):
        for name, embedded in taken.items():
            question = asked(name)
            try:
                runs = [best(lambda q=question: cluster.query(q).rows) for _ in range(2)]
            except Exception as error:
                say(f"    {name:<16}failed: {str(error)[:100]}")
                continue
            seconds = min(t for t, _r in runs)
            equal = rounded(runs[0][1]) == rounded(reading.query(question).rows)
            say(
                f"    {name:<16}{seconds:>9.3f} s   ratio to embedded {seconds / embedded:.2f}{'' if equal else '   ANSWERS DIFFER'}"
            )
        cluster.forget()
    server.stop()
