"""The day's scores after a scan: items, dimensions and the resource itself, its department, the city."""

from django.conf import settings
from django.db.models import Sum

from citybrain.hub.data.data import ResourceRecord
from citybrain.hub.data.models import QualityResult, QualityScore, Resource
from citybrain.hub.data.quality.domain import scoring
from citybrain.hub.data.quality.queries.weights import weights
from citybrain.kernel import clock


def keep_scores(record: ResourceRecord) -> None:
    """Compute and keep every score this resource takes part in."""
    from citybrain.hub.data.quality.actions.keep_scan import keep_day

    found = counted_of(record.key)
    rows = scores_of(record, found)
    names = [row.subject for row in rows]
    for level in ("item", "dimension", "resource"):
        keep_day(
            QualityScore,
            [row for row in rows if row.level == level],
            ("level", "subject"),
            level=level,
            subject__in=names,
        )
    if record.owner:
        keep_day(QualityScore, [together("department", record.owner)], ("level", "subject"), level="department", subject=record.owner)  # fmt: skip
    keep_day(QualityScore, [together("city", "city")], ("level", "subject"), level="city")


def counted_of(key: str) -> list[scoring.Counted]:
    """The current results of a resource."""
    return [
        scoring.Counted(r.rule, r.dimension, tuple(r.items), r.weight, r.judged, r.failed)
        for r in QualityResult.objects.filter(resource=key, current=True)
    ]


def scores_of(record: ResourceRecord, found: list[scoring.Counted]) -> list[QualityScore]:
    """Rows of the resource's own scores."""

    def row(level: str, subject: str, score, part: list[scoring.Counted]) -> QualityScore:
        return QualityScore(
            day=clock.today(), level=level, subject=subject, owner=record.owner, score=score, rows=record.rows,
            checked=len(part), provided=len(record.items), problems=sum(c.failed for c in part), demo=record.demo,
        )  # fmt: skip

    rows = [row("resource", record.key, scoring.of_resource(found, weights()), found)]
    for name, score in scoring.by_item(found).items():
        rows.append(row("item", f"{record.key}#{name}", score, [c for c in found if name in c.items]))
    for word, score in scoring.by_dimension(found).items():
        rows.append(
            row("dimension", f"{record.key}#{word}", score, [c for c in found if c.dimension == word])
        )
    return rows


def together(level: str, subject: str) -> QualityScore:
    """The score of a department or the city from its resources, each once; demo data do not count in production."""
    scores = QualityScore.objects.filter(level="resource", current=True)
    provided = Resource.objects.filter(kind="lake", state="published", alive=True)
    if level == "department":
        scores, provided = scores.filter(owner=subject), provided.filter(owner=subject)
    if settings.MODE == "production":
        scores, provided = scores.filter(demo=False), provided.filter(demo=False)
    scores = scores.filter(subject__in=provided.values("key"))
    known = list(scores.filter(score__isnull=False).values_list("score", flat=True))
    sums = scores.aggregate(rows=Sum("rows"), problems=Sum("problems"))
    return QualityScore(
        day=clock.today(), level=level, subject=subject, owner=subject if level == "department" else "",
        score=scoring.weighted((score, 1) for score in known), rows=sums["rows"] or 0, checked=len(known),
        provided=provided.count(), problems=sums["problems"] or 0, demo=False,
    )  # fmt: skip
