"""Files of every kind are read as they are; those that are traps are refused with a sentence."""

import zipfile
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.hub.data.collection.actions.uploads import plain_name
from citybrain.hub.data.collection.checking import checked
from citybrain.hub.data.collection.domain import guess
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.domain.shape import Shape, recognised
from citybrain.hub.data.collection.reading import lines, open_reader
from citybrain.hub.data.tests.collection import factories as f
from citybrain.hub.identity.domain.identifiers import (
    citizen_check_character,
    organisation_check_character,
    uscc_check_character,
)
from citybrain.kernel.errors import Invalid

LONG = "x" * (lines.LONGEST + 10)


def texts(path, shape) -> list[dict]:
    reader = open_reader(path, shape)
    return [
        dict(zip(batch.names, row.values(), strict=True))
        for batch in reader.batches({})
        for row in batch.rows.to_pylist()
    ]


def test_parquet_keeps_types_as_texts_people_read(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table(
            {"n": [1], "d": [Decimal("1.50")], "at": pa.array([0], pa.timestamp("s", tz="UTC")), "ok": [True]}
        ),
        path,
    )
    assert recognised(path.read_bytes(), "a").kind == "parquet"
    assert texts(path, Shape(kind="parquet")) == [
        {"n": "1", "d": "1.50", "at": "1970-01-01 08:00:00+08", "ok": "true"}
    ]


