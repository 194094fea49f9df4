"""Which engine answers: the one in this process or a cluster over the same tables (setting ``LAKE_ENGINE``).

``embedded``, or ``sc://host:port`` of a Spark Connect server. The SQL is DuckDB's either way, and the answer the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings

from citybrain.hub.data.lake import distributed, reading
from citybrain.hub.data.lake.distributed.shape import checked
from citybrain.hub.data.lake.reading import Answer, Asked


def query(asked: Asked | str, params: Sequence[Any] | Mapping[str, Any] = ()) -> Answer:
    """All rows of a question, by the engine of the setting.

    Invalid (422) for anything but one SELECT over tables of the catalogue, NoSuchTableError, Unavailable (too slow, too
    large, cluster away).
    """
    question = Asked(asked, params) if isinstance(asked, str) else asked
    checked(question.sql)
    return distributed.query(question) if is_distributed() else reading.query(question)


def is_distributed() -> bool:
    """Whether questions go to a cluster."""
    return str(settings.LAKE_ENGINE).startswith("sc://")
