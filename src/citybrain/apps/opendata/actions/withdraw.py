"""Withdrawal as a case: the dataset is off at once, a second person looks at it afterwards."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.apps.opendata.models import OpenDataset
from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid

CASE_TYPE = "open_withdrawal"
MATTER_NAME = {"zh": "开放数据下架", "en": "Withdrawal of open data"}


@transaction.atomic
def take_off(dataset: OpenDataset, *, reason: str, by: Actor) -> cases.CaseRecord:
    """Open the case and take the dataset off. NotAllowed (audited), Invalid (``reason``), Conflict (not public)."""
    identity.require(by, "opendata.withdraw", obj=f"opendata:{dataset.slug}")
    if len(reason.strip()) < 4:
        raise Invalid(
            [FieldProblem("reason", "required", _("Say why it is taken off: everybody will read it."))]
        )
    if dataset.state != "published" or dataset.kind != "own":
        raise Conflict(_("Only a published dataset of our own can be withdrawn."), code="not_published")
    case = cases.open_case(
        case_type=CASE_TYPE, by=by, organisation=dataset.provider, matter="open-withdrawal", matter_name=MATTER_NAME,
        title=dataset.title.get("zh", ""), channel="window", demo=dataset.demo,
        context={"dataset_id": str(dataset.pk), "reason": reason.strip()[:1000]},
    )  # fmt: skip
    return cases.act(case.id, "take_off", by=by)
