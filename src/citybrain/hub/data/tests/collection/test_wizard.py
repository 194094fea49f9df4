"""Six steps from a file to rows in the lake, without JavaScript."""

import io
import re
from datetime import date

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from citybrain.hub.data.collection import rejects
from citybrain.hub.data.collection.domain.drift import ERROR_COLUMN
from citybrain.hub.data.jobs import running
from citybrain.hub.data.models import Collection, CollectionRun, Resource
from citybrain.hub.data.tests.collection import factories as f
from citybrain.hub.identity.domain.identifiers import uscc_check_character

pytestmark = pytest.mark.django_db
STEM = "91350902MA2XTNUX2"
GOOD = STEM + uscc_check_character(STEM)
FILE = (
    "统一社会信用代码,企业名称,成立日期,注册资本(万元),联系电话\r\n"
    f"{GOOD},宁德甲食品有限公司,2020-01-02,50,13805012345\r\n"
    f"{STEM}?,宁德乙食品有限公司,2021-02-30,80.5,13805012346\r\n"
    f"{GOOD},宁德丙食品有限公司,2022/3/4,120,13805012347\r\n"
).encode("gb18030")


@pytest.fixture
def web(client, clerk):
    client.force_login(clerk)
    return client


def fields(page: str) -> dict[str, str]:
    """What a browser would send of a form's selects and inputs as they stand."""
    found = dict(re.findall(r'<input class="input[^"]*"[^>]*name="([^"]+)" value="([^"]*)"', page))
    for name, body in re.findall(
        r'<select class="input[^"]*"[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page, re.S
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', body) or re.search(
            r'<option value="([^"]*)"', body
        )
        found[name] = chosen.group(1) if chosen else ""
    return found


def picked(web, content=FILE, name="企业.csv") -> Collection:
    upload = SimpleUploadedFile(name, content)
    sent = {"title": "食品企业", "organisation": f.UNIT, "file": upload}
    answer = web.post(reverse("data:new_collection"), sent)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    return Collection.objects.get()


def test_a_clerk_brings_a_spreadsheet_export_in(web, lake):
    made = picked(web)
    step = lambda n: reverse("data:wizard", args=[made.pk, n])  # noqa: E731
    page = web.get(step(2)).content.decode()
    assert "宁德甲食品有限公司" in page
    assert "138****2345" in page
    assert "2021-02-30" in page, "a wrong date is shown where it stands"
    assert web.post(step(2), {}).url == step(3)
    page = web.get(step(3)).content.decode()
    sent = fields(page)
    assert sent["type_2"] == "date"
    assert sent["personal_4"] == "phone"
    assert sent["item_0"] == "+"
    sent |= {
        "noun": "food_firm",
        "name_0": "uscc",
        "name_1": "name",
        "name_2": "founded",
        "name_3": "capital",
        "name_4": "phone",
    }
    assert web.post(step(3), sent).url == step(4)
    made.refresh_from_db()
    key = made.resource
    rules = {"mode": "append", "every": "daily", "number": "1", "at": "01:30", "drift": "stop", "required": ["name"],
             "identifier_0": "uscc", "lowest_3": "60"}  # fmt: skip
    assert web.post(step(4), rules).url == step(5)
    page = web.get(step(5)).content.decode()
    assert "2021-02-30" in page
    assert not CollectionRun.objects.exists()
    assert web.post(step(5)).url == step(6)
    assert "01:30" in web.get(step(6)).content.decode()
    answer = web.post(step(6), {"now": "1"})
    run = CollectionRun.objects.get()
    assert answer.url == reverse("data:collection_run", args=[run.pk])
    assert running.do_next()
    run.refresh_from_db()
    assert (run.collected, run.accepted, run.rejected) == (3, 1, 2)
    assert f.landed(f"SELECT name, founded, capital FROM {key}")[0][:2] == (
        "宁德丙食品有限公司",
        date(2022, 3, 4),
    )
    resource = Resource.objects.get(pk=key)
    assert (resource.owner, resource.grade, resource.state) == (f.UNIT, "L3", "draft")
    page = web.get(answer.url).content.decode()
    assert "13805012345" not in page
    assert web.get(reverse("data:collection", args=[made.pk])).status_code == 200


def test_a_sheet_is_picked_its_columns_matched_with_an_existing_dataset(web, lake):
    f.collection("编号,名称,成立\n1,甲,\n".encode())
    book = sheet([["成立日期", "企业编号", "名称"], [date(2020, 1, 1), 7, "庚"]])
    Collection.objects.all().delete()
    made = picked(web, book, "表.xlsx")
    web.post(reverse("data:wizard", args=[made.pk, 2]), {})
    page = web.post(
        reverse("data:wizard", args=[made.pk, 3]), {"resource": "scjg.firm", "choose": "1"}
    ).content.decode()
    sent = fields(page)
    assert sent["item_2"] == "name", "matched by title"
    sent |= {"item_0": "founded", "item_1": "number"}
    web.post(reverse("data:wizard", args=[made.pk, 3]), sent)
    web.post(
        reverse("data:wizard", args=[made.pk, 4]),
        {"mode": "append", "every": "manual", "at": "02:00", "drift": "stop"},
    )
    web.post(reverse("data:wizard", args=[made.pk, 5]))
    web.post(reverse("data:wizard", args=[made.pk, 6]), {"now": "1"})
    running.do_next()
    assert f.landed() == [(7, "庚", date(2020, 1, 1))]


