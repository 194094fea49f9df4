"""The departments' form: filled, read back, judged with row and column, applied whole or not at all."""

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from citybrain.hub.data.catalogue.actions.importing import apply_import, prepare_import
from citybrain.hub.data.catalogue.domain.form import ITEM_COLUMNS, ITEMS, RESOURCE_COLUMNS, RESOURCES, sheet
from citybrain.hub.data.catalogue.queries.forms import form_file
from citybrain.hub.data.domain.workbook import Sheet, workbook
from citybrain.hub.data.models import Resource
from citybrain.hub.data.tests.catalogue.factories import described, licence_items
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.errors import Conflict, Invalid


def filled(key="scjg.shop", items=None, **values):
    """A form with one resource."""
    listed = licence_items() if items is None else items
    rows = [{"key": key, **described(**values)}]
    return workbook(
        [
            sheet(RESOURCES, RESOURCE_COLUMNS, rows),
            sheet(ITEMS, ITEM_COLUMNS, [{"key": key, **item} for item in listed]),
        ]
    )


def test_the_empty_form_has_notes_and_drop_downs():
    content = form_file([])
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert len(book.sheet_names) == 3
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert "dataValidation" in parts.read("xl/worksheets/sheet1.xml").decode()


def test_a_filled_form_becomes_drafts(city, lake, clerk, django_capture_on_commit_callbacks):
    by = people.actor(clerk)
    made = prepare_import("目录.xlsx", filled(), by=by)
    assert made.problems == []
    assert not Resource.objects.filter(pk="scjg.shop").exists()
    with django_capture_on_commit_callbacks(execute=True):
        assert apply_import(made.pk, by=by) == 1
    row = Resource.objects.get(pk="scjg.shop")
    assert (row.state, row.cycle, row.sharing_ways, row.keywords) == (
        "draft",
        "daily",
        ["api", "verify"],
        ["食品证", "卫生许可"],
    )
    assert row.items.get(name="chief").personal == "name"
    with pytest.raises(Conflict):
        apply_import(made.pk, by=by)


def test_the_catalogue_as_a_form_reads_back_without_a_change(draft, clerk):
    by = people.actor(clerk)
    before = Resource.objects.get(pk=draft.pk).version
    made = prepare_import("x.xlsx", form_file(Resource.objects.filter(pk=draft.pk)), by=by)
    assert made.problems == []
    apply_import(made.pk, by=by)
    assert Resource.objects.get(pk=draft.pk).version == before


def test_every_fault_names_sheet_row_and_column(city, lake, clerk):
    items = [
        *licence_items(),
        {"name": "Bad Name", "type": "text", "title": {"zh": "坏"}},
        licence_items()[0],
    ]
    content = filled(items=items, cycle="每天天", sharing="none")
    made = prepare_import("x.xlsx", content, by=people.actor(clerk))
    said = [(p["sheet"], p["row"], p["column"]) for p in made.problems]
    assert ("数据资源", 2, "更新周期") in said
    assert ("信息项", 6, "信息项标识") in said
    assert ("信息项", 7, "") in said
    assert any("不予共享" in p["zh"] for p in made.problems)
    with pytest.raises(Conflict):
        apply_import(made.pk, by=people.actor(clerk))
    assert not Resource.objects.filter(pk="scjg.shop").exists()


def test_another_units_data_is_refused(draft, city, lake, stranger):
    made = prepare_import("x.xlsx", filled(key="scjg.licence", owner="350902-wjw"), by=people.actor(stranger))
    assert any("不是本单位" in p["zh"] for p in made.problems)
    made = prepare_import("x.xlsx", filled(key="scjg.more", owner="350902-wjw"), by=people.actor(stranger))
    assert any("wjw." in p["zh"] for p in made.problems)


def test_all_or_nothing(draft, clerk):
    by = people.actor(clerk)
    made = prepare_import("x.xlsx", filled(), by=by)
    made.resources = [*made.resources, {**made.resources[0], "key": "gaj.stolen", "row": 3}]
    made.save()
    with pytest.raises(Invalid):
        apply_import(made.pk, by=by)


def test_only_ones_own_form_is_applied(city, lake, clerk, stranger):
    made = prepare_import("x.xlsx", filled(), by=people.actor(clerk))
    with pytest.raises(Conflict):
        apply_import(made.pk, by=people.actor(stranger))


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0" * 20])
def test_what_is_no_workbook_is_refused(city, clerk, content):
    with pytest.raises(Invalid):
        prepare_import("x.xlsx", content, by=people.actor(clerk))


def test_a_bomb_is_refused_before_it_is_opened(city, clerk):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * (100 * 2**20))
    with pytest.raises(Invalid):
        prepare_import("x.xlsx", out.getvalue(), by=people.actor(clerk))


def test_cells_that_a_spreadsheet_would_run_are_texts():
    content = workbook([Sheet("一", ["a"], [["=1+1"], ["@x"], ["-3"], [-3]])])
    cells = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert [row[0] for row in cells[1:]] == ["'=1+1", "'@x", "'-3", -3]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet1.xml").decode()


def test_a_dangerous_title_survives_the_round(draft, clerk):
    from citybrain.hub.data.catalogue.actions.describe import describe_resource

    by = people.actor(clerk)
    describe_resource(draft.pk, values={"title": {"zh": "=许可", "en": ""}}, by=by)
    made = prepare_import("x.xlsx", form_file(Resource.objects.filter(pk=draft.pk)), by=by)
    assert made.resources[0]["title"]["zh"] == "=许可"
