"""Many realistic cases: a few dozen real ones made through the doors, multiplied in SQL.

The samples are the happy journeys of the shipped packs, in several counties, stopped at different steps or taken to
the archive. Copies get fresh ids, numbers, names, applicants and dates (finished ones over three years, open ones over
the last three working days). Copied: case, materials, tasks, clocks, transitions. Not copied: papers and audit rows.
Constraints and triggers rest while copying; indexes of these tables are made anew afterwards when it is many.
"""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import psycopg
import yaml

from bench._figures import say

COUNTIES = ("350902", "350981", "350982", "350921", "350922", "350926")
TABLES = ("cases_case", "cases_material", "cases_task", "cases_clock", "cases_transition")
OPEN_SHARE = 0.08  # of all cases; the rest is finished and archived
REBUILD_FROM, CHUNK = 50_000, 20_000


def samples() -> list[tuple[str, bool]]:
    """Real cases: (id, finished). Journeys that cannot be played in a county are left out."""
    from django.conf import settings
    from django.db import transaction

    made: list[tuple[str, bool]] = []
    for path in sorted(settings.PACKS_DIR.glob("*/journeys/*happy*.yaml")):
        journey = yaml.safe_load(path.read_text(encoding="utf-8"))
        for county in COUNTIES:
            for cut in (1, 2, 3, 99):
                try:
                    with transaction.atomic():
                        made.append(play(journey, county, cut))
                except Exception:
                    break
    return made


def play(journey: dict[str, Any], county: str, cut: int) -> tuple[str, bool]:
    """One journey as far as ``cut`` acts."""
    from citybrain.hub.cases import api as cases
    from citybrain.hub.cases.journeys import act_verb
    from citybrain.hub.identity.actions.stand_in import for_journey
    from citybrain.hub.matters.journeys import apply_verb
    from citybrain.kernel.actor import Actor

    given = dict(journey.get("given") or {})
    given["organisation"] = county + str(given.get("organisation", ""))[6:]
    world: Any = SimpleNamespace(given=given, case=None, names={}, at=None)
    world.actor = lambda role: for_journey(world, role)
    left = cut
    for step in journey["steps"]:
        if "apply" in step:
            if "bundle" in step["apply"]:
                raise LookupError("bundles are not multiplied")
            apply_verb(world, step["apply"])
        elif "act" in step and left > 0:
            act_verb(world, step["act"])
            left -= 1
    record = world.case
    if record.state == "closed":
        record = cases.act(record.id, "archive", by=Actor.system("bench.preload"))
    return str(record.id), bool(record.finished)


def columns(link: psycopg.Connection, table: str) -> list[tuple[str, str]]:
    return link.execute(
        "select column_name, data_type from information_schema.columns where table_schema = 'public' "
        "and table_name = %s and is_generated = 'NEVER' order by ordinal_position", [table],
    ).fetchall()  # fmt: skip


HAN = "宁德福安鼎霞浦古田屏南寿周柘荣蕉城山海云水龙凤金玉春秋东西南北大小明亮华兴盛和顺安康福禄"
WORD = "substr(%s, 1 + (m.n * 7 %% 40)::int, 1) || substr(%s, 1 + (m.n / 40 * 11 %% 40)::int, 1) || substr(%s, 1 + (m.n / 1600 * 13 %% 40)::int, 1)" % (("'" + HAN + "'",) * 3)  # fmt: skip
NEW_WORDS = f"array_to_tsvector(array[left({WORD}, 2), right({WORD}, 2)])"
CHANGED = {
    ("cases_case", "id"): "m.new_id",
    ("cases_case", "case_no"): "left(t.case_no, least(length(t.case_no) - 9, 34)) || lpad(m.n::text, 9, '0')",
    ("cases_case", "idempotency_key"): "null",
    ("cases_case", "title"): f"left({WORD} || ' ' || t.title, 200)",
    ("cases_case", "subject_id"): "md5('s' || m.n / 3)::uuid",
    ("cases_case", "person_id"): "md5('p' || m.n / 3)::uuid",
    (
        "cases_case",
        "subject_name_index",
    ): "case when t.subject_name_index = '' then '' else left(md5('a' || m.n / 3) || md5('b' || m.n / 3), length(t.subject_name_index)) end",
    (
        "cases_case",
        "subject_number_index",
    ): "case when t.subject_number_index = '' then '' else left(md5('c' || m.n / 3) || md5('d' || m.n / 3), length(t.subject_number_index)) end",
    ("cases_case", "overdue_told"): "true",
    ("cases_case", "search"): f"t.search || {NEW_WORDS}",
    ("cases_task", "search"): f"t.search || {NEW_WORDS}",
}


