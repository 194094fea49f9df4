"""Counting downloads and calls: two statements, nobody is noted."""

from typing import Literal

from django.db import connection
from django.db.models import F

from citybrain.apps.opendata.models import OpenDataset
from citybrain.kernel import clock

_ADD = {
    word: f"INSERT INTO opendata_usage (dataset_id, day, downloads, calls) VALUES (%s, %s, {d}, {c})"  # noqa: S608
    f" ON CONFLICT ON CONSTRAINT opendata_usage_once DO UPDATE SET {word} = opendata_usage.{word} + 1"
    for word, d, c in (("downloads", 1, 0), ("calls", 0, 1))
}


def count(dataset: OpenDataset, what: Literal["downloads", "calls"]) -> None:
    """One more."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD[what], [dataset.pk, clock.today()])
    OpenDataset.objects.filter(pk=dataset.pk).update(**{what: F(what) + 1})
