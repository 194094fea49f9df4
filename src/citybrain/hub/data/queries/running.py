"""Run one bounded statement: its own time limit, read only in spirit (it is built from SELECTs only)."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.utils import OperationalError

from citybrain.hub.data.data import Dataset
from citybrain.hub.data.domain.statement import Statement
from citybrain.hub.data.lake import dialect, engines, reading
from citybrain.kernel.errors import Unavailable

MILLISECONDS = 8000


def run(sql: str, params: Sequence[Any], *, milliseconds: int = MILLISECONDS) -> list[tuple[Any, ...]]:
    """Rows of a SELECT. Unavailable when it takes longer than ``milliseconds``."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
            cursor.execute(sql, list(params))
            rows = cursor.fetchall()
            cursor.execute("SELECT set_config('statement_timeout', '0', true)")
            return rows
    except OperationalError as error:
        if "statement timeout" in str(error):
            raise Unavailable(
                "the question takes too long / 查询超时", code="too_slow", retry_after=10
            ) from error
        raise


def run_on(dataset: Dataset, statement: Statement) -> list[tuple[Any, ...]]:
    """Rows of a statement over one dataset, by the engine its rows live in."""
    if dataset.store == "database":
        return run(statement.sql, statement.params)
    sql, params = dialect.for_lake(statement.sql, statement.params)
    return engines.query(reading.Asked(sql, params, seconds=MILLISECONDS / 1000)).rows
