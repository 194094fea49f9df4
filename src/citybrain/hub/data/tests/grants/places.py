"""Places of delivery for tests: a second database on the test server, an SFTP server in this process."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings


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
