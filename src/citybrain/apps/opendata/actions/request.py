"""Requests for data (依申请开放): a citizen's case, and the public line about it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.apps.opendata.actions.voices import SECONDS_A_DAY, require_citizen
from citybrain.apps.opendata.models import DataRequest, OpenDataset
from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock, ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid

CASE_TYPE = "open_request"
MATTER_NAME = {"zh": "依申请开放公共数据", "en": "Request for public data"}


def request_data(said: dict[str, Any], *, dataset: OpenDataset | None = None, by: Actor) -> DataRequest:
    """Open the case and hand it in. Invalid names the fields; at most five a day."""
    account = require_citizen(by)
    problems = []
    if not said.get("title", "").strip():
        problems.append(FieldProblem("title", "required", _("Say which data you need.")))
    if len(said.get("purpose", "").strip()) < 10:
        problems.append(
            FieldProblem("purpose", "required", _("Say in a sentence or two what you need the data for."))
        )
    if problems:
        raise Invalid(problems)
    ratelimit.allow(f"opendata.request:{account}", 5, SECONDS_A_DAY)
    return opened(account, said, dataset, by)


@transaction.atomic
def opened(account: Any, said: dict[str, Any], dataset: OpenDataset | None, by: Actor) -> DataRequest:
    """Case and line, together."""
    case = cases.open_case(
        case_type=CASE_TYPE, by=by, subject=identity.subject_of(by), organisation=answering_unit(),
        matter="open-request", matter_name=MATTER_NAME, channel="online",
        context={"dataset_slug": dataset.slug if dataset else ""},
        data={"title": said["title"].strip()[:120], "purpose": said["purpose"].strip()[:2000],
              "items": said.get("items", "").strip()[:2000], "dataset": dataset.slug if dataset else ""},
    )  # fmt: skip
    made = DataRequest.objects.create(
        case_id=case.id,
        account_id=account,
        title=said["title"].strip()[:120],
        dataset=dataset,
        asked_at=clock.now(),
    )
    cases.act(case.id, "submit", by=by)
    audit.record("opendata.request", by=by, obj=f"case:{case.id}")
    return made


def answering_unit() -> str:
    """The city's data bureau takes requests up."""
    found = identity.organisations(slug="fgw", level="city")
    return found[0].code if found else ""
