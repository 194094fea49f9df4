"""What the launcher itself must know before Django starts: addresses, folders, mode.

Reads ``CITYBRAIN_*`` and ``DATABASE_URL`` from the environment and, for what is not set there, from the file
``settings.env`` beside the launcher (see ``settings.sample.env``). Refuses ports that are not numbers.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


class Refusal(Exception):
    """Something the person has to change first; the message says what."""


def read_env_file(path: Path) -> dict[str, str]:
    """KEY=VALUE lines of a settings file; empty lines and # comments are skipped."""
    values = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        line = line.strip()
        if line and not line.startswith("#") and "=" in line:
            key, _, value = line.partition("=")
            values[key.strip()] = value.strip().strip('"').strip("'")
    return values


def load_env_file() -> None:
    """Fill the environment from settings.env without overriding what is set."""
    path = Path(os.environ.get("CITYBRAIN_ENV_FILE", str(ROOT / "settings.env")))
    for key, value in read_env_file(path).items():
        os.environ.setdefault(key, value)


def number(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "") or str(default)
    if not text.isdigit() or not 0 <= int(text) <= 65535:
        raise Refusal(f"{name}={text} is not a number between 0 and 65535.")
    return int(text)


@dataclass(frozen=True)
class Config:
    """Settings of one start. ``database_url`` is empty when the embedded PostgreSQL is to be used."""

    host: str
    port: int
    live_port: int
    db_port: int
    data_dir: Path
    packs_dir: Path
    mode: str
    database_url: str
    web_workers: int
    web_threads: int
    workers: int

    @property
    def address(self) -> str:
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - only compared
        return f"http://{host}:{self.port}"

    @property
    def run_dir(self) -> Path:
        return self.data_dir / "run"

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "logs"


def load(env: Mapping[str, str] | None = None) -> Config:
    """Config from the environment. Defaults: loopback only, ports 8000/8001, PostgreSQL on 15432."""
    env = os.environ if env is None else env
    mode = env.get("CITYBRAIN_MODE", "demo")
    if mode not in {"demo", "production"}:
        raise Refusal(f"CITYBRAIN_MODE={mode}: only demo or production is known.")
    port = number(env, "CITYBRAIN_PORT", 8000)
    return Config(
        host=env.get("CITYBRAIN_HOST", "127.0.0.1"),
        port=port,
        live_port=number(env, "CITYBRAIN_LIVE_PORT", port + 1),
        db_port=number(env, "CITYBRAIN_DB_PORT", 15432),
        data_dir=Path(env.get("CITYBRAIN_DATA_DIR", str(ROOT / "data"))).resolve(),
        packs_dir=Path(env.get("CITYBRAIN_PACKS_DIR", str(ROOT / "packs"))).resolve(),
        mode=mode,
        database_url=env.get("DATABASE_URL", ""),
        web_workers=number(env, "CITYBRAIN_WEB_WORKERS", 2) or 1,
        web_threads=number(env, "CITYBRAIN_WEB_THREADS", 4) or 1,
        workers=number(env, "CITYBRAIN_WORKERS", 1),
    )
