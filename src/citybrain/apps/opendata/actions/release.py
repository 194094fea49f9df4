"""A version becomes public, a dataset is withdrawn, a proposal is sent back: the consequences of what people decide."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from citybrain.apps.opendata.actions.build import refuse_hindered
from citybrain.apps.opendata.data import DatasetPublished, DatasetWithdrawn, NotOpenable
from citybrain.apps.opendata.domain.treatment import Treatment
from citybrain.apps.opendata.domain.vocabulary import due_at
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.hub.data import api as data
from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid
from citybrain.kernel.text import Text

LONGEST_REASON = 1000


@transaction.atomic
def publish_version(dataset_id: UUID, number: int, *, by: Actor) -> OpenDataset:
    """Show a candidate that passed its checks. NotOpenable: a check failed, or the source may not be opened any more."""
    dataset = OpenDataset.objects.select_for_update().get(pk=dataset_id)
    version = dataset.versions.get(number=number)
    if dataset.state == "withdrawn":
        raise Conflict("该数据集已下架 / this dataset was withdrawn", code="withdrawn")
    refuse_hindered(dataset)
    if not version.report.get("passed") or version.treatment != dataset.treatment:
        raise NotOpenable("脱敏检查未通过 / the de-identification check has not passed", code="not_passed")
    now = clock.now()
    version.state, version.published_at = "published", now
    version.save(update_fields=["state", "published_at"])
    dataset.state, dataset.updated_at, dataset.due_at = "published", now, due_at(dataset.cycle, now)
    dataset.published_at = dataset.published_at or now
    dataset.rows, dataset.columns, dataset.alarmed_at = version.rows, version.columns, None
    dataset.search = search_text(dataset)
    dataset.save()
    audit.record(
        "opendata.publish",
        by=by,
        obj=f"opendata:{dataset.slug}",
        after={"version": number, "rows": version.rows},
    )
    tell_lineage(dataset, by=by)
    events.publish(
        DatasetPublished(slug=dataset.slug, version=number, rows=version.rows),
        aggregate=f"opendata:{dataset.slug}",
        by=by,
    )
    return dataset


def tell_lineage(dataset: OpenDataset, *, by: Actor) -> None:
    """The catalogue learns what the product was made from, column by column that stays in it."""
    kind, _sign, key = dataset.source.partition(":")
    if kind != "resource":
        return
    product = f"product:{dataset.slug}"
    for column in Treatment(**dataset.treatment).kept:
        data.record_lineage(upstream=[(key, column)], downstream=(product, column), made_by=product, by=by)


def search_text(dataset: OpenDataset) -> str:
    """What a search looks in: titles, summaries, keywords, columns, provider; lower case."""
    texts = [
        dataset.slug,
        *dataset.title.values(),
        *dataset.summary.values(),
        *dataset.provider_name.values(),
    ]
    texts += [str(word) for word in dataset.keywords]
    texts += [t for c in dataset.columns for t in (c["name"], *c["title"].values())]
    return "\n".join(texts).lower()


@transaction.atomic
def withdraw_dataset(dataset_id: UUID, *, reason: str, by: Actor) -> OpenDataset:
    """Take a dataset off: from now on no door gives its rows, its files are removed, its page stays and says why."""
    if not reason.strip():
        raise Invalid([FieldProblem("reason", "required", Text(zh="请写明下架原因。", en="Say why.").say())])
    dataset = OpenDataset.objects.select_for_update().get(pk=dataset_id)
    if dataset.state != "published":
        raise Conflict(
            "只有已发布的数据集可以下架 / only a published dataset can be withdrawn", code="not_published"
        )
    dataset.state, dataset.withdrawn_at, dataset.reason = (
        "withdrawn",
        clock.now(),
        reason.strip()[:LONGEST_REASON],
    )
    dataset.due_at = None
    dataset.save()
    forget_versions(dataset)
    data.forget_lineage(made_by=f"product:{dataset.slug}", by=by)
    audit.record("opendata.withdraw", by=by, obj=f"opendata:{dataset.slug}", after={"reason": dataset.reason})
    events.publish(
        DatasetWithdrawn(slug=dataset.slug, reason=dataset.reason),
        aggregate=f"opendata:{dataset.slug}",
        by=by,
    )
    return dataset


def forget_versions(dataset: OpenDataset) -> None:
    """Every version loses its file and its picture; the report stays as evidence."""
    files = list(dataset.versions.exclude(file="").values_list("file", flat=True))
    dataset.versions.update(state="gone", profile={})
    transaction.on_commit(lambda: remove_files(files))


def remove_files(files: list[str]) -> None:
    """Remove files and note that they are gone; a failure is made up for by ``sweep_files``."""
    for name in files:
        default_storage.delete(name)
    Version.objects.filter(file__in=files, state="gone").update(file="", size=0)


def sweep_files() -> int:
    """Files of versions that are gone but still lie there; returns how many were removed."""
    left = list(Version.objects.filter(state="gone").exclude(file="").values_list("file", flat=True)[:100])
    remove_files(left)
    return len(left)


# -- effects of the release machine ---------------------------------------------------------------------------------


def dataset_of(case: Any) -> OpenDataset | None:
    """The dataset a release case is about; None in a pack's journey, which has none."""
    found = case.context.get("dataset_id")
    return OpenDataset.objects.filter(pk=found, case_id=case.id).first() if found else None


def publish_effect(case: Any, transition: Any, args: Any, by: Actor) -> dict[str, Any] | None:
    """``publish_open_dataset: {}``: the newest candidate becomes public with the approval, in its transaction."""
    dataset = dataset_of(case)
    if dataset is None:
        return None
    candidate = dataset.versions.filter(state="candidate").first()
    if candidate is None:
        raise NotOpenable("还没有脱敏后的版本 / there is no de-identified version yet", code="no_version")
    publish_version(dataset.pk, candidate.number, by=by)
    return {"dataset": dataset.slug, "version": candidate.number}


def settle_effect(case: Any, transition: Any, args: Any, by: Actor) -> dict[str, Any] | None:
    """``settle_open_dataset: returned | refused``: what was proposed is not opened; its candidate files are removed."""
    dataset = dataset_of(case)
    if dataset is None:
        return None
    dataset.state, dataset.reason = str(args), transition_reason(case, transition)
    dataset.save(update_fields=["state", "reason"])
    forget_versions(dataset)
    return {"dataset": dataset.slug, "state": dataset.state}


def transition_reason(case: Any, transition: Any) -> str:
    """The step's own name; what was said stands in the case."""
    return transition.name.zh


def withdraw_effect(case: Any, transition: Any, args: Any, by: Actor) -> dict[str, Any] | None:
    """``withdraw_open_dataset: {}``: the dataset of the case is taken off now, for the reason the case was opened with."""
    found = case.context.get("dataset_id")
    if not found:
        return None
    dataset = withdraw_dataset(UUID(found), reason=case.context["reason"], by=by)
    return {"dataset": dataset.slug}
