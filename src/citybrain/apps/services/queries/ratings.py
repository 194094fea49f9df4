"""Ratings as a unit sees them: list, counts, rectification."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q

from citybrain.apps.services.data import BAD_FROM
from citybrain.apps.services.models import Rating
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

WINDOW_DAYS = 90


@dataclass(frozen=True)
class RatingCounts:
    """How a unit was rated in the last ``WINDOW_DAYS`` days."""

    total: int
    bad: int
    rectified: int
    late: int

    @property
    def satisfied_share(self) -> float | None:
        """(grades 1–3) / all, per cent; None without ratings (reference §2.9)."""
        return None if not self.total else round(100 * (self.total - self.bad) / self.total, 1)


def in_scope(actor: Actor) -> Any:
    """Ratings of the units the actor may see, newest first."""
    scope = identity.scope(actor, "services.ratings")
    return Rating.objects.filter(identity.scope_q(scope, "organisation", "matter")).order_by(
        "-rated_at", "-id"
    )


def filtered(actor: Actor, *, show: str, q: str, matter: str = "") -> Any:
    """``show``: all, bad, open (bad and not yet put right), late."""
    rows = in_scope(actor)
    if show in {"bad", "open", "late"}:
        rows = rows.filter(grade__gte=BAD_FROM)
    if show in {"open", "late"}:
        rows = rows.filter(rectified_at__isnull=True, excluded=False)
    if show == "late":
        rows = rows.filter(rectify_due_at__lt=clock.now())
    if q:
        rows = rows.filter(
            Q(case_no__startswith=q) | Q(matter_name__zh__contains=q) | Q(matter_name__en__icontains=q)
        )
    return rows.filter(matter=matter) if matter else rows


def counts(actor: Actor) -> RatingCounts:
    """Counts of the last ninety days, excluded ratings left out."""
    since = clock.now() - timedelta(days=WINDOW_DAYS)
    bad = Q(grade__gte=BAD_FROM)
    found = (
        in_scope(actor)
        .order_by()
        .filter(rated_at__gte=since, excluded=False)
        .aggregate(
            total=Count("id"),
            bad=Count("id", filter=bad),
            rectified=Count("id", filter=bad & Q(rectified_at__isnull=False)),
            late=Count("id", filter=bad & Q(rectified_at__isnull=True, rectify_due_at__lt=clock.now())),
        )
    )
    return RatingCounts(**found)
