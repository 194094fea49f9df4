"""What the services room does when a case moves: follow the rectification of bad reviews."""

from citybrain.apps.services.actions import rating
from citybrain.hub.cases.data import Transitioned
from citybrain.kernel.events import Meta, subscriber


@subscriber(Transitioned, name="services.follow_rectification")
def follow_rectification(event: Transitioned, meta: Meta) -> None:
    """Note when a bad review has been put right, and when a reviewed appeal excludes it."""
    if event.case_type != "rectification":
        return
    if event.to_state in {"rectified", "replied", "closed"}:
        rating.note_rectified(event.case_id, meta.at)
    if event.to_state == "excluded":
        rating.exclude_after_review(event.case_id)