def test_parquet_goes_on_at_any_row(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": list(range(100))}), path, row_group_size=7)
    reader = open_reader(path, Shape(kind="parquet"))
    for at in (0, 6, 7, 50, 99):
        rows = [row["c0"] for batch in reader.batches({"row": at}, 9) for row in batch.rows.to_pylist()]
        assert rows == [str(n) for n in range(at, 100)]


def test_fixed_width_counts_bytes(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes("001张三  20\n002李四四30\n03\n".encode("gb18030"))
    shape = Shape(kind="fixed", encoding="gb18030", header=0, layout=[["编号", 3], ["姓名", 6], ["数", 2]])
    reader = open_reader(path, shape)
    batch = next(reader.batches({}))
    assert [tuple(row.values()) for row in batch.rows.to_pylist()] == [
        ("001", "张三", "20"),
        ("002", "李四四", "30"),
    ]
    assert [(u.number, u.code) for u in batch.unreadable] == [(3, "width")]


def test_json_lists_and_lines(tmp_path):
    path = tmp_path / "a.json"
    for body in ('[{"a": 1, "b": {"c": "张"}}, {"a": null}]', '{"a": 1, "b": {"c": "张"}}\n\n{"a": null}\n'):
        path.write_text(body, encoding="utf-8")
        assert texts(path, recognised(body.encode(), "a.json")) == [
            {"a": "1", "b": '{"c": "张"}'},
            {"a": "", "b": ""},
        ]


def test_a_line_without_end_fills_no_memory_and_is_one_rejected_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"a,b\n1,2\n{LONG},{LONG}\n3,4\n{LONG}")
    reader = open_reader(path, Shape())
    batches = list(reader.batches({}))
    assert [row["c0"] for batch in batches for row in batch.rows.to_pylist()] == ["1", "3"]
    assert [(u.number, u.code, len(u.text)) for batch in batches for u in batch.unreadable] == [
        (3, "too_long", 200),
        (5, "too_long", 200),
    ]


def test_a_forgotten_quote_spoils_one_row(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"x\n' + "".join(f"{n},y\n" for n in range(2, 400)))
    batch = next(open_reader(path, Shape()).batches({}))
    assert batch.rows.num_rows == 398
    assert [(u.number, u.code) for u in batch.unreadable] == [(2, "quotes")]


def test_old_line_ends_and_utf16(lake, db):
    for content in (
        "编号,名称,成立\r1,甲,\r2,乙,\r".encode(),
        "编号,名称,成立\r\n1,甲,\r\n2,乙,\r\n".encode("utf-16"),
    ):
        made = f.collection(content, mode="replace")
        assert f.done(made).accepted == 2
        assert [row[1] for row in f.landed()] == ["甲", "乙"]


# -- traps ------------------------------------------------------------------------------------------------------


def packed(path, size: int, parts: int = 1) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for n in range(parts):
            made.writestr(f"xl/worksheets/sheet{n}.xml", b"\0" * size)


@pytest.mark.parametrize(("size", "parts"), [(20_000_000, 1), (10, 3000)])
def test_zip_bombs_are_not_unpacked(tmp_path, size, parts):
    path = tmp_path / "bomb.xlsx"
    packed(path, size, parts)
    with pytest.raises(Invalid) as refused:
        open_reader(path, Shape(kind="excel"))
    assert "解压" in str(refused.value)


@pytest.mark.parametrize(
    "body",
    [b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, b"PAR1nothing", b"", b"\n\n"],
)
def test_damaged_files_are_refused_with_a_sentence(tmp_path, body):
    path = tmp_path / "a"
    path.write_bytes(body)
    with pytest.raises(Invalid):
        open_reader(path, recognised(body))


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/passwd", "passwd"), ("..\\..\\a.csv", "a.csv"), ("a\0b\n.csv", "ab.csv"), ("/", "file"), ("x" * 500, "x" * 120), ("企业'; DROP TABLE.csv", "企业'; DROP TABLE.csv")],
)  # fmt: skip
def test_names_of_uploads_are_only_shown(name, shown):
    assert plain_name(name) == shown


@pytest.mark.django_db
def test_where_an_upload_lies_does_not_depend_on_its_name():
    place, _name = f.stored(b"a", "../../../tmp/evil.csv")
    assert place.startswith("collection/uploads/")
    assert ".." not in place
    assert "evil" not in place


def test_a_column_name_is_only_a_name(tmp_path):
    odd = "a\"; DROP TABLE x; --'"
    path = tmp_path / "a.csv"
    path.write_text(f"{odd.replace(chr(34), '')},b\n1,2\n")
    reader = open_reader(path, Shape())
    answer = checked(
        next(reader.batches({})),
        [Mapped(reader.names[0], "item", "integer", pattern="1' OR '1", codes=("'",))],
    )
    assert answer.collected == 1
    assert guess.name_of(odd).isidentifier()


# -- checks -----------------------------------------------------------------------------------------------------


def why(value: str, **rule) -> list[str]:
    from citybrain.hub.data.collection.reading.batch import made

    answer = checked(made(["a"], [[value]], [1], {}, []), [Mapped("a", "a", **rule)])
    return [code for row in answer.rejected for _column, code in row.reasons]


@pytest.mark.parametrize(
    ("value", "rule", "codes"),
    [
        ("1,234", {"type": "integer"}, []), ("12,34", {"type": "integer"}, ["type"]), ("1.5", {"type": "integer"}, ["type"]),
        ("1.2345678", {"type": "number"}, ["type"]), ("9999999999999", {"type": "number"}, ["type"]), ("1e3", {"type": "real"}, []),
        ("nan", {"type": "real"}, ["type"]), ("是", {"type": "bool"}, []), ("2024-02-30", {"type": "date"}, ["type"]),
        ("20240229", {"type": "date"}, []), ("2024年2月29日", {"type": "date"}, []), ("2024-02-29 25:00:00", {"type": "datetime"}, ["type"]),
        ("2024-02-29T08:00:00+08:00", {"type": "datetime"}, []), ("", {"required": True}, ["required"]), ("　", {"required": True}, ["required"]),
        ("abc", {"length": 2}, ["length"]), ("张三", {"length": 2}, []), ("A1", {"pattern": "[A-Z]\\d"}, []), ("A12", {"pattern": "[A-Z]\\d"}, ["pattern"]),
        ("x", {"codes": ("a", "b")}, ["codes"]), ("5", {"type": "integer", "lowest": "6"}, ["lowest"]), ("2020-01-01", {"type": "date", "highest": "2019-12-31"}, ["highest"]),
        ("a\ufffd", {}, ["lost"]), ("a\0", {}, ["lost"]), ("13812345678", {"identifier": "phone"}, []), ("12345", {"identifier": "phone"}, ["phone"]),
    ],
)  # fmt: skip
def test_values_and_rules(value, rule, codes):
    assert why(value, **rule) == codes


@settings(max_examples=25, deadline=None)
@given(
    st.from_regex(
        r"[1-9]\d{5}(19[0-9]{2}|200[0-9])(0[1-9]|1[0-2])(0[1-9]|1\d|2[0-8])\d{3}",
        fullmatch=True,
        alphabet="0123456789",
    )
)
def test_sound_citizen_numbers_pass_and_wrong_check_characters_do_not(stem):
    sound = stem + citizen_check_character(stem)
    assert why(sound, identifier="citizen_number") == []
    assert why(sound[:-1] + ("0" if sound[-1] != "0" else "1"), identifier="citizen_number") == [
        "citizen_number"
    ]


@settings(max_examples=25, deadline=None)
@given(
    st.from_regex(
        r"91350902[0-9A-HJ-NPQRTUWXY]{8}", fullmatch=True, alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY"
    )
)
def test_sound_credit_codes_pass_and_wrong_check_characters_do_not(stem):
    stem += organisation_check_character(stem[8:])
    sound = stem + uscc_check_character(stem)
    assert why(sound, identifier="uscc") == []
    assert why(stem + ("0" if sound[-1] != "0" else "1"), identifier="uscc") == ["uscc"]
    other = stem[:16] + ("0" if stem[16] != "0" else "1")
    assert why(other + uscc_check_character(other), identifier="uscc") == ["uscc"], (
        "the organisation's own check"
    )


@pytest.mark.parametrize(
    ("values", "kind"),
    [(["1", "2", "x"] + ["3"] * 20, "integer"), (["1.5", "2"], "number"), (["2020-01-01"], "date"), (["001", "002"], "text"), (["是", "否"], "bool"),
     (["2020-01-01 08:00"], "datetime"), ([""], "text"), (["张三"], "text")],
)  # fmt: skip
def test_types_are_guessed(values, kind):
    assert guess.type_of(values)[0] == kind


def test_columns_find_their_items_by_name_title_or_pinyin():
    items = {"name": ("企业名称",), "qi_ye_dai_ma": ("代码",), "founded": ("成立日期",)}
    assert guess.matched(["企业名称", "企业代码", "成立 日期", "备注"], items) == {
        "企业名称": "name",
        "企业代码": "qi_ye_dai_ma",
        "成立 日期": "founded",
    }
