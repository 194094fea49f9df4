"""Deliveries in trouble, for the administrator: masked addresses, no content."""

from citybrain.hub.messages.data import DeliveryRecord, Page
from citybrain.hub.messages.domain.wording import PLACEHOLDER
from citybrain.hub.messages.models import Delivery, Notice
from citybrain.hub.messages.permissions import MANAGE
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed
from citybrain.kernel.masking import mask

State = Delivery.State
TROUBLED = (State.DEAD, State.FAILED)


def troubled(actor: Actor, *, state: str = "", page: int = 1, size: int = 50) -> Page:
    """Failed (being retried) and dead deliveries, newest first. NotAllowed without ``messages.manage``."""
    if not actor.may(MANAGE):
        raise NotAllowed()
    states = [state] if state in TROUBLED else list(TROUBLED)
    rows = Delivery.objects.filter(state__in=states).select_related("message").order_by("-at")
    total = rows.count()
    pages = -(-total // size)
    number = max(1, min(page, pages or 1))
    found = list(rows[(number - 1) * size : number * size])
    names = _names({d.message.template for d in found})
    return Page(tuple(_record(d, names) for d in found), number, pages, total)


def _names(templates: set[str]) -> dict[str, dict[str, str]]:
    """What the notices are called: their titles without the placeholders."""
    rows = Notice.objects.filter(key__in=templates).order_by("version").values_list("key", "title")
    return {
        key: {lang: PLACEHOLDER.sub("", text).strip(" :：，,") for lang, text in title.items()}
        for key, title in rows
    }


def _record(row: Delivery, names: dict[str, dict[str, str]]) -> DeliveryRecord:
    kind = "phone" if row.channel == "sms" else "email"
    return DeliveryRecord(
        row.pk, row.message_id, row.channel, row.state, row.attempts, row.error, mask(kind, row.address),
        row.message.template, row.at, row.next_at,
        names.get(row.message.template) or {"zh": row.message.template},
    )  # fmt: skip
