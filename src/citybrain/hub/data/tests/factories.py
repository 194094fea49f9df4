"""A dataset of its own for tests: a small table with every kind of column, filled by the test."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from citybrain.hub.data import api as data
from citybrain.kernel.text import Text

COLUMNS = {
    "id": "number",
    "organisation": "text",
    "division": "text",
    "matter": "text",
    "channel": "text",
    "applicant": "text",
    "phone": "text",
    "on_time": "bool",
    "worked_days": "number",
    "received_at": "datetime",
    "decided_at": "datetime",
}
PERSONAL = {"applicant": "name", "phone": "phone"}
SQL_TYPES = {"number": "numeric", "text": "text", "bool": "boolean", "datetime": "timestamptz"}


def make_table(name: str = "data_test_visit") -> None:
    """The table behind the dataset; lives as long as the test's transaction."""
    columns = ", ".join(f"{column} {SQL_TYPES[kind]}" for column, kind in COLUMNS.items())
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} ({columns})")


def put(rows: list[dict], name: str = "data_test_visit") -> None:
    """Rows of the table; columns left out are null."""
    with connection.cursor() as cursor:
        for row in rows:
            marks = ", ".join(["%s"] * len(row))
            cursor.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def clear(name: str = "data_test_visit") -> None:
    """No rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {name}")


def visits(key: str = "data.visit", *, organisation: bool = True) -> data.Dataset:
    """The dataset over the table."""
    columns = tuple(
        data.Column(name, kind, Text(zh=f"列{name}", en=name), personal=PERSONAL.get(name, False))
        for name, kind in COLUMNS.items()
    )
    return data.Dataset(
        key=key, room=key.split(".")[0], title=Text(zh="来访", en="Visits"), columns=columns, sql="data_test_visit",
        time_column="received_at", organisation_column="organisation" if organisation else "",
        division_column="division", matter_column="matter",
    )  # fmt: skip


@contextmanager
def registered(dataset: data.Dataset) -> Iterator[data.Dataset]:
    """The dataset announced for a while."""
    data.register_dataset(dataset)
    try:
        yield dataset
    finally:
        data.forget_dataset(dataset.key)
