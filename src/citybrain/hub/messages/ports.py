"""What messages ask of the outside. Adapters live in ``citybrain.connectors`` and are named by settings."""

from collections.abc import Iterable
from typing import Protocol

from citybrain.hub.messages.data import Receipt, Sent


class GatewayBusy(Exception):
    """The gateway could not take the message now and certainly has not sent it; it is tried again later."""


class GatewayRefused(Exception):
    """The gateway will never take this message (wrong number, blocked); it is not tried again."""


class Gateway(Protocol):
    """Common to all gateways."""

    idempotent: bool
    """True when a repeated ``key`` is never sent twice. Otherwise an attempt with an unknown end is left to a person."""

    def receipts(self) -> Iterable[Receipt]:
        """Receipts that arrived since the last call; empty where the gateway calls us instead."""
        ...

    def check(self) -> list[str]:
        """What is wrong with the configuration, in plain words; empty when all is well. Sends nothing."""
        ...


class SmsGateway(Gateway, Protocol):
    """Short messages."""

    def send(self, *, key: str, phone: str, text: str) -> Sent:
        """Send ``text``; GatewayBusy or GatewayRefused otherwise. Any other error means the end is unknown."""
        ...


class MailGateway(Gateway, Protocol):
    """Electronic mail."""

    def send(self, *, key: str, address: str, subject: str, text: str) -> Sent:
        """As for SMS."""
        ...
