"""What ``up`` does once and then remembers: schema, static files, packs, translations.

A step is skipped when its fingerprint equals the one written after it last succeeded. Fingerprints of work in the
database are kept in that database, so that a dropped or exchanged database is set up again.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from citybrain.project.config import ROOT, Config, Refusal

SRC = ROOT / "src"
POSTGRES_OLDEST, POSTGRES_NEWEST = 15, 18
EXTENSIONS = ("pg_trgm", "btree_gist", "btree_gin", "ltree", "unaccent", "hstore", "citext")
TABLE = "create table if not exists project_setup (step text primary key, fingerprint text not null)"


def digest(paths: Iterable[Path], *extra: str) -> str:
    """SHA-256 over names and contents."""
    total = hashlib.sha256(repr(extra).encode())
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path).encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def files_under(top: Path) -> list[Path]:
    return [p for p in top.rglob("*") if p.is_file() and "__pycache__" not in p.parts] if top.exists() else []


def schema_fingerprint() -> str:
    lock = ROOT / "requirements.lock"  # libraries bring migrations, too
    return digest([*SRC.glob("citybrain/**/migrations/*.py"), lock])


def packs_fingerprint(config: Config) -> str:
    code = [*SRC.glob("citybrain/**/pack.py"), *SRC.glob("citybrain/hub/packs/**/*.py")]
    return digest([*files_under(config.packs_dir), *code], config.mode, schema_fingerprint())


def static_fingerprint() -> str:
    folders = [p for p in SRC.glob("citybrain/**/static") if p.is_dir() and "node_modules" not in p.parts]
    return digest(
        [f for folder in folders for f in files_under(folder)], (ROOT / "requirements.lock").read_text()
    )


class Memory:
    """Fingerprints kept in the database itself."""

    def __init__(self, url: str) -> None:
        import psycopg

        try:
            self.connection = psycopg.connect(url, autocommit=True, connect_timeout=10)
        except (psycopg.OperationalError, psycopg.ProgrammingError) as problem:
            said = str(problem).strip().splitlines()[0]
            raise Refusal(f"PostgreSQL does not answer: {said} (is DATABASE_URL right?)") from problem
        major = self.connection.info.server_version // 10000
        if not POSTGRES_OLDEST <= major <= POSTGRES_NEWEST:
            self.connection.close()
            raise Refusal(f"PostgreSQL {major} is not supported; use {POSTGRES_OLDEST} to {POSTGRES_NEWEST}.")
        self.version = major
        self.connection.execute(TABLE)

    def extensions(self) -> None:
        """The extensions we use; all are trusted, so the database's owner may create them."""
        for name in EXTENSIONS:
            self.connection.execute(f"create extension if not exists {name}")

    def get(self, step: str) -> str:
        row = self.connection.execute(
            "select fingerprint from project_setup where step = %s", [step]
        ).fetchone()
        return row[0] if row else ""

    def put(self, step: str, fingerprint: str) -> None:
        self.connection.execute(
            "insert into project_setup values (%s, %s) on conflict (step) do update set fingerprint = excluded.fingerprint",
            [step, fingerprint],
        )

    def close(self) -> None:
        self.connection.close()


def run(arguments: list[str], *, env: dict[str, str], log: Path, what: str) -> str:
    """Run one of our own commands; its output goes to the log and, when it fails, its end to the person."""
    argv = [sys.executable, "-m", *arguments]
    done = subprocess.run(argv, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode(errors="replace")
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "a", encoding="utf-8") as out:
        out.write(f"--- {' '.join(arguments)}\n{text}")
    if done.returncode:
        tail = "\n".join(text.strip().splitlines()[-15:])
        raise Refusal(f"{what} failed (log: {log}):\n{tail}")
    return text


def manage(*arguments: str) -> list[str]:
    return ["citybrain.project.manage", *arguments]


def environment(config: Config, url: str) -> dict[str, str]:
    """Environment of every process we start for Django."""
    return {
        **os.environ,
        "PYTHONPATH": str(SRC),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "citybrain.project.settings",
        "DATABASE_URL": url,
        "CITYBRAIN_MODE": config.mode,
        "CITYBRAIN_HOST": config.host,
        "CITYBRAIN_PORT": str(config.port),
        "CITYBRAIN_LIVE_PORT": str(config.live_port),
        "CITYBRAIN_DATA_DIR": str(config.data_dir),
        "CITYBRAIN_PACKS_DIR": str(config.packs_dir),
        "CITYBRAIN_STATIC_ROOT": str(config.data_dir / "static"),
        "CITYBRAIN_HASHED_STATIC": "1",
    }
