"""Places of delivery for tests: a second database on the test server, an SFTP server in this process."""

import asyncio
import contextlib
import getpass
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings

from citybrain.project.postgres import free_port


@contextmanager
def database() -> Iterator[tuple[dict[str, Any], str]]:
    """(target without its table, password) of a database of its own."""
    given = settings.DATABASES["default"]
    name = f"consumer_{uuid4().hex[:10]}"
    server = {
        "host": given["HOST"],
        "port": given["PORT"],
        "user": given["USER"],
        "password": given["PASSWORD"],
    }
    with psycopg.connect(**server, dbname="postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            target = {
                "host": given["HOST"],
                "port": str(given["PORT"]),
                "user": given["USER"],
                "database": name,
            }
            yield {**target, "table": "people"}, given["PASSWORD"]
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def ask(target: dict[str, Any], secret: str, sql: str) -> list[tuple]:
    """Rows of a question to that database."""
    with psycopg.connect(
        host=target["host"], port=target["port"], user=target["user"], password=secret, dbname=target["database"]
    ) as there:  # fmt: skip
        return there.execute(sql).fetchall()


@contextmanager
def sftp(folder: Path) -> Iterator[dict[str, Any]]:
    """An SFTP server over a folder; the target to reach it (password ``open``)."""
    import asyncssh

    connected = []

    class Door(asyncssh.SSHServer):
        def connection_made(self, conn):
            connected.append(conn)

        def begin_auth(self, username):
            return True

        def password_auth_supported(self):
            return True

        def validate_password(self, username, password):
            return password == "open"

    host_key = asyncssh.generate_private_key("ssh-ed25519")
    loop = asyncio.new_event_loop()

    async def serve():
        return await asyncssh.create_server(
            Door, "127.0.0.1", 0, server_host_keys=[host_key],
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(folder)),
        )  # fmt: skip

    async def leave():
        server.close()
        for conn in connected:
            conn.abort()
            await conn.wait_closed()
        await server.wait_closed()

    server = loop.run_until_complete(serve())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    public = " ".join(host_key.export_public_key().decode().split()[:2])
    try:
        yield {
            "host": "127.0.0.1", "port": str(server.sockets[0].getsockname()[1]), "user": "scjg", "folder": "in",
            "host_key": public,
        }  # fmt: skip
    finally:
        asyncio.run_coroutine_threadsafe(leave(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def mariadb(folder: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """(target, password) of a MariaDB of its own; skips where none is installed."""
    import pytest

    if not shutil.which("mariadbd", path="/usr/sbin:/usr/bin"):
        pytest.skip("no MariaDB is installed")
    me, files = getpass.getuser(), ["--no-defaults", f"--datadir={folder}/data"]
    subprocess.run(
        ["mariadb-install-db", *files, f"--user={me}", "--skip-test-db"], check=True, capture_output=True
    )
    (folder / "init.sql").write_text(
        "CREATE DATABASE scjg CHARACTER SET utf8mb4;\n"
        "CREATE USER 'exchange'@'%' IDENTIFIED BY 'op\"en';\nGRANT ALL ON scjg.* TO 'exchange'@'%';\n"
    )
    port = free_port()
    server = subprocess.Popen(
        ["/usr/sbin/mariadbd", *files, f"--user={me}", f"--port={port}", "--bind-address=127.0.0.1",
         f"--socket={folder}/s", f"--pid-file={folder}/pid", f"--init-file={folder}/init.sql",
         "--innodb-buffer-pool-size=16M", "--skip-name-resolve"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        answers(port)
        target = {"host": "127.0.0.1", "port": str(port), "user": "exchange", "database": "scjg"}
        yield {**target, "table": "people"}, 'op"en'
    finally:
        server.terminate()
        server.wait(30)


def answers(port: int, seconds: float = 60) -> None:
    """Wait until something listens at the port."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("MariaDB did not start")
