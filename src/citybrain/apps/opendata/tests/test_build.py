"""From a resource to a public version: steps, checks, evidence, and what is never opened."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.files.storage import default_storage

from citybrain.apps.opendata.actions import build, release
from citybrain.apps.opendata.data import NotOpenable
from citybrain.apps.opendata.domain.treatment import ColumnTreatment, Treatment
from citybrain.apps.opendata.models import Version
from citybrain.apps.opendata.tests import factories
from citybrain.hub.data.models import Item, ReadLog
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


def test_small_counts_have_to_be_suppressed(lake):
    items = [("division", "text", {}), ("cases", "integer", {})]
    factories.resource(items=items, rows=[{"division": "350902000000", "cases": n} for n in (0, 3, 40)])
    plain = {"division": ColumnTreatment(), "cases": ColumnTreatment(role="count")}
    made = build.make_version(factories.draft(treatment=Treatment(columns=plain)), 1, by=BY)
    assert made.report["faults"] == ["small_cells"]
    hidden = {**plain, "cases": ColumnTreatment(step="hide_small", number=5, role="count")}
    made = build.make_version(factories.draft("other", Treatment(columns=hidden)), 1, by=BY)
    assert made.report["passed"]
    assert rows_of(made).column("cases").to_pylist() == [0, None, 40]


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
