"""The live-push process: streams of ``kernel.live`` messages as server-sent events.

``GET /live/<channel>?token=…`` streams a channel the token permits; a client that comes back with Last-Event-ID gets
what it missed (kept for an hour). Each client has a bounded queue: one that does not keep up is disconnected and
catches up by replay. One connection to the database serves all clients; none is used for streaming. Several such
processes may run: one of them, whoever holds the advisory lock at that moment, gives new rows their numbers.
"""

import asyncio
import contextlib
import json
import logging
import os
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
from typing import Any

import django

django.setup()

import psycopg
import uvicorn
from django.conf import settings
from django.db import connection
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from citybrain.kernel import live

logger = logging.getLogger(__name__)
LOOK_SECONDS = 0.25
HEARTBEAT_SECONDS = 15.0
QUEUE_LENGTH = 256
REPLAY_MOST = 1000
CLIENTS_MOST = 5000
NUMBER_LOCK = 0x11FE
NUMBER = """
    update kernel_liveevent e set number = n.number from (
        select id, coalesce((select max(number) from kernel_liveevent), 0) + row_number() over (order by id) as number
        from (select id from kernel_liveevent where number is null order by id limit 2000) fresh
    ) n where e.id = n.id"""
FORGET = """delete from kernel_liveevent
    where at < now() - make_interval(secs => %s) and number < (select max(number) from kernel_liveevent)"""
ROWS = "select number, channel, payload from kernel_liveevent where number > %s order by number limit 2000"
MISSED = """select number, channel, payload from kernel_liveevent
    where channel = %s and number > %s order by number limit %s"""
LAST = "select coalesce(max(number), 0) from kernel_liveevent"


class Client:
    """One open stream."""

    def __init__(self, channel: str, after: int | None) -> None:
        self.channel, self.after = channel, after
        self.queue: asyncio.Queue[tuple[int, str] | None] = asyncio.Queue(QUEUE_LENGTH)

    def offer(self, number: int, data: str) -> bool:
        """Queue a message; False when the client does not keep up and must come back."""
        try:
            self.queue.put_nowait((number, data))
        except asyncio.QueueFull:
            return False
        return True


class Hub:
    """Reads new messages from the table and hands them to the streams."""

    def __init__(self) -> None:
        self.clients: dict[str, set[Client]] = defaultdict(set)
        self.count = 0
        self.last: int | None = None
        self.read_at = 0.0
        self.closing = False
        self.db: psycopg.AsyncConnection | None = None
        self.lock = asyncio.Lock()

    async def database(self) -> psycopg.AsyncConnection:
        if self.db is None or self.db.closed:
            self.db = await psycopg.AsyncConnection.connect(**parameters(), autocommit=True)
        return self.db

    async def run(self) -> None:
        """Look for new messages until stopped; a lost database is tried again, clients stay connected."""
        while not self.closing:
            try:
                async with self.lock:
                    await self.round()
                self.read_at = time.monotonic()
            except (psycopg.Error, OSError) as problem:
                logger.warning("live push waits for the database: %s", problem)
                self.db = None
                await asyncio.sleep(1)
            await asyncio.sleep(LOOK_SECONDS)

    async def round(self) -> None:
        db = await self.database()
        if self.last is None:
            self.last = await _first(await db.execute(LAST))
        async with db.transaction():
            if await _first(await db.execute("select pg_try_advisory_xact_lock(%s)", [NUMBER_LOCK])):
                await db.execute(NUMBER)
        for number, channel, payload in await (await db.execute(ROWS, [self.last])).fetchall():
            self.last = number
            self.deliver(number, channel, json.dumps(payload, ensure_ascii=False))

    def deliver(self, number: int, channel: str, data: str) -> None:
        for client in list(self.clients.get(channel, ())):
            if not client.offer(number, data):
                self.remove(client)

    async def missed(self, client: Client) -> list[tuple[int, str]]:
        async with self.lock:
            db = await self.database()
            rows = await (await db.execute(MISSED, [client.channel, client.after, REPLAY_MOST])).fetchall()
        return [(number, json.dumps(payload, ensure_ascii=False)) for number, _channel, payload in rows]

    async def tidy(self) -> None:
        """Forget old messages every few minutes."""
        while not self.closing:
            await asyncio.sleep(300)
            with contextlib.suppress(psycopg.Error, OSError):
                async with self.lock:
                    await (await self.database()).execute(FORGET, [live.KEEP_SECONDS])

    def add(self, client: Client) -> None:
        self.clients[client.channel].add(client)
        self.count += 1

    def remove(self, client: Client) -> None:
        if client in self.clients.get(client.channel, ()):
            self.clients[client.channel].discard(client)
            self.count -= 1
            with contextlib.suppress(asyncio.QueueFull):
                while not client.queue.empty():
                    client.queue.get_nowait()
                client.queue.put_nowait(None)

    def close(self) -> None:
        self.closing = True
        for group in list(self.clients.values()):
            for client in list(group):
                self.remove(client)


