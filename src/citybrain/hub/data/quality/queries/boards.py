"""What the pages of quality show: scores with their trends, the worst, standings of departments, valid records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum

from citybrain.hub.data.models import QualityResult, QualityScore, Resource, ValidRecords
from citybrain.hub.data.quality.domain.scoring import Standing, ranked
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import Text, say

DAYS = 30
PARTS = ("rows", "unpublished", "no_key", "broken_rule", "past_cycle", "duplicate", "valid")


@dataclass(frozen=True)
class Point:
    """One day of a trend."""

    day: date
    score: Decimal


def trend(level: str, subject: str) -> list[Point]:
    """The scores of the last 30 days, oldest first."""
    since = clock.today() - timedelta(days=DAYS)
    found = QualityScore.objects.filter(level=level, subject=subject, day__gte=since, score__isnull=False)
    return [Point(day, score) for day, score in found.order_by("day").values_list("day", "score")]


def score_of(level: str, subject: str) -> QualityScore | None:
    """The newest score."""
    return QualityScore.objects.filter(level=level, subject=subject, current=True).first()


def worst_resources(most: int = 10) -> list[QualityScore]:
    """Resources with the lowest scores."""
    found = QualityScore.objects.filter(level="resource", current=True, score__isnull=False)
    return list(found.order_by("score", "subject")[:most])


def worst_rules(most: int = 10) -> list[QualityResult]:
    """Rules that most rows fail."""
    return list(
        QualityResult.objects.filter(current=True, failed__gt=0).order_by("-failed", "resource", "rule")[
            :most
        ]
    )


def titles(keys: Sequence[str]) -> dict[str, Text]:
    """Resource key → title."""
    found = Resource.objects.filter(pk__in=set(keys)).values_list("key", "title")
    return {key: Text(**title) for key, title in found}


def scored(q: str, owner: str, order: str) -> QuerySet[QualityScore]:
    """Resources with their scores, searched by key or title and by provider."""
    found = QualityScore.objects.filter(level="resource", current=True)
    if q:
        named = Resource.objects.filter(
            Q(key__icontains=q) | Q(title__zh__icontains=q) | Q(title__en__icontains=q)
        )
        found = found.filter(subject__in=named.values("key"))
    if owner:
        found = found.filter(owner=owner)
    orders = {
        "problems": ("-problems", "subject"),
        "rows": ("-rows", "subject"),
        "best": (F("score").desc(nulls_last=True), "subject"),
    }
    return found.order_by(*orders.get(order, (F("score").asc(nulls_last=True), "subject")))  # type: ignore[arg-type]


def standings() -> list[tuple[Standing, str, int]]:
    """Departments that provide tables: standing, name, problem rows; those nothing is known of yet as well."""
    provided = Resource.objects.filter(kind="lake", state="published", alive=True).exclude(owner="")
    if settings.MODE == "production":
        provided = provided.filter(demo=False)
    of_unit = {row["owner"]: row["n"] for row in provided.values("owner").annotate(n=Count("key"))}
    scores = {s.subject: s for s in QualityScore.objects.filter(level="department", current=True)}
    found = []
    for code, count in of_unit.items():
        known = scores.get(code)
        found.append(
            Standing(code, known.score, known.rows, known.checked, count)
            if known
            else Standing(code, None, 0, 0, count)
        )
    return [(s, unit_name(s.code), scores[s.code].problems if s.code in scores else 0) for s in ranked(found)]


def unit_name(code: str) -> str:
    """Name of a unit; its code when identity does not know it."""
    try:
        return say(identity.organisation(code).name) if code else ""
    except NotFound:
        return code


def valid_totals() -> dict[str, dict[str, Any]]:
    """Newest valid records: what counts for the target, demo data, modelled layers and what else does not count."""
    sums = {name: Sum(name) for name in PARTS}
    found = ValidRecords.objects.filter(current=True)
    shares = {
        "counted": found.filter(counted=True),
        "demo": found.filter(demo=True),
        "derived": found.exclude(layer="raw"),
        "all": found,
    }
    return {
        name: {k: v or 0 for k, v in part.aggregate(resources=Count("id"), **sums).items()}
        for name, part in shares.items()
    }


def valid_trend() -> list[tuple[date, int]]:
    """Valid rows that count, day by day for the last 30 days."""
    since = clock.today() - timedelta(days=DAYS)
    found = (
        ValidRecords.objects.filter(counted=True, day__gte=since).values("day").annotate(valid=Sum("valid"))
    )
    return [(row["day"], row["valid"] or 0) for row in found.order_by("day")]


def valid_rows(q: str, owner: str, kind: str) -> QuerySet[ValidRecords]:
    """Newest valid records of resources, largest first."""
    found = ValidRecords.objects.filter(current=True)
    if q:
        named = Resource.objects.filter(
            Q(key__icontains=q) | Q(title__zh__icontains=q) | Q(title__en__icontains=q)
        )
        found = found.filter(resource__in=named.values("key"))
    if owner:
        found = found.filter(owner=owner)
    if kind in ("counted", "other"):
        found = found.filter(counted=kind == "counted")
    return found.order_by("-rows", "resource")
