"""From a resource to a public version: steps, checks, evidence, and what is never opened."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.apps.registry import apps
from django.core.files.storage import default_storage

from citybrain.apps.opendata.actions import build, release, workspace
from citybrain.apps.opendata.data import NotOpenable
from citybrain.apps.opendata.domain.treatment import ColumnTreatment, Treatment
from citybrain.apps.opendata.models import Version
from citybrain.apps.opendata.tests import factories
from citybrain.hub.data.models import Item, ReadLog
from citybrain.kernel import clock
from citybrain.kernel.errors import CityError

pytestmark = pytest.mark.django_db
BY = factories.BY


def rows_of(version: Version) -> pa.Table:
    with default_storage.open(version.file, "rb") as file:
        return pq.read_table(file)


@pytest.fixture
def visits(lake):
    return factories.resource()


def test_a_version_holds_only_what_the_treatment_leaves(visits):
    made = build.make_version(factories.draft(), 1, by=BY)
    rows = rows_of(made)
    assert rows.column_names == ["born", "division", "ward", "seen_on", "cost"]
    assert set(rows.column("division").to_pylist()) == {"350902000000", "350903000000"}
    assert all(len(month) == 7 for month in rows.column("seen_on").to_pylist())
    assert max(rows.column("cost").to_pylist()) == 1000
    assert made.report["passed"], made.report
    assert "林小" not in str(rows.to_pylist())
    assert ReadLog.objects.filter(dataset="wjw.visit", unmasked=True).exists()


def test_rows_of_too_small_classes_are_suppressed_and_counted(lake):
    lonely = factories.visit(1, born=date(1930, 1, 1))
    factories.resource(rows=[*(factories.visit(n) for n in range(24)), lonely])
    made = build.make_version(factories.draft(), 1, by=BY)
    classes = made.report["classes"]
    assert (classes["suppressed"], classes["classes_below"], classes["k_before"]) == (1, 1, 1)
    assert classes["k_after"] >= 3
    assert made.rows == 24


def test_a_linkage_against_a_reference_is_tried_and_recorded(visits):
    factories.resource("gaj.register", rows=[factories.visit(n) for n in range(24)])
    treatment = factories.TREATMENT.model_copy(update={"reference": "gaj.register"})
    linked = build.make_version(factories.draft(treatment=treatment), 1, by=BY).report["linkage"]
    assert linked["tried"]
    assert (linked["reference"], linked["unique"], linked["matched"]) == ("gaj.register", 0, 24)


def test_a_version_that_can_be_linked_is_not_published(lake):
    people = [factories.visit(n, born=date(1950 + n, 1, 1)) for n in range(4)]
    factories.resource(rows=people * 3)
    factories.resource("gaj.register", rows=people)
    treatment = factories.TREATMENT.model_copy(update={"reference": "gaj.register"})
    columns = {
        **treatment.columns,
        "born": ColumnTreatment(step="year", role="quasi"),
        "ward": ColumnTreatment(),
    }
    dataset = factories.draft(treatment=treatment.model_copy(update={"columns": columns}))
    made = build.make_version(dataset, 1, by=BY)
    assert made.report["faults"] == ["linkable"]
    assert made.report["linkage"]["share_unique"] == 1
    with pytest.raises(NotOpenable):
        release.publish_version(dataset.pk, 1, by=BY)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"grade": "L4"}, "l4"),
        ({"opening": "none"}, "not_opened"),
        ({"personal": "phone"}, "personal"),
        ({"grade": "L3"}, "personal"),
    ],
)
def test_what_the_law_keeps_closed_is_never_published(visits, change, code):
    dataset = factories.draft()
    build.make_version(dataset, 1, by=BY)
    Item.objects.filter(resource="wjw.visit", name="ward").update(**change)
    with pytest.raises(CityError) as refused:
        release.publish_version(dataset.pk, 1, by=BY)
    assert refused.value.code == code
    with pytest.raises(NotOpenable):
        build.make_version(dataset, 2, by=BY)


def test_a_resource_that_is_not_opened_stays_closed(lake):
    factories.resource(opening="none")
    with pytest.raises(NotOpenable) as refused:
        build.make_version(factories.draft(), 1, by=BY)
    assert refused.value.code == "not_opened"


def test_what_was_bought_is_not_opened(lake):
    """S75: a contract binds the city; opening would give the supplier's data to everybody."""
    factories.resource()
    today = clock.today()
    apps.get_model("data", "Contract").objects.create(
        number="C1", title="门诊", supplier="某公司（演示）", scope="本市部门", price_fen=1, price_basis="询价", begins=today, expires=today,
        organisation="350902-scjg", resource_id="wjw.visit", created_at=clock.now(),
    )  # fmt: skip
    with pytest.raises(NotOpenable) as refused:
        build.make_version(factories.draft(), 1, by=BY)
    assert refused.value.code == "bought"