def sheet(rows: list[list]) -> bytes:
    """A small xlsx as an office program writes it, with real dates."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"default_date_format": "yyyy-mm-dd", "strings_to_formulas": False})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def test_steps_cannot_be_jumped_over_and_can_be_taken_again(web, lake):
    made = picked(web)
    assert web.get(reverse("data:wizard", args=[made.pk, 5])).url == reverse("data:wizard", args=[made.pk, 2])
    web.post(reverse("data:wizard", args=[made.pk, 2]), {})
    assert web.get(reverse("data:wizard", args=[made.pk, 2])).status_code == 200
    assert web.get(reverse("data:collection", args=[made.pk])).url == reverse(
        "data:wizard", args=[made.pk, 3]
    )


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_chinese_encodings_are_recognised(web, lake, encoding):
    made = picked(
        web, "编号;名称\n1;虎𬇙镇\n".replace("𬇙", "贝" if encoding == "gbk" else "𬇙").encode(encoding)
    )
    page = web.get(reverse("data:wizard", args=[made.pk, 2])).content.decode()
    assert "虎" in page
    assert "编号" in page


def test_how_a_file_is_read_can_be_changed(web, lake):
    made = picked(web, "说明行\n编号 名称\n".encode() + b"1,2\n")
    address = reverse("data:wizard", args=[made.pk, 2])
    sent = {"kind": "fixed", "encoding": "utf-8", "header": "0", "layout": "a 2\nb 10", "again": "1"}
    assert web.post(address, sent).status_code == 200
    wrong = web.post(address, {**sent, "layout": ""})
    assert wrong.status_code == 422


@pytest.mark.parametrize(
    ("sent", "word"),
    [({"title": "", "organisation": f.UNIT}, "title"), ({"title": "x", "organisation": "350921-scjg"}, "organisation"), ({"title": "x", "organisation": f.UNIT}, "file")],
)  # fmt: skip
def test_what_is_missing_is_named(web, sent, word):
    answer = web.post(reverse("data:new_collection"), sent)
    assert answer.status_code == 422
    assert f"#f-{word}" in answer.content.decode()


def test_wrong_rules_are_named(web, lake):
    made = picked(web)
    web.post(reverse("data:wizard", args=[made.pk, 2]), {})
    page = web.get(reverse("data:wizard", args=[made.pk, 3])).content.decode()
    web.post(reverse("data:wizard", args=[made.pk, 3]), fields(page))
    address = reverse("data:wizard", args=[made.pk, 4])
    answer = web.post(
        address,
        {
            "mode": "upsert",
            "every": "minutes",
            "number": "0",
            "at": "25:00",
            "pattern_1": "(",
            "lowest_3": "x",
            "length_1": "-",
        },
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    for word in ("f-key", "f-number", "f-pattern_1", "f-lowest_3", "f-length_1"):
        assert f"#{word}" in page


def test_rejected_rows_go_out_harmless_and_come_back(web, lake):
    run = f.done(f.collection("编号,名称,成立\n1,甲,\nx,=1+1,2020-01-01\n".encode()))
    answer = web.post(reverse("data:download_rejected", args=[run.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "'=1+1" in text
    assert "错误说明" in text
    corrected = text.replace("x,", "2,", 1).encode("utf-8-sig")
    back = web.post(
        reverse("data:upload_corrected", args=[run.pk]),
        {"file": SimpleUploadedFile("rejected.csv", corrected)},
    )
    assert back.status_code == 302
    running.do_next()
    assert f.landed() == [(1, "甲", None), (2, "=1+1", date(2020, 1, 1))]
    assert (
        "已更正" in web.get(reverse("data:collection_run", args=[run.pk])).content.decode()
        or run.corrections.count() == 1
    )


def test_rejected_rows_of_a_sheet_are_a_sheet(web, lake):
    book = sheet([["编号", "名称", "成立"], ["x", "=HYPERLINK(1)", "2020-01-01"]])
    run = f.done(f.collection(book, "a.xlsx"))
    assert run.rejected == 1
    answer = web.post(reverse("data:download_rejected", args=[run.pk]))
    content = b"".join(answer.streaming_content)
    head, row = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert head == ["编号", "名称", "成立", ERROR_COLUMN]
    assert row[:3] == ["x", "'=HYPERLINK(1)", "2020-01-01"], "texts, and nothing a spreadsheet would run"
    assert row[3].startswith("2: ")
    assert next(iter(rejects.rejected(run)))["values"]["名称"] == "=HYPERLINK(1)"
