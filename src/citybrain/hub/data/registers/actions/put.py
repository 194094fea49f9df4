"""The whole contents of a table anew."""

from datetime import datetime

from citybrain.hub.data.catalogue.actions.declare import table_rows
from citybrain.hub.data.lake import writing
from citybrain.hub.data.lake.arriving import Rows


def put(key: str, rows: Rows, *, batch: str, at: datetime, key_item: str) -> int:
    """These rows (a table or a stream) are the table; returns how many were written (0: this batch is there already).

    An empty table is appended to: replacing nothing makes the table library warn.
    """
    write = writing.replace if table_rows(key) else writing.append
    return write(key, rows, batch=batch, at=at, key=key_item)
