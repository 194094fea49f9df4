"""The limit of a life of a case: the same rows written into the same server by pgbench, without our software.

The rows are those that lives really wrote (counted by PostgreSQL's own statistics), copied into tables of the same
shape and indexes in a schema of their own. pgbench writes them in as many transactions as a life has writing steps.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg

from citybrain.project import postgres

STEPS = 12  # writing transactions of a life: draft, four pages, submit, five acts, rating
SCHEMA = "bench_limit"
SKIPPED = {"bench_sample", "bench_map", "project_setup"}


def counts(link: psycopg.Connection) -> dict[str, tuple[int, int, int]]:
    """Rows inserted, updated, deleted, by table, since the server began."""
    link.execute("select pg_stat_force_next_flush()")
    rows = link.execute(
        "select relname, n_tup_ins, n_tup_upd, n_tup_del from pg_stat_user_tables where schemaname = 'public'"
    ).fetchall()
    return {name: (i, u, d) for name, i, u, d in rows if name not in SKIPPED}


def per_life(before: dict, after: dict, lives: int) -> dict[str, tuple[float, float]]:
    """Inserted and updated rows of one life, by table."""
    found = {}
    for table, (inserted, updated, _deleted) in after.items():
        first = before.get(table, (0, 0, 0))
        each = ((inserted - first[0]) / max(1, lives), (updated - first[1]) / max(1, lives))
        if max(each) >= 0.3:
            found[table] = each
    return found


def prepare(link: psycopg.Connection, rows: dict[str, tuple[float, float]]) -> str:
    """Tables of the same shape with the rows of a life as samples; returns pgbench's script."""
    link.execute(f"drop schema if exists {SCHEMA} cascade; create schema {SCHEMA}")
    parts: list[list[str]] = [[] for _ in range(STEPS)]
    for table, (inserted, updated) in rows.items():
        many = round(inserted)
        if many:
            link.execute(f"create table {SCHEMA}.{table} (like public.{table} including defaults)")
            link.execute(
                f"create table {SCHEMA}.sample_{table} as select (row_number() over ())::int as place_, t.* "
                f"from (select * from public.{table} order by ctid desc limit {many}) t"
            )
            copy_indexes(link, table)
            spread(link, table, many, parts)
        if table == "cases_case":
            for turn in range(round(updated)):
                parts[turn % STEPS].append(
                    f"update {SCHEMA}.cases_case set revision = revision + 1, updated_at = now(), "
                    f"state = state, due_at = now() where id = :case_id::uuid;"
                )
    body = [f"begin;\n{chr(10).join(part)}\nend;" for part in parts if part]
    return "select uuidv7()::text as case_id \\gset\n" + "\n".join(body) + "\n"


def copy_indexes(link: psycopg.Connection, table: str) -> None:
    definitions = link.execute(
        "select indexdef from pg_indexes where schemaname = 'public' and tablename = %s", [table]
    ).fetchall()
    for number, (text,) in enumerate(definitions):
        text = re.sub(
            r"^CREATE (UNIQUE )?INDEX \S+ ON public\.",
            f"CREATE INDEX x{number}_{table[:40]} ON {SCHEMA}.",
            text,
        )
        link.execute(text)


def spread(link: psycopg.Connection, table: str, many: int, parts: list[list[str]]) -> None:
    """Insert statements for a table's rows, spread over the steps; the first step writes the case itself."""
    kinds = link.execute(
        "select column_name, data_type from information_schema.columns where table_schema = %s and table_name = %s "
        "order by ordinal_position", [SCHEMA, table],
    ).fetchall()  # fmt: skip
    names, values = [], []
    for name, kind in kinds:
        names.append(f'"{name}"')
        if name == "id" and kind == "uuid":
            values.append(":case_id::uuid" if table == "cases_case" else "uuidv7()")
        else:
            values.append(":case_id::uuid" if name == "case_id" and kind == "uuid" else f'"{name}"')
    shares: dict[int, list[int]] = {}
    for place in range(many):
        shares.setdefault(place % STEPS, []).append(place + 1)
    for step, places in shares.items():
        parts[step].append(
            f"insert into {SCHEMA}.{table} ({', '.join(names)}) select {', '.join(values)} "
            f"from {SCHEMA}.sample_{table} where place_ in ({', '.join(map(str, places))});"
        )


def run(
    server: postgres.Server, script: str, seconds: int, clients: int, say: Callable[[str], None]
) -> float:
    """Lives a second that pgbench writes."""
    with tempfile.TemporaryDirectory(prefix="citybrain-limit-") as folder:
        path = Path(folder) / "life.sql"
        path.write_text(script)
        argv = [
            str(server.binaries() / "pgbench"), "-n", "-c", str(clients), "-j", "2", "-T", str(seconds),
            "-M", "prepared", "-f", str(path), "-h", "127.0.0.1", "-p", str(server.port), "-U", postgres.ROLE,
            postgres.DATABASE,
        ]  # fmt: skip
        done = subprocess.run(argv, env={"PGPASSWORD": server.password(), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
                              capture_output=True, text=True)  # fmt: skip
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or not found:
        say(done.stdout[-500:] + done.stderr[-1500:])
        raise RuntimeError("pgbench failed")
    return float(found[1])
