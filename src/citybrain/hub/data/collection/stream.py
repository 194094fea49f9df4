"""Listening to MQTT brokers, by paho: the Eclipse foundation's own client, with acknowledgement by hand.

At least once: a message is acknowledged after it is committed in the inbox, and a session that outlives the connection
(clean_session off, QoS 1) makes the broker keep what comes between two turns. Once: the inbox has one row a message key.
One process listens at a time (the loop's lock), for a few seconds a turn, so that a worker that is asked to stop can.
"""

import hashlib
import json
import logging
import queue
import time
from contextlib import suppress
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from citybrain.hub.data.collection.actions.receipts import keep_messages
from citybrain.hub.data.collection.connectors.addresses import allowed_address
from citybrain.hub.data.models import Source
from citybrain.kernel.errors import CityError

log = logging.getLogger(__name__)
TURN_SECONDS = 5.0
FLUSH = 500
MOST_WAITING = 20_000


def listen(seconds: float = TURN_SECONDS) -> bool:
    """One turn over all active stream sources; whether there are any."""
    sources = list(Source.objects.filter(kind="stream", active=True))
    listeners = [made for source in sources if (made := begun(source)) is not None]
    until = time.monotonic() + seconds
    try:
        while listeners and time.monotonic() < until:
            if not sum(listener.flush() for listener in listeners):
                time.sleep(0.05)
        for listener in listeners:
            listener.flush()
    finally:
        for listener in listeners:
            listener.close()
    return bool(sources)


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
        self.source = source
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
        client.on_message = lambda _client, _data, message: self.waiting.put(message)
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
    return key, {"topic": topic, **row}
