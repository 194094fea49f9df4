"""Datasets for tests: a resource of the lake with people in it, a treatment, a published dataset."""

from datetime import date
from typing import Any

from citybrain.apps.opendata.actions import build, release
from citybrain.apps.opendata.domain.treatment import ColumnTreatment, Treatment
from citybrain.apps.opendata.models import OpenDataset
from citybrain.hub.data.tests import factories as lake
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

BY = Actor.system("tests")
VISITS = [
    ("visitor", "text", {"personal": "name", "grade": "L3"}),
    ("born", "date", {"grade": "L3", "personal": "yes"}),
    ("division", "text", {}),
    ("ward", "text", {}),
    ("seen_on", "date", {}),
    ("cost", "number", {}),
]
TREATMENT = Treatment(
    columns={
        "born": ColumnTreatment(step="age_band", number=10, role="quasi"),
        "division": ColumnTreatment(step="county", role="quasi"),
        "ward": ColumnTreatment(role="sensitive"),
        "seen_on": ColumnTreatment(step="month"),
        "cost": ColumnTreatment(step="top_code", number=1000),
    },
    k=3,
)


def visit(number: int, **values: Any) -> dict[str, Any]:
    """One visit; ten people of two counties and two age bands."""
    given = {
        "visitor": f"林小{number}", "born": date(1980 + number % 2 * 20, 1, 1), "division": f"35090{2 + number % 2}001001",
        "ward": ("内科", "=外科", "儿科")[number % 3], "seen_on": date(2026, 1 + number % 5, 3), "cost": 100 * number,
    }  # fmt: skip
    return {**given, **values}


def resource(
    key: str = "wjw.visit", items: Any = VISITS, rows: list[dict] | None = None, **values: Any
) -> Any:
    """A published resource of the lake, open by its attribute, with rows; needs the fixture ``lake``."""
    given = {"title": {"zh": "就诊", "en": "Visits"}, "owner": "350902-scjg", "opening": "unconditional", "key_item": "",
             "time_item": "", "organisation_item": "", "division_item": "division" if any(i[0] == "division" for i in items) else ""}  # fmt: skip
    made = lake.lake_resource(key, items, **{**given, **values})
    lake.deliver(key, rows if rows is not None else [visit(n) for n in range(24)])
    return made


def draft(
    slug: str = "clinic-visits", treatment: Treatment = TREATMENT, source: str = "wjw.visit", **values: Any
) -> OpenDataset:
    """A dataset nobody has decided about."""
    given = {
        "title": {"zh": "门诊就诊", "en": "Clinic visits"}, "summary": {"zh": "各县门诊就诊情况统计", "en": "Visits by county"},
        "theme": "health", "keywords": ["门诊", "clinic"], "provider": "350902-scjg",
        "provider_name": {"zh": "蕉城区市场监管局", "en": "Jiaocheng Market Bureau"}, "cycle": "monthly",
        "licence": "cc-by-4.0", "source": f"resource:{source}", "treatment": treatment.model_dump(), "created_at": clock.now(),
    }  # fmt: skip
    return OpenDataset.objects.create(slug=slug, **{**given, **values})


def published(slug: str = "clinic-visits", treatment: Treatment = TREATMENT, **values: Any) -> OpenDataset:
    """A public dataset with one version."""
    made = draft(slug, treatment, **values)
    build.make_version(made, 1, by=BY)
    return release.publish_version(made.pk, 1, by=BY)


def standing(slug: str = "working-days", source: str = "workdays", **values: Any) -> OpenDataset:
    """A public dataset from a standing source; needs no lake."""
    from citybrain.apps.opendata.queries.standing import SOURCES

    whole = Treatment(columns={i.name: ColumnTreatment() for i in SOURCES[source].items})
    OpenDataset.objects.filter(slug=slug).delete()  # the pack's own, where a file of tests has it installed
    made = draft(slug, whole, pack="open-data-base", **values)
    OpenDataset.objects.filter(pk=made.pk).update(source=f"standing:{source}")
    made.refresh_from_db()
    build.make_version(made, 1, by=BY)
    return release.publish_version(made.pk, 1, by=BY)
