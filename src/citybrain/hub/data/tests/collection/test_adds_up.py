"""collected = accepted + rejected, for any input whatever."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.hub.data.collection.checking import checked
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.domain.shape import Shape, recognised
from citybrain.hub.data.collection.reading import open_reader
from citybrain.kernel.errors import Invalid

EVERY_TYPE = ("text", "integer", "number", "real", "bool", "date", "datetime")
QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def counted(path: Path, shape: Shape, size: int) -> tuple[int, list[int]]:
    """Records of a file by a reader, all checked; each record once."""
    reader = open_reader(path, shape)
    mapping = [Mapped(name, f"i{n}", EVERY_TYPE[n % 7], identifier="uscc" if n == 0 else "", required=n == 1)
               for n, name in enumerate(reader.names)]  # fmt: skip
    total, numbers = 0, []
    for batch in reader.batches({}, size):
        answer = checked(batch, mapping)
        assert answer.collected == batch.collected
        total += answer.collected
        numbers += batch.numbers.to_pylist() + [u.number for u in batch.unreadable]
    assert len(numbers) == len(set(numbers)) == total
    return total, numbers


@QUICK
@given(
    body=st.binary(max_size=400),
    size=st.integers(1, 5),
    encoding=st.sampled_from(["utf-8", "gbk", "gb18030"]),
)
def test_any_bytes_as_csv(tmp_path, body, size, encoding):
    path = tmp_path / "any.csv"
    path.write_bytes(b"a,b,c\n" + body)
    total, _numbers = counted(path, Shape(encoding=encoding), size)
    assert total <= body.count(b"\n") + 1


@QUICK
@given(
    rows=st.lists(
        st.lists(st.text(alphabet='ab",\n\r 1张\t', max_size=6), min_size=2, max_size=2), max_size=12
    ),
    size=st.integers(1, 4),
)
def test_what_a_program_writes_is_read_row_by_row(tmp_path, rows, size):
    import csv

    path = tmp_path / "written.csv"
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["a", "b"], *rows])
    with open(path, newline="", encoding="utf-8") as file:
        wanted = [row for row in list(csv.reader(file))[1:] if row]
    reader = open_reader(path, Shape())
    found = [list(row.values()) for batch in reader.batches({}, size) for row in batch.rows.to_pylist()]
    unread = sum(len(batch.unreadable) for batch in reader.batches({}, size))
    plain = [
        [cell.replace("\r\n", "\n") for cell in row] for row in wanted if any(cell.strip() for cell in row)
    ]
    if not any("\r" in cell for row in plain for cell in row):
        assert [row for row in found if any(c.strip() for c in row)] == plain
        assert unread == 0


@QUICK
@given(body=st.binary(max_size=300), size=st.integers(1, 4))
def test_any_bytes_as_fixed_width_and_json(tmp_path, body, size):
    path = tmp_path / "any.txt"
    path.write_bytes(body or b" ")
    counted(path, Shape(kind="fixed", header=0, layout=[["a", 3], ["b", 2]]), size)
    path.write_bytes(b'{"a": 1}\n' + body)
    counted(path, Shape(kind="json"), size)


@QUICK
@given(body=st.binary(max_size=200))
def test_any_bytes_are_recognised_and_read_or_refused_with_a_sentence(tmp_path, body):
    path = tmp_path / "any"
    path.write_bytes(body)
    with suppress(Invalid):
        counted(path, recognised(body, "any.xlsx"), 3)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_every_position_goes_on_exactly_where_it_says(tmp_path, size):
    path = tmp_path / "rows.csv"
    path.write_text(
        "a,b\n" + "".join(f'{n},"x\ny{n}"\n' if n % 3 == 0 else f"{n},z\n" for n in range(40)),
        encoding="utf-8",
    )
    reader = open_reader(path, Shape())
    whole = [(b.numbers.to_pylist(), b.rows.to_pylist(), b.after) for b in reader.batches({}, size)]
    for place, (_numbers, _rows, after) in enumerate(whole[:-1]):
        rest = next(reader.batches(after, size))
        assert rest.rows.to_pylist()[0] == whole[place + 1][1][0]
    assert sum(len(rows) for _n, rows, _a in whole) == 40
