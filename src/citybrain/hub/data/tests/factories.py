"""A dataset of its own for tests: a small table with every kind of column, filled by the test."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
from django.db import connection

from citybrain.hub.data import api as data
from citybrain.hub.data.lake import tables, writing
from citybrain.hub.data.models import Item, Resource
from citybrain.kernel import clock
from citybrain.kernel.ids import new_id
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


PEOPLE = [
    (
        "number",
        "text",
        {"identifier": "citizen_number", "personal": "id_number", "grade": "L3", "is_key": True},
    ),
    ("name", "text", {"personal": "name", "grade": "L3"}),
    ("organisation", "text", {}),
    ("division", "text", {}),
    ("income", "number", {"grade": "L3"}),
    ("registered_at", "datetime", {}),
]


def lake_resource(key: str = "gaj.person", items=PEOPLE, **values) -> Resource:
    """A published table of the lake with its items; needs the fixture ``lake``."""
    given = {
        "kind": "lake", "layer": "register", "title": {"zh": "人口", "en": "People"}, "state": "published",
        "owner": "350900-gaj", "cycle": "daily", "sharing": "conditional", "grade": "L3", "changed_at": clock.now(),
        "time_item": "registered_at", "organisation_item": "organisation", "division_item": "division",
        "key_item": "number",
    }  # fmt: skip
    made = Resource.objects.create(key=key, **{**given, **values})
    for position, (name, kind, more) in enumerate(items):
        Item.objects.create(
            resource=made,
            name=name,
            position=position,
            type=kind,
            title={"zh": f"项{name}", "en": name},
            **more,
        )
    tables.create_table(key, [tables.LakeColumn(name, kind) for name, kind, _more in items])
    return made


def deliver(key: str, rows: list[dict]) -> int:
    """Rows into the table as one delivery."""
    names = sorted({name for row in rows for name in row})
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    found = Resource.objects.get(pk=key)
    return writing.append(key, table, batch=new_id(), at=clock.now(), key=found.key_item)
