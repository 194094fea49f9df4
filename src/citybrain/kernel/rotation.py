"""Sealing stored values under the newest field key, after a rotation.

Goes through every model with encrypted fields in small batches, touching only rows sealed under an older key; may be
stopped and started again at any time. The old key can be destroyed when nothing is left under it.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from citybrain.kernel import audit, crypto
from citybrain.kernel.actor import Actor
from citybrain.kernel.fields import EncryptedTextField

BATCH = 500


def encrypted_columns() -> Iterator[tuple[type[models.Model], str]]:
    """Every (model, column) that holds envelopes."""
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            for field in model._meta.local_fields:
                if isinstance(field, EncryptedTextField):
                    yield model, field.column


def renew_all(*, by: Actor) -> dict[str, int]:
    """Renew all columns; returns how many values each ``table.column`` had under older keys. Audited."""
    done = {f"{model._meta.db_table}.{column}": renew(model, column) for model, column in encrypted_columns()}
    audit.record("kernel.renew_encryption", by=by, after={"values": sum(done.values())})
    return done


def renew(model: type[models.Model], column: str) -> int:
    """Renew one column."""
    total = 0
    while count := _batch(model._meta.db_table, str(model._meta.pk.column), column):
        total += count
    return total


def _batch(table: str, key: str, column: str) -> int:
    name = connection.ops.quote_name
    table, key, column = name(table), name(key), name(column)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {column} FROM {table} WHERE length({column}) > 2 AND NOT starts_with("  # noqa: S608
            f"encode(substring({column} FROM 1 FOR %s), 'hex'), %s) LIMIT {BATCH} FOR UPDATE SKIP LOCKED",
            _prefix(),
        )
        rows: list[tuple[Any, bytes]] = cursor.fetchall()
        cursor.executemany(
            f"UPDATE {table} SET {column} = %s WHERE {key} = %s",  # noqa: S608 names from our own models
            [(crypto.encrypt(crypto.decrypt(bytes(sealed))), pk) for pk, sealed in rows],
        )
    return len(rows)


def _prefix() -> tuple[int, str]:
    """How every envelope under the current key begins."""
    key_id = crypto.keys().current("field").encode()
    head = bytes((1, len(key_id))) + key_id
    return len(head), head.hex()
