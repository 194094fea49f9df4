"""Rating a case (好差评, reference §2.9) and following its rectification."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.apps.services.data import BAD_FROM, GRADES
from citybrain.apps.services.models import Rating
from citybrain.hub.cases import api as cases
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed

RATABLE = frozenset({"delivered", "rejected", "closed", "archived", "not_accepted", "returned"})
"""States in which a case has come to an end for its applicant."""

TEXT_LIMIT = 500
TAG_LIMIT = 6


def check_rating(grade: int | None, text: str) -> None:
    """Refuse a rating without a grade (none is preselected) or with too long a text."""
    problems = []
    if grade not in GRADES:
        problems.append(FieldProblem("grade", "missing", _("Choose one of the five grades.")))
    if len(text) > TEXT_LIMIT:
        problems.append(FieldProblem("text", "too_long", _("Write at most 500 characters.")))
    if problems:
        raise Invalid(problems)


@transaction.atomic
def rate_case(
    case_id: UUID,
    *,
    grade: int | None,
    by: Actor,
    text: str = "",
    tags: list[str] | None = None,
    anonymous: bool = False,
    channel: str = "online",
) -> Rating:
    """Record the applicant's one rating of a finished case; a bad one opens a rectification case (A11).

    Raises NotAllowed for officials, NotFound for someone else's case, Invalid for a missing grade, Conflict when already rated or not over.
    """
    check_rating(grade, text)
    if by.kind != "citizen":
        raise NotAllowed(_("Only the person who applied rates a case."))
    case = cases.case_for(by, case_id, purpose="rate", parts=()).record
    if case.state not in RATABLE:
        raise Conflict(
            _("This case is still being handled; you can rate it when it is finished."), code="not_over"
        )
    if Rating.objects.select_for_update().filter(case_id=case_id).exists():
        raise Conflict(_("This case has already been rated: one case, one rating."), code="already_rated")
    rating = Rating.objects.create(
        case_id=case_id,
        case_no=case.case_no,
        matter=case.matter,
        matter_name=case.matter_name,
        organisation=case.organisation,
        division=case.division,
        grade=grade,
        tags=(tags or [])[:TAG_LIMIT],
        text=text,
        anonymous=anonymous,
        channel=channel,
        rater_person_id=None if anonymous else by.person_id,
        rated_at=clock.now(),
        demo=case.demo,
    )
    audit.record(
        "services.rate",
        by=by,
        obj=f"case:{case_id}",
        organisation=case.organisation,
        after={"grade": grade, "channel": channel},
    )
    if rating.grade >= BAD_FROM:
        _open_rectification(rating)
    return rating


def _open_rectification(rating: Rating) -> None:
    """谁办理谁负责: the rectification case goes to the unit that handled the rated case."""
    robot = Actor.system("services.rating")
    opened = cases.open_case(
        case_type="rectification",
        by=robot,
        subject=None,
        organisation=rating.organisation,
        division=rating.division,
        matter=rating.matter,
        matter_name=rating.matter_name,
        channel="online",
        data={
            "rated_case_no": rating.case_no,
            "rated_case_id": str(rating.case_id),
            "grade": rating.grade,
            "text": rating.text,
            "tags": rating.tags,
            "anonymous": rating.anonymous,
        },
        demo=rating.demo,
        idempotency_key=f"rectify:{rating.case_id}",
    )
    rating.rectification_case_id = opened.id
    rating.rectify_due_at = opened.due_at
    rating.save(update_fields=["rectification_case_id", "rectify_due_at"])


def note_rectified(rectification_case_id: UUID, at: datetime) -> None:
    """The rectification case was closed; keep the first time it was."""
    Rating.objects.filter(rectification_case_id=rectification_case_id, rectified_at__isnull=True).update(
        rectified_at=at
    )


def exclude_after_review(rectification_case_id: UUID) -> None:
    """A reviewed appeal (误评, 恶意差评) takes the rating out of the statistics; the row stays."""
    Rating.objects.filter(rectification_case_id=rectification_case_id).update(excluded=True)


def rating_of(case_id: UUID) -> Rating | None:
    """The rating of a case, if any; call only with a case that came through ``cases.case_for``."""
    return Rating.objects.filter(case_id=case_id).first()


__all__ = ["check_rating", "exclude_after_review", "note_rectified", "rate_case", "rating_of"]
