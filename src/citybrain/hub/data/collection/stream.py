"""Listening to MQTT brokers, by paho: the Eclipse foundation's own client, with acknowledgement by hand.

At least once: a message is acknowledged after it is committed in the inbox, and a session that outlives the connection
(clean_session off, QoS 1) makes the broker keep what comes while nobody listens. Once: the inbox has one row a message
key. One process listens: it holds an advisory lock on a connection of its own for as long as it lives, and its
connections stay open between turns.
"""

import hashlib
import json
import logging
import queue
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import paho.mqtt.client as mqtt
from django.db import DatabaseError, connections
from paho.mqtt.enums import CallbackAPIVersion

from citybrain.hub.data.collection.actions.receipts import keep_messages
from citybrain.hub.data.collection.connectors.addresses import allowed_address
from citybrain.hub.data.models import Source
from citybrain.kernel.errors import CityError

log = logging.getLogger(__name__)
TURN_SECONDS = 5.0
LOCK = 0x63697479_0006
FLUSH = 500
MOST_WAITING = 2_000
LARGEST = 256 * 1024  # bytes of a message; a broker may send a thousand times as much


class Ear:
    """What this process listens with: the lock's connection and one listener a source."""

    def __init__(self) -> None:
        self.lock: Any = None
        self.listeners: dict[UUID, Listener] = {}

    def hold(self) -> bool:
        """Whether this process is the one that listens."""
        try:
            if self.lock is None:
                self.lock = connections.create_connection("default")
            with self.lock.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
                held = bool(cursor.fetchone()[0])
                if held and self.listeners:  # taken a second time: once is enough to give it back
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        except DatabaseError:
            held = False
        if not held:
            self.close()
        return held

    def follow(self, sources: Sequence[Source]) -> None:
        """Listen to these sources as they are set up now, and to no others."""
        wanted = {source.pk: source for source in sources}
        for key, listener in list(self.listeners.items()):
            if key not in wanted or listener.settings != wanted[key].settings:
                self.listeners.pop(key).close()
        for key, source in wanted.items():
            if key not in self.listeners and (made := begun(source)) is not None:
                self.listeners[key] = made

    def close(self) -> None:
        """Hang up and give the lock back."""
        for listener in self.listeners.values():
            listener.close()
        self.listeners.clear()
        if self.lock is not None:
            self.lock.close()
        self.lock = None


ear = Ear()


def listen(seconds: float = TURN_SECONDS) -> bool:
    """One turn: follow the active stream sources and commit what comes; whether there is anything to listen to."""
    sources = list(Source.objects.filter(kind="stream", active=True))
    if not sources or not ear.hold():
        ear.close()
        return False
    ear.follow(sources)
    until = time.monotonic() + seconds
    while ear.listeners and time.monotonic() < until:
        if not sum(listener.flush() for listener in ear.listeners.values()):
            time.sleep(0.05)
    return bool(ear.listeners)


def begun(source: Source) -> "Listener | None":
    """A listener that is connecting; None when the broker cannot be named or reached."""
    try:
        return Listener(source)
    except (CityError, OSError) as error:
        log.warning("stream source %s cannot be reached: %s", source.pk, error)
        return None


class Listener:
    """One connection to one broker, its messages in a bounded queue until they are flushed."""

    def __init__(self, source: Source) -> None:
        self.source, self.settings = source, dict(source.settings)
        self.waiting: queue.Queue[mqtt.MQTTMessage] = queue.Queue(MOST_WAITING)
        given = source.settings
        client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"citybrain-{source.pk}",
            clean_session=False,
            manual_ack=True,
        )
        if given.get("user"):
            client.username_pw_set(str(given["user"]), source.secret or None)
        host, port = str(given.get("host", "")), int(given.get("port") or 1883)
        if given.get("tls"):
            client.tls_set()
        client.on_connect = self.connected
        client.on_message = self.arrived
        client.connect(
            allowed_address(host, port) if not given.get("tls") else checked_name(host, port),
            port,
            keepalive=30,
        )
        client.loop_start()
        self.client = client

    def connected(self, client: mqtt.Client, *_more: Any) -> None:
        """Subscribe with QoS 1."""
        client.subscribe(str(self.source.settings.get("topic") or "#"), qos=1)

    def arrived(self, client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
        """Let it wait; what is no reading but a flood is acknowledged and left out."""
        if len(message.payload) > LARGEST:
            log.warning(
                "stream source %s: a message of %d bytes left out", self.source.pk, len(message.payload)
            )
            client.ack(message.mid, message.qos)
            return
        self.waiting.put(message)

    def flush(self) -> int:
        """Commit what waits, then acknowledge it; how many messages."""
        messages: list[mqtt.MQTTMessage] = []
        with suppress(queue.Empty):
            while len(messages) < FLUSH:
                messages.append(self.waiting.get_nowait())
        if messages:
            field = str(self.source.settings.get("key") or "")
            keep_messages(
                self.source, [content(message.topic, bytes(message.payload), field) for message in messages]
            )
            for message in messages:
                self.client.ack(message.mid, message.qos)
        return len(messages)

    def close(self) -> None:
        """Leave; the broker keeps the session."""
        self.client.disconnect()
        self.client.loop_stop()


def checked_name(host: str, port: int) -> str:
    """With TLS the name is needed for the certificate, which then proves who answers."""
    allowed_address(host, port)
    return host


def content(topic: str, payload: bytes, field: str) -> tuple[str, dict[str, Any]]:
    """(key, row) of a message: the key is a field of it, or the hash of topic and content."""
    text = payload.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    row = value if isinstance(value, dict) else {"value": value}
    said = str(row.get(field, "")) if field else ""
    given = said.encode() if said else payload
    key = hashlib.sha256(topic.encode() + b"\0" + given).hexdigest()
    return key, {
        **row,
        "topic": topic,
    }  # the topic is the broker's word; a sender cannot speak for another one
