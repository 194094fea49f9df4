"""Types of columns in the words of the engine."""

from typing import Any

KNOWN = {
    "string": "VARCHAR", "long": "BIGINT", "int": "INTEGER", "double": "DOUBLE", "float": "FLOAT",
    "boolean": "BOOLEAN", "date": "DATE", "binary": "BLOB",
}  # fmt: skip


def duckdb_type(kind: Any) -> str:
    """The engine's name of an Iceberg type."""
    text = str(kind)
    if text.startswith("timestamptz"):
        return "TIMESTAMPTZ"
    return KNOWN.get(text) or text.upper()
