"""Real servers on this machine for the tests of connectors: MariaDB, SFTP, MQTT, HTTP; each gone with its test."""

import asyncio
import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

POLL = 0.01  # seconds between two looks whether a server is to end: each test would wait half a second for its end


@contextlib.contextmanager
def http(answer: Callable[[str, dict[str, str]], tuple[int, Any]]) -> Iterator[str]:
    """A server that answers JSON by a function of path and headers; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer(self.path, dict(self.headers))
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_given: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextlib.contextmanager
def in_loop(begin: Callable[[], Any], end: Callable[[Any], Any]) -> Iterator[Any]:
    """Run an asynchronous server in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def do(work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    made = do(begin())
    try:
        yield made
    finally:
        do(end(made))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextlib.contextmanager
def sftp(folder: Path, user: str = "exchange", password: str = "open sesame") -> Iterator[tuple[int, str]]:
    """An SFTP server over a folder; its port and the fingerprint of its key."""
    import asyncssh

    key = asyncssh.generate_private_key("ssh-ed25519")

    visitors = []

    class Door(asyncssh.SSHServer):
        def connection_made(self, conn: Any) -> None:
            visitors.append(conn)

        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, given: str) -> bool:
            return (username, given) == (user, password)

    class Files(asyncssh.SFTPServer):
        def __init__(self, channel: Any) -> None:
            super().__init__(channel, chroot=str(folder).encode())

    async def begin() -> Any:
        return await asyncssh.listen(
            "127.0.0.1", 0, server_factory=Door, server_host_keys=[key], sftp_factory=Files
        )

    async def end(server: Any) -> None:
        server.close()
        for visitor in visitors:
            visitor.abort()
        await server.wait_closed()
        await asyncio.sleep(0.1)  # transports close in the next turn of the loop

    with in_loop(begin, end) as server:
        yield server.get_port(), key.get_fingerprint()


@contextlib.contextmanager
def mqtt() -> Iterator[int]:
    """An MQTT broker that lets everybody in; its port."""
    from amqtt.broker import Broker

    port = free_port()
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }

    async def begin() -> Any:
        broker = Broker(config)
        await broker.start()
        return broker

    async def end(broker: Any) -> None:
        await broker.shutdown()

    with in_loop(begin, end):
        yield port


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unprivileged() -> tuple[int, int] | None:
    """(uid, gid) of an account without rights, as database servers want it; None when we are no root ourselves."""
    if os.geteuid() != 0:
        return None
    entry = pwd.getpwnam("nobody")
    return entry.pw_uid, entry.pw_gid


def has_mariadb() -> bool:
    """Whether MariaDB can be started here; ``./citybrain test`` installs it where it may."""
    return all(map(program, ("mariadbd", "mariadb-install-db", "my_print_defaults", "mariadb")))


def program(name: str) -> str | None:
    """A program, also of the folders that are not in an ordinary account's path."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


@contextlib.contextmanager
def mariadb() -> Iterator[tuple[int, Callable[[str], str]]]:
    """A throwaway MariaDB in a folder its account may reach; its port and a function that runs statements as its root."""
    top = Path(tempfile.mkdtemp(prefix="citybrain-maria-"))
    folder, port, door = top / "data", free_port(), str(top / "socket")
    folder.mkdir()
    account = unprivileged()
    if account is not None:
        for place in (top, folder):
            os.chown(place, *account)
    as_account = {"user": account[0], "group": account[1], "extra_groups": []} if account is not None else {}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/tmp", **as_account}
    common = ["--no-defaults", f"--datadir={folder}"]
    installed = [
        shutil.which("mariadb-install-db"),
        *common,
        "--auth-root-authentication-method=normal",
        "--skip-test-db",
    ]
    subprocess.run(installed, check=True, timeout=120, **quiet)
    flags = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={door}", "--innodb-flush-log-at-trx-commit=0",
             "--innodb-buffer-pool-size=16M", "--skip-name-resolve", "--pid-file=" + str(folder / "pid")]  # fmt: skip
    server = subprocess.Popen([program("mariadbd"), *common, *flags], **quiet)

    def tell(sql: str) -> str:
        argv = [
            "mariadb",
            "--no-defaults",
            "-uroot",
            f"--socket={door}",
            "--default-character-set=utf8mb4",
            "-e",
            sql,
        ]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout

    try:
        until(lambda: tell("SELECT 1"))
        yield port, tell
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(top, ignore_errors=True)


def until(ready: Callable[[], Any], seconds: float = 40) -> None:
    """Wait until something no longer fails."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            ready()
            return
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