def test_small_counts_have_to_be_suppressed(lake):
    items = [("division", "text", {}), ("cases", "integer", {})]
    factories.resource(items=items, rows=[{"division": "350902000000", "cases": n} for n in (0, 3, 40)])
    plain = {"division": ColumnTreatment(), "cases": ColumnTreatment(role="count")}
    made = build.make_version(factories.draft(treatment=Treatment(columns=plain)), 1, by=BY)
    assert made.report["faults"] == ["small_cells"]
    hidden = {**plain, "cases": ColumnTreatment(step="hide_small", number=5, role="count")}
    made = build.make_version(factories.draft("other", Treatment(columns=hidden)), 1, by=BY)
    assert made.report["passed"]
    assert rows_of(made).column("cases").to_pylist() == [0, None, None], "the total would tell it"


def test_masking_hides_names_but_keeps_rows(visits):
    columns = {"visitor": ColumnTreatment(step="mask"), "division": ColumnTreatment(step="county")}
    made = build.make_version(factories.draft(treatment=Treatment(columns=columns)), 1, by=BY)
    assert set(rows_of(made).column("visitor").to_pylist()) == {"林**"} | {"林***"}


def test_classes_are_counted_whatever_the_proposer_calls_a_column(lake):
    """One visitor of ninety-six among two dozen: called plain, the age would publish them."""
    rows = [*(factories.visit(n) for n in range(24)), factories.visit(99, born=date(1930, 1, 1))]
    factories.resource(rows=rows)
    columns = {"born": ColumnTreatment(step="age_band", number=10), "ward": ColumnTreatment()}
    made = build.make_version(factories.draft(treatment=Treatment(columns=columns, k=3)), 1, by=BY)
    assert made.report["classes"]["quasi"] == ["born"]
    assert made.report["classes"]["suppressed"] == 1
    assert "90+" not in rows_of(made).column("born").to_pylist()


def test_making_the_same_version_twice_changes_nothing(visits):
    dataset = factories.draft()
    first = build.make_version(dataset, 1, by=BY)
    second = build.make_version(dataset, 1, by=BY)
    assert (first.sha256, first.file, dataset.versions.count()) == (second.sha256, second.file, 1)


def test_a_withdrawn_dataset_loses_its_files(visits, django_capture_on_commit_callbacks):
    dataset = factories.published()
    file = dataset.versions.get().file
    assert default_storage.exists(file)
    with django_capture_on_commit_callbacks(execute=True):
        release.withdraw_dataset(dataset.pk, reason="发现可重识别风险", by=BY)
    assert not default_storage.exists(file)
    left = dataset.versions.get()
    assert (left.state, left.file, left.profile) == ("gone", "", {})
    assert left.report["passed"]


# -- disclosure control ---------------------------------------------------------------------------------------------


def counts_by(rows, *columns, measure="cases"):
    """Cells as {(values of columns): value}."""
    listed = rows.to_pylist()
    return {tuple(r[c] for c in columns): r[measure] for r in listed}


def recovered(true, shown, axes):
    """Hidden cells that follow from the totals over each axis, found by solving line after line."""
    known = dict(shown)
    again = True
    while again:
        again = False
        for axis in range(axes):
            lines = {}
            for key in true:
                lines.setdefault(key[:axis] + key[axis + 1 :], []).append(key)
            for keys in lines.values():
                unknown = [k for k in keys if known[k] is None]
                if len(unknown) == 1:
                    known[unknown[0]] = sum(true[k] for k in keys) - sum(
                        known[k] for k in keys if known[k] is not None
                    )
                    again = True
    return {k for k, v in shown.items() if v is None and known[k] is not None}


def table(area_month):
    items = [("county", "text", {}), ("month", "text", {}), ("cases", "integer", {})]
    rows = [{"county": c, "month": m, "cases": n} for (c, m), n in area_month.items()]
    factories.resource("wjw.cases", items=items, rows=rows)
    steps = {"county": ColumnTreatment(), "month": ColumnTreatment(),
             "cases": ColumnTreatment(step="hide_small", number=5, role="count")}  # fmt: skip
    return factories.draft("cases", Treatment(columns=steps), source="wjw.cases")


def test_a_hidden_count_cannot_be_computed_from_totals(lake):
    true = {(c, m): 10 + 7 * i + 3 * j for i, c in enumerate("ABCD") for j, m in enumerate("xyz")}
    true |= {("B", "y"): 2, ("D", "z"): 4}
    made = build.make_version(table(true), 1, by=BY)
    shown = counts_by(rows_of(made), "county", "month")
    assert shown[("B", "y")] is None
    assert recovered(true, {**true, ("B", "y"): None, ("D", "z"): None}, 2) == {("B", "y"), ("D", "z")}, (
        "alone they follow"
    )
    assert recovered(true, shown, 2) == set()
    cells = made.report["cells"]
    told = cells["columns"]["cases"]
    assert (told["threshold"], told["cells"], told["primary"]) == (5, 12, 2)
    assert told["complementary"] == sum(v is None for v in shown.values()) - 2 > 0
    assert (cells["method"], cells["recoverable"], made.report["faults"]) == ("complementary", 0, [])
    assert all(v == true[k] for k, v in shown.items() if v is not None)


