"""Many readers and a writer in one process; questions are bounded in time and memory."""

import threading
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from citybrain.hub.data.lake import engine, reading, tables, writing
from citybrain.hub.data.lake.tables import LakeColumn
from citybrain.kernel.errors import Unavailable

NAME = "gaj.person"
AT = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.fixture
def people(lake):
    tables.create_table(NAME, [LakeColumn("number", "text"), LakeColumn("amount", "number")])
    return NAME


def count(sql: str = "count(*)") -> int:
    return reading.query(f"SELECT {sql} FROM {NAME}").rows[0][0]


def test_threads_of_one_process_read_and_write(people):
    failures, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            try:
                if count() % 10:
                    failures.append("half a delivery was seen")
            except Exception as error:
                failures.append(repr(error))

    lookers = [threading.Thread(target=look) for _ in range(16)]
    for thread in lookers:
        thread.start()
    try:
        for turn in range(8):
            writing.append(
                NAME,
                pa.table({"number": [f"{turn}-{n}" for n in range(10)]}),
                batch=str(turn),
                at=AT,
                key="number",
            )
    finally:
        stop.set()
        for thread in lookers:
            thread.join(60)
    assert failures == []
    assert count() == 80


def test_memory_of_questions_is_bounded(people, settings):
    """Too large a question is refused with a sentence; the engine goes on serving."""
    engine.forget()
    settings.LAKE_MEMORY, settings.LAKE_SPILL = "40MB", "1MB"
    writing.append(NAME, pa.table({"number": ["A"]}), batch="one", at=AT)
    with pytest.raises(Unavailable):
        reading.query(f"SELECT list(r.range ORDER BY hash(r.range)) FROM {NAME}, range(3000000) r")
    assert count() == 1


def test_a_question_is_stopped_in_time(people):
    writing.append(NAME, pa.table({"number": ["A"]}), batch="one", at=AT)
    slow = f"SELECT sum(hash(a.range + b.range)) FROM {NAME}, range(1000000) a, range(1000000) b"
    with pytest.raises(Unavailable):
        reading.query(reading.Asked(slow, seconds=0.3))
