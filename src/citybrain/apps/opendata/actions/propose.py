"""Proposing a release: the dataset as a draft, its case opened, the first version made by a job."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.apps.opendata.actions.build import refuse_hindered
from citybrain.apps.opendata.domain.treatment import Treatment
from citybrain.apps.opendata.domain.vocabulary import CYCLES, LICENCES, THEMES
from citybrain.apps.opendata.models import OpenDataset
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotFound
from citybrain.kernel.text import Text

CASE_TYPE = "open_release"
MATTER = "open-release"
MATTER_NAME = {"zh": "公共数据开放发布", "en": "Release of open data"}
SLUG = re.compile(r"^[a-z][a-z0-9-]{2,79}$")


def checked(said: dict[str, Any]) -> None:
    """Invalid naming what is missing or unknown in the words about a dataset."""
    problems = []
    if not SLUG.match(said.get("slug", "")):
        problems.append(
            FieldProblem("slug", "slug", _("Use small letters, digits and hyphens; begin with a letter."))
        )
    elif OpenDataset.objects.filter(slug=said["slug"]).exclude(state__in=("returned", "refused")).exists():
        problems.append(FieldProblem("slug", "taken", _("This address is taken.")))
    if not said.get("title_zh", "").strip():
        problems.append(FieldProblem("title_zh", "required", _("Give the dataset a title.")))
    if len(said.get("summary_zh", "").strip()) < 10:
        problems.append(
            FieldProblem("summary_zh", "required", _("Say in a sentence or two what the data are about."))
        )
    for name, known in (("theme", THEMES), ("cycle", CYCLES), ("licence", LICENCES)):
        if said.get(name) not in known:
            problems.append(FieldProblem(name, "choice", _("Choose one of the list.")))
    if problems:
        raise Invalid(problems)


def may_propose(by: Actor, key: str) -> data.ResourceRecord:
    """The resource, when it belongs to a unit the actor may propose for. NotFound otherwise: nothing is said about others'."""
    record = data.resource(key)
    if not record.owner or not identity.may(by, "opendata.propose", organisation=record.owner):
        raise NotFound(_("There is no such resource in your unit."))
    return record


@transaction.atomic
def propose_release(key: str, *, said: dict[str, Any], treatment: Treatment, by: Actor) -> OpenDataset:
    """A draft with its case in the department's hands. Invalid, NotFound, NotOpenable (A22: refused at once, case or not)."""
    record = may_propose(by, key)
    checked(said)
    if treatment.reference:
        may_propose(by, treatment.reference)
    OpenDataset.objects.filter(
        slug=said["slug"], state__in=("returned", "refused"), provider=record.owner
    ).update(slug=f"{said['slug'][:60]}-{clock.now():%Y%m%d%H%M%S}")
    dataset = OpenDataset(
        slug=said["slug"], title=words(said, "title"), summary=words(said, "summary"), theme=said["theme"],
        keywords=[w for w in re.split(r"[,，、\s]+", said.get("keywords", "")) if w][:12],
        region=said.get("region", ""), provider=record.owner, provider_name=unit(record.owner), cycle=said["cycle"],
        licence=said["licence"], opening=record.opening or "unconditional", source=f"resource:{key}",
        treatment=treatment.model_dump(), demo=record.demo, created_at=clock.now(),
    )  # fmt: skip
    refuse_hindered(dataset)
    case = open_release_case(dataset, by=by)
    dataset.case_id = case.id
    dataset.save()
    audit.record("opendata.propose", by=by, obj=f"opendata:{dataset.slug}", after={"source": dataset.source})
    cases.act(case.id, "propose", by=by)
    begin_version(dataset, by=by)
    return dataset


def open_release_case(dataset: OpenDataset, *, by: Actor) -> cases.CaseRecord:
    """The case, in the name of the providing unit."""
    return cases.open_case(
        case_type=CASE_TYPE, by=by, organisation=dataset.provider, matter=MATTER, matter_name=MATTER_NAME,
        title=dataset.title.get("zh", ""), channel="window", demo=dataset.demo,
        context={"dataset_id": str(dataset.pk), "slug": dataset.slug},
        data={"slug": dataset.slug, "title": dataset.title, "source": dataset.source},
    )  # fmt: skip


def begin_version(dataset: OpenDataset, *, by: Actor) -> Any:
    """The job that makes the next version; an open one is not begun twice."""
    return data.begin_job(
        "opendata_version", by=by, subject=f"opendata:{dataset.slug}", organisation=dataset.provider, alone=True,
        arguments={"dataset": str(dataset.pk), "number": next_number(dataset.pk)},
        title=Text(zh=f"生成开放版本:{dataset.title.get('zh', '')}", en=f"Make a version of {dataset.slug}"),
    )  # fmt: skip


def next_number(dataset_id: UUID) -> int:
    """The number after the newest public version; a candidate that was not published is made anew."""
    dataset = OpenDataset.objects.get(pk=dataset_id)
    newest = dataset.versions.filter(state__in=("published", "gone")).first()
    return newest.number + 1 if newest else 1


def words(said: dict[str, Any], name: str) -> dict[str, str]:
    """A text in two languages from two fields."""
    return {"zh": said.get(f"{name}_zh", "").strip()[:2000], "en": said.get(f"{name}_en", "").strip()[:2000]}


def unit(code: str) -> dict[str, str]:
    """The unit's name as pages show it."""
    try:
        return identity.organisation(code).name
    except NotFound:
        return {"zh": code, "en": code}
