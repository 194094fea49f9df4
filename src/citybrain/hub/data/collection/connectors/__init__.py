"""Connectors by kind of source, all behind ``ports.Connector``.

Kafka comes through the same port as MQTT: a consumer that writes messages by ``keep_messages`` before it commits its
offsets (the message key is the topic, partition and offset); everything behind it stays as it is.
"""

from citybrain.hub.data.collection.connectors.database import Database
from citybrain.hub.data.collection.connectors.folder import Folder
from citybrain.hub.data.collection.connectors.inbox import Inbox, Stream
from citybrain.hub.data.collection.connectors.rest import Rest
from citybrain.hub.data.collection.connectors.sftp import Sftp
from citybrain.hub.data.collection.connectors.upload import Upload
from citybrain.hub.data.collection.ports import Connector

CONNECTORS: dict[str, Connector] = {
    "upload": Upload(),
    "folder": Folder(),
    "sftp": Sftp(),
    "postgresql": Database("postgresql"),
    "mysql": Database("mysql"),
    "rest": Rest(),
    "push": Inbox(),
    "stream": Stream(),
}


def connector(kind: str) -> Connector:
    """The connector of a kind; KeyError otherwise."""
    return CONNECTORS[kind]
