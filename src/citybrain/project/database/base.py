"""The database backend (``ENGINE``): Django's own for PostgreSQL, with three differences.

It reads instants by the standard library's own parser (a list of cases has hundreds of them). It keeps more prepared statements than the driver does by default. And it asks a connection whether it still lives
only when there is reason to doubt it: Django spends a round trip on that question in every request. Refuses nothing.
"""

import select
import time
from datetime import datetime
from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import BaseTzLoader
from psycopg import Connection
from psycopg.postgres import types
from psycopg.pq import Format

TRUSTED_FOR = (
    5.0  # seconds; whatever drops a connection without a word (a firewall, a pulled cable) takes longer
)
TIMESTAMPTZ = types["timestamptz"].oid
PREPARED_MOST = 1000  # the product has some hundred statements; at the driver's 100 they push each other out


class Instants(BaseTzLoader):
    """Instants as Django's loader gives them, four times as fast; what the parser does not know goes to Django's."""

    def load(self, data: Any) -> datetime:
        try:
            return datetime.fromisoformat(bytes(data).decode()).replace(tzinfo=self.timezone)
        except ValueError:
            return super().load(data)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that was used a moment ago and has received nothing since is taken for alive."""

    used_at = 0.0
    health_check_done: bool  # Django's: the connection was found alive, or made, since the last request

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        """Connect; the driver's memory for prepared statements grows to what the product needs."""
        connection = super().get_new_connection(conn_params)
        if connection.prepare_threshold is not None:
            connection.prepared_max = PREPARED_MOST
        usual: Any = connection.adapters.get_loader(TIMESTAMPTZ, Format.TEXT)
        known = type("InstantsHere", (Instants,), {"timezone": usual.timezone})
        connection.adapters.register_loader("timestamptz", known)
        return connection

    def close_if_unusable_or_obsolete(self) -> None:
        """Called before and after every request."""
        if self.health_check_done:  # there was a query since the last call
            self.used_at = time.monotonic()
        super().close_if_unusable_or_obsolete()

    def close_if_health_check_failed(self) -> None:
        """Called before every query; decides for the first one of a request."""
        if self.connection is None or self.health_check_done:
            return
        if time.monotonic() - self.used_at < TRUSTED_FOR and self.is_silent():
            self.health_check_done = True
        else:
            super().close_if_health_check_failed()

    def is_silent(self) -> bool:
        """Nothing came in on the idle connection. A server that stops or dies always leaves something: the end."""
        listening = select.poll()
        listening.register(self.connection.fileno(), select.POLLIN)
        return not listening.poll(0)