def copy_sql(link: psycopg.Connection, table: str) -> str:
    """INSERT … SELECT of one table's copies for the rows of ``bench_map``."""
    names, values = [], []
    for name, kind in columns(link, table):
        names.append(f'"{name}"')
        if (table, name) in CHANGED:
            values.append(CHANGED[table, name])
        elif name == "id":
            values.append("uuidv7(m.shift)")
        elif name == "case_id":
            values.append("m.new_id")
        elif kind.startswith("timestamp"):
            values.append(f't."{name}" + m.shift')
        else:
            values.append(f't."{name}"')
    key = "id" if table == "cases_case" else "case_id"
    return (
        f"insert into {table} ({', '.join(names)}) select {', '.join(values)} "
        f"from bench_map m join {table} t on t.{key} = m.old_id order by m.at"
    )


MAP = """
insert into bench_map
select x.old_id, uuidv7(x.shift), x.n, x.shift, x.shift
  from (select s.id as old_id, g.n,
               case when s.finished then -(31 + random() * 1060) * interval '1 day' - random() * interval '9 hours'
                    else -random() * random() * interval '3 days' end as shift
          from generate_series(%s::bigint, %s::bigint) as g(n)
          join bench_sample s on s.place = case when g.n %% 1000 < %s then g.n %% %s else %s + g.n %% %s end) x
"""


def fill(url: str, target: int, *, made: list[tuple[str, bool]] | None = None) -> tuple[int, float]:
    """Bring the number of cases to ``target``; returns how many there are and the seconds it took."""
    began = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as link:
        there = link.execute("select count(*) from cases_case").fetchone()[0]
        if there >= target:
            return there, 0.0
        made = made or samples()
        open_ones = [i for i, finished in made if not finished]
        done = [i for i, finished in made if finished]
        say(f"    {len(made)} real sample cases ({len(open_ones)} open, {len(done)} archived) through the doors in "
            f"{time.perf_counter() - began:.0f} s; multiplying")  # fmt: skip
        link.execute("set session_replication_role = replica; set synchronous_commit = off; set work_mem = '128MB';"
                     "set maintenance_work_mem = '512MB'")  # fmt: skip
        link.execute("create temp table bench_sample (place int, id uuid, finished bool);"
                     "create temp table bench_map (old_id uuid, new_id uuid, n bigint, shift interval, at interval)")  # fmt: skip
        for place, (case_id, finished) in enumerate(
            [(i, False) for i in open_ones] + [(i, True) for i in done]
        ):
            link.execute("insert into bench_sample values (%s, %s, %s)", [place, case_id, finished])
        multiply(link, there, target, len(open_ones), len(done))
        there = link.execute("select count(*) from cases_case").fetchone()[0]
    return there, time.perf_counter() - began


def multiply(link: psycopg.Connection, there: int, target: int, open_ones: int, done: int) -> None:
    missing = target - there
    kept = without_indexes(link) if missing >= REBUILD_FROM else []
    sql = [copy_sql(link, table) for table in TABLES]
    for first in range(there + 1, target + 1, CHUNK):
        last = min(first + CHUNK - 1, target)
        with link.transaction():
            link.execute("truncate bench_map")
            link.execute(MAP, [first, last, int(OPEN_SHARE * 1000), open_ones, open_ones, done])
            for statement in sql:
                link.execute(statement)
    for definition in kept:
        link.execute(definition)
    link.execute(f"vacuum analyze {', '.join(TABLES)}")
    link.execute("checkpoint")


def without_indexes(link: psycopg.Connection) -> list[str]:
    """Drop the plain indexes of the copied tables; returns the statements that make them again."""
    rows = link.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index i "
        "left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u', 'x') "
        "where i.indrelid = any(%s::regclass[]) and c.oid is null", [list(TABLES)],
    ).fetchall()  # fmt: skip
    for name, _definition in rows:
        link.execute(f"drop index {name}")
    return [definition for _name, definition in rows]