@pytest.mark.parametrize("seed", range(6))
def test_no_table_gives_a_hidden_count_away(lake, seed):
    from random import Random

    dice = Random(seed)
    true = {(c, m): dice.choice([0, 0, 1, 2, 3, 6, 9, 30, 200]) for c in "ABCDE" for m in "vwxyz"}
    made = build.make_version(table(true), 1, by=BY)
    shown = counts_by(rows_of(made), "county", "month")
    assert recovered(true, shown, 2) == set()
    assert all(shown[k] is None for k, v in true.items() if 0 < v < 5)
    assert not any(0 < (v or 0) < 5 for v in shown.values())
    for axis in (
        0,
        1,
    ):  # together the hidden ones of a line are no small count either, as far as the line has cells
        for value in {k[axis] for k in true}:
            line = [k for k in true if k[axis] == value]
            hidden = [k for k in line if shown[k] is None]
            assert not hidden or len(hidden) == len(line) or sum(true[k] for k in hidden) >= 5


def test_columns_that_add_up_protect_each_other(lake):
    items = [
        ("county", "text", {}),
        ("men", "integer", {}),
        ("women", "integer", {}),
        ("people", "integer", {}),
    ]
    rows = [
        {"county": c, "men": m, "women": w, "people": m + w}
        for c, m, w in (("A", 3, 50), ("B", 40, 60), ("C", 70, 80))
    ]
    factories.resource("gaj.people", items=items, rows=rows)
    step = ColumnTreatment(step="hide_small", number=5, role="count")
    steps = {"county": ColumnTreatment(), "men": step, "women": step, "people": step}
    made = build.make_version(
        factories.draft("people", Treatment(columns=steps), source="gaj.people"), 1, by=BY
    )
    first = rows_of(made).to_pylist()[0]
    assert first["men"] is None
    assert [first["women"], first["people"]].count(None) >= 1
    assert made.report["cells"]["sums"] == [["people", "men", "women"]]
    open_total = {**steps, "women": ColumnTreatment(role="count"), "people": ColumnTreatment(role="count")}
    made = build.make_version(
        factories.draft("half", Treatment(columns=open_total), source="gaj.people"), 1, by=BY
    )
    assert made.report["faults"] == ["recoverable"]


def test_totals_of_towns_counties_and_the_city_are_lines(lake):
    items = [("division", "text", {}), ("name", "text", {}), ("cases", "integer", {})]
    codes = [f"35090{c}00{t}00{v}" for c in (2, 3) for t in (1, 2) for v in (1, 2, 3)]
    rows = [
        {"division": code, "name": f"村{code}", "cases": 3 if at == 4 else 20 + at}
        for at, code in enumerate(codes)
    ]
    factories.resource("wjw.village", items=items, rows=rows)
    steps = {"division": ColumnTreatment(), "name": ColumnTreatment(),
             "cases": ColumnTreatment(step="hide_small", number=5, role="count")}  # fmt: skip
    made = build.make_version(
        factories.draft("village", Treatment(columns=steps), source="wjw.village"), 1, by=BY
    )
    shown = {r["division"]: r["cases"] for r in rows_of(made).to_pylist()}
    hidden = {code for code, v in shown.items() if v is None}
    town = codes[4][:9]
    assert codes[4] in hidden
    assert sum(code.startswith(town) for code in hidden) == 2, "the town's total would give it away"
    assert len(hidden) == 2


def test_the_report_says_method_parameters_and_what_was_suppressed(visits):
    report = build.make_version(factories.draft(), 1, by=BY).report
    assert report["classes"]["method"] == "class suppression"
    assert report["parameters"] == {"k": 3, "small_cell": 5, "most_unique": 0.05}
    assert report["cells"] == {"method": "none", "columns": {}}
    assert report["linkage"]["tried"] is False
    assert set(report["steps"]) == set(factories.TREATMENT.columns)


def test_a_part_of_a_file_left_by_a_killed_process_is_not_taken_for_the_file(visits):
    dataset = factories.draft()
    first = build.make_version(dataset, 1, by=BY)
    with default_storage.open(first.file, "rb") as file:
        whole = file.read()
    for part in (whole[:100], whole[:-1] + b"x"):
        with default_storage.open(first.file, "wb") as file:
            file.write(part)
        again = build.make_version(dataset, 1, by=BY)
        with default_storage.open(again.file, "rb") as file:
            assert file.read() == whole
    assert not list(workspace.root().iterdir()), "nothing is left of the work"


def test_a_public_version_is_never_written_again(visits):
    dataset = factories.published()
    with pytest.raises(CityError):
        build.make_version(dataset, 1, by=BY)
    assert dataset.versions.get().state == "published"


def test_workspaces_of_killed_processes_are_swept(visits, settings):
    import os

    folder = workspace.root() / "dead"
    folder.mkdir(parents=True)
    (folder / "treated.parquet").write_bytes(b"x")
    assert workspace.sweep_workspaces() == 0
    os.utime(folder, (1, 1))
    assert workspace.sweep_workspaces() == 1


def test_the_engine_of_a_workspace_reads_nothing_else_of_this_machine(db):
    with workspace.workspace() as work, pytest.raises(Exception, match=r"(?i)permission|disabled"):
        work.engine.execute("SELECT * FROM read_text('/etc/passwd')")