async def _first(cursor: Any) -> Any:
    """The one value of a query that always answers one row."""
    row = await cursor.fetchone()
    return row[0]


def parameters() -> dict:
    """Connection parameters from Django's own settings, so that both always mean the same database."""
    known = connection.get_connection_params()
    return {
        k: v
        for k, v in known.items()
        if k in {"dbname", "user", "password", "host", "port", "connect_timeout", "sslmode"}
    }


def allowed_origin(request: Request) -> str:
    """The page's origin when it is ours (same host name, or listed as trusted); empty otherwise."""
    origin = request.headers.get("origin", "")
    if not origin:
        return ""
    ours = urlsplit(f"//{request.headers.get('host', '')}").hostname
    return origin if urlsplit(origin).hostname == ours or origin in settings.CSRF_TRUSTED_ORIGINS else ""


async def messages(hub: Hub, client: Client) -> AsyncIterator[str]:
    """The stream: what was missed, then what comes, with a comment line as heartbeat."""
    seen = 0
    try:
        yield "retry: 2000\n\n"
        if client.after is not None:
            for number, data in await hub.missed(client):
                seen = number
                yield f"id: {number}\ndata: {data}\n\n"
        while True:
            try:
                item = await asyncio.wait_for(client.queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if item is None:
                return
            if item[0] > seen:
                yield f"id: {item[0]}\ndata: {item[1]}\n\n"
    finally:
        hub.remove(client)


async def stream(request: Request) -> Response:
    hub: Hub = request.app.state.hub
    channel = request.path_params["channel"]
    origin = allowed_origin(request)
    if request.headers.get("origin") and not origin:
        return JSONResponse({"error": {"code": "not_allowed", "message": "foreign origin"}}, 403)
    if channel not in live.channels_of(request.query_params.get("token", "")):
        return JSONResponse(
            {"error": {"code": "not_allowed", "message": "no permission for this channel"}}, 403
        )
    if hub.count >= CLIENTS_MOST or hub.closing:
        return JSONResponse({"error": {"code": "unavailable"}}, 503, headers={"Retry-After": "5"})
    last = request.headers.get("last-event-id") or request.query_params.get("after", "")
    client = Client(channel, int(last) if last.isdecimal() and len(last) < 19 else None)
    hub.add(client)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}
    if origin:
        headers |= {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
    return StreamingResponse(messages(hub, client), media_type="text/event-stream", headers=headers)


async def healthz(request: Request) -> Response:
    """200 while the table is being read; 503 when the database has been away for ten seconds."""
    hub: Hub = request.app.state.hub
    well = hub.read_at and time.monotonic() - hub.read_at < 10
    return PlainTextResponse(f"clients {hub.count}\n", 200 if well else 503)


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    hub = app.state.hub = Hub()
    jobs = [asyncio.create_task(hub.run()), asyncio.create_task(hub.tidy())]
    yield
    hub.close()
    for job in jobs:
        job.cancel()


routes = [Route("/live/healthz", healthz), Route("/live/{channel}", stream)]
application = Starlette(routes=routes, lifespan=lifespan)


class Server(uvicorn.Server):
    """uvicorn that ends its streams when asked to stop: open streams never end by themselves."""

    def handle_exit(self, sig: int, frame: object) -> None:
        hub = getattr(application.state, "hub", None)
        if hub is not None:
            hub.close()
        super().handle_exit(sig, frame)  # type: ignore[arg-type]


def main() -> None:
    connection.close()
    config = uvicorn.Config(
        application, host=os.environ.get("CITYBRAIN_HOST", "127.0.0.1"), port=settings.LIVE_PORT,
        log_level="warning", access_log=False, timeout_graceful_shutdown=3, lifespan="on", server_header=False,
    )  # fmt: skip
    Server(config).run()


if __name__ == "__main__":
    main()
