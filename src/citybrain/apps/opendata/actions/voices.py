"""What people say: remarks, stars, reuses, complaints; and a steward's decision about each before it is shown."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.db.models import Avg, Count, F
from django.utils.translation import gettext as _

from citybrain.apps.opendata.models import Comment, OpenDataset, Reuse, Score
from citybrain.kernel import audit, clock, ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed, NotFound
from citybrain.kernel.masking import mask_name

LONGEST_COMMENT, LONGEST_ABOUT = 1000, 2000
SECONDS_A_DAY = 86_400


def require_citizen(by: Actor) -> UUID:
    """The account of a signed-in citizen. NotAllowed for officials and strangers."""
    if by.kind != "citizen" or by.account_id is None:
        raise NotAllowed(_("Only signed-in citizens take part here."))
    return by.account_id


def say_comment(dataset: OpenDataset, text: str, *, by: Actor) -> Comment:
    """A remark, waiting for a steward; at most ten a day."""
    account, text = require_citizen(by), text.strip()
    if not 4 <= len(text) <= LONGEST_COMMENT:
        raise Invalid([FieldProblem("text", "length", _("Write between 4 and 1,000 characters."))])
    ratelimit.allow(f"opendata.comment:{account}", 10, SECONDS_A_DAY)
    with transaction.atomic():
        made = Comment.objects.create(
            dataset=dataset, account_id=account, author=mask_name(by.name), text=text, at=clock.now()
        )
        audit.record(
            "opendata.comment", by=by, obj=f"opendata:{dataset.slug}", after={"comment": str(made.pk)}
        )
    return made


def report_comment(comment_id: UUID, dataset: OpenDataset, *, by: Actor) -> None:
    """A complaint about a remark that is shown; three hide it until a steward has looked again."""
    account = require_citizen(by)
    ratelimit.allow(f"opendata.report:{account}:{comment_id}", 1, SECONDS_A_DAY)
    with transaction.atomic():
        found = Comment.objects.filter(pk=comment_id, dataset=dataset, state="shown")
        if not found.update(reports=F("reports") + 1):
            raise NotFound(_("There is no such remark."))
        found.filter(reports__gte=3).update(state="waiting")
        audit.record(
            "opendata.report", by=by, obj=f"opendata:{dataset.slug}", after={"comment": str(comment_id)}
        )


@transaction.atomic
def give_stars(dataset: OpenDataset, stars: int | None, *, by: Actor) -> None:
    """One to five stars; a second time replaces the first."""
    account = require_citizen(by)
    if stars not in range(1, 6):
        raise Invalid([FieldProblem("stars", "choice", _("Choose one to five stars."))])
    Score.objects.update_or_create(
        dataset=dataset, account_id=account, defaults={"stars": stars, "at": clock.now()}
    )
    found = Score.objects.filter(dataset=dataset).aggregate(mean=Avg("stars"), count=Count("id"))
    OpenDataset.objects.filter(pk=dataset.pk).update(stars=found["mean"], scores=found["count"])
    audit.record("opendata.score", by=by, obj=f"opendata:{dataset.slug}", after={"stars": stars})


def submit_reuse(said: dict[str, Any], datasets: list[OpenDataset], *, by: Actor) -> Reuse:
    """Something made with the data, waiting for a steward. The address has to be http or https."""
    account = require_citizen(by)
    problems = []
    if not said.get("title", "").strip():
        problems.append(FieldProblem("title", "required", _("Give it a name.")))
    if len(said.get("about", "").strip()) < 10:
        problems.append(FieldProblem("about", "required", _("Say in a sentence or two what it does.")))
    if not is_web_address(said.get("address", "")):
        problems.append(
            FieldProblem("address", "address", _("Give an address that begins with https:// or http://."))
        )
    if not datasets:
        problems.append(FieldProblem("datasets", "required", _("Choose the datasets it uses.")))
    if problems:
        raise Invalid(problems)
    ratelimit.allow(f"opendata.reuse:{account}", 5, SECONDS_A_DAY)
    with transaction.atomic():
        made = Reuse.objects.create(
            account_id=account, title=said["title"].strip()[:120], about=said["about"].strip()[:LONGEST_ABOUT],
            address=said["address"].strip(), at=clock.now(),
        )  # fmt: skip
        made.datasets.set(datasets)
        audit.record("opendata.submit_reuse", by=by, obj=f"reuse:{made.pk}")
    return made


def is_web_address(text: str) -> bool:
    """Whether this is an http(s) address with a host, short enough, without odd characters."""
    text = text.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    plain = text.isascii() and not any(c in text for c in " \"'<>\\\n\r\t")
    return parts.scheme in ("http", "https") and bool(parts.hostname) and len(text) <= 300 and plain


@transaction.atomic
def moderate(kind: str, key: UUID, *, show: bool, answer: str = "", by: Actor) -> None:
    """Show or refuse a remark or a reuse; a remark may be answered. NotFound."""
    model: Any = {"comment": Comment, "reuse": Reuse}.get(kind)
    row = model and model.objects.select_for_update().filter(pk=key).first()
    if not row:
        raise NotFound(_("There is nothing to decide."))
    row.state, row.moderated_at = ("shown" if show else "refused"), clock.now()
    if kind == "comment":
        row.answer, row.reports = answer.strip()[:LONGEST_COMMENT], 0
    row.save()
    audit.record("opendata.moderate", by=by, obj=f"{kind}:{key}", after={"shown": show})
