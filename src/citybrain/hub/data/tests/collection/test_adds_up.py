"""collected = accepted + rejected, for any input whatever."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.hub.data.collection.checking import checked
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.domain.shape import Shape, recognised
from citybrain.hub.data.collection.reading import lines, open_reader, texts
from citybrain.hub.data.collection.reading.texts import CsvReader
from citybrain.kernel.errors import Invalid

EVERY_TYPE = ("text", "integer", "number", "real", "bool", "date", "datetime")
QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


RULES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(EVERY_TYPE), "required": st.booleans(), "is_key": st.booleans(), "length": st.none() | st.integers(1, 5),
        "pattern": st.sampled_from(["", "[a-z]*", r"\d+", "张?", ".*"]), "codes": st.lists(st.text(max_size=3), max_size=3).map(tuple),
        "lowest": st.text(max_size=4), "highest": st.sampled_from(["", "5", "2020-01-01", "z", "'", "∞"]),
        "identifier": st.sampled_from(["", "", "citizen_number", "uscc", "phone"]),
    }
)  # fmt: skip


def counted(path: Path, shape: Shape, size: int, rules: list[dict] | None = None) -> tuple[int, list[int]]:
    """Records of a file by a reader, all checked; each record once."""
    reader = open_reader(path, shape)
    mapping = [Mapped(name, f"i{n}", EVERY_TYPE[n % 7], identifier="uscc" if n == 0 else "", required=n == 1)
               for n, name in enumerate(reader.names)]  # fmt: skip
    if rules is not None:  # also of columns the file does not have, and without some it has
        names = [*reader.names, "missing"]
        mapping = [Mapped(names[n % len(names)], f"i{n}", **rule) for n, rule in enumerate(rules)]
    total, numbers = 0, []
    for batch in reader.batches({}, size):
        answer = checked(batch, mapping)
        assert answer.collected == batch.collected
        assert answer.accepted.num_rows + len(answer.rejected) == batch.collected
        assert all(row.reasons for row in answer.rejected)
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
        st.lists(st.sampled_from(['"', '""', "a", ",", "\t", " ", '"a"', "张", "x"]), max_size=9), max_size=8
    ),
    width=st.integers(1, 3),
    delimiter=st.sampled_from([",", "\t", "、"]),
)
def test_quotes_are_read_as_pythons_parser_reads_each_line(tmp_path, rows, width, delimiter):
    """Lines that cannot be joined (no two of them open a quote) come to what the strict parser says of each."""
    written = ["".join(row).replace(",", delimiter) for row in rows]
    whole = [line for line in written if line.count('"') % 2 == 0 and line.strip()]
    path = tmp_path / "quoted.csv"
    path.write_text("\n".join([delimiter.join("abc"[:width]), *whole]) + "\n", encoding="utf-8")
    wanted = {n: texts.parsed(line, delimiter) for n, line in enumerate(whole, 2)}
    for cells in wanted.values():
        while cells and len(cells) > width and not cells[-1].strip():
            cells.pop()
    found, wrong = everything(path, 3, Shape(delimiter=delimiter))
    assert {n: list(row.values()) for n, row in found} == {
        n: cells for n, cells in wanted.items() if cells is not None and len(cells) == width
    }
    assert len(found) + len(wrong) == len(whole)


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


ANY_TEXT = st.text(
    alphabet=st.one_of(st.sampled_from('ab1,;"\n\r\t \0\u3000张'), st.characters(codec="utf-8")), max_size=300
)


@QUICK
@given(
    body=ANY_TEXT | st.binary(max_size=300),
    size=st.integers(1, 6),
    rules=st.lists(RULES, min_size=1, max_size=5),
    shape=st.builds(
        Shape,
        encoding=st.sampled_from(["utf-8", "gbk", "gb18030"]),
        delimiter=st.sampled_from([",", "\t", ";", "|", "^"]),
        header=st.integers(0, 2),
    ),
)
def test_any_text_under_any_mapping(tmp_path, body, size, rules, shape):
    path = tmp_path / "any.csv"
    data = body if isinstance(body, bytes) else body.encode(shape.encoding, "replace")
    path.write_bytes(data)
    with suppress(Invalid):
        total, numbers = counted(path, shape, size, rules)
        assert total <= data.count(b"\n") + 1
        if b'"' not in data and b"\r" not in data:
            first = path_begin(path, shape)
            wanted = [
                n
                for n, line in enumerate(data.split(b"\n"), 1)
                if n >= first and filled(line, shape.encoding)
            ]
            assert sorted(numbers) == wanted, "every line in which something stands is a record"


def path_begin(path: Path, shape: Shape) -> int:
    """The number of the first line behind the head."""
    return CsvReader(path, shape).begin["line"]


def filled(line: bytes, encoding: str) -> bool:
    """Whether something stands in a line."""
    return bool(line.decode(encoding, "replace").removeprefix("\ufeff").strip())


@QUICK
@given(
    body=ANY_TEXT | st.binary(max_size=300),
    block=st.integers(1, 40),
    longest=st.integers(5, 60),
    size=st.integers(1, 9),
)
def test_neither_blocks_nor_batches_change_what_is_read(tmp_path, body, block, longest, size):
    path = tmp_path / "any.csv"
    path.write_bytes(b"a,b\n" + (body if isinstance(body, bytes) else body.encode()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "LONGEST", longest)
        patch.setattr(lines, "KEPT", 4)
        whole = everything(path, 1_000_000)
        patch.setattr(lines, "BLOCK", block)
        patch.setattr(texts, "BATCH_BYTES", block * 2)
        assert everything(path, size) == whole


def everything(path: Path, size: int, shape: Shape = Shape()) -> tuple[list, list]:
    """Rows and records that are none, with their numbers; every batch goes on where the last one ended."""
    reader, rows, wrong, after = CsvReader(path, shape), [], [], {}
    while (batch := next(reader.batches(after, size), None)) is not None:
        rows += zip(batch.numbers.to_pylist(), batch.rows.to_pylist(), strict=True)
        wrong += [(u.number, u.code, u.text) for u in batch.unreadable]
        after = batch.after
        if reader.share(after) >= 1.0:
            break
    return rows, wrong


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
