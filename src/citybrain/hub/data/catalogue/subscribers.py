"""Telling those who watch a resource that it was published again, changed or withdrawn."""

from typing import Any

from citybrain.hub.data.catalogue.domain.choices import STATES
from citybrain.hub.data.data import ResourceChanged, ResourcePublished, ResourceWithdrawn
from citybrain.hub.data.models import Resource, Subscription
from citybrain.hub.messages import api as messages
from citybrain.kernel.errors import NotFound
from citybrain.kernel.events import Meta, subscriber

NOTICE = "data_resource_changed"


@subscriber(ResourceChanged, name="data.tell_of_change")
def tell_of_change(event: ResourceChanged, meta: Meta) -> None:
    """A new version, with the items it touches."""
    row = Resource.objects.filter(pk=event.resource).first()
    titles = dict(row.items.values_list("name", "title")) if row else {}
    zh = "、".join(titles.get(name, {}).get("zh") or name for name in event.items[:12])
    en = ", ".join(titles.get(name, {}).get("en") or name for name in event.items[:12])
    what = {
        "zh": f"第{event.version}版," + (f"变动信息项:{zh}" if zh else "目录信息有变动"),
        "en": f"version {event.version}, " + (f"items changed: {en}" if en else "its description changed"),
    }
    tell(event.resource, what, meta)


@subscriber(ResourcePublished, name="data.tell_of_publishing")
def tell_of_publishing(event: ResourcePublished, meta: Meta) -> None:
    """Published, or published again."""
    said = STATES["published"]
    tell(
        event.resource,
        {"zh": f"{said.zh}第{event.version}版", "en": f"{said.en}, version {event.version}"},
        meta,
    )


@subscriber(ResourceWithdrawn, name="data.tell_of_withdrawal")
def tell_of_withdrawal(event: ResourceWithdrawn, meta: Meta) -> None:
    """Withdrawn, with the reason."""
    said = STATES["withdrawn"]
    tell(event.resource, {"zh": f"{said.zh}:{event.reason}", "en": f"{said.en}: {event.reason}"}, meta)


def tell(key: str, what: dict[str, str], meta: Meta) -> None:
    """One message a watcher; nobody is told where no installed pack words the notice."""
    title = Resource.objects.filter(pk=key).values_list("title", flat=True).first()
    for account in Subscription.objects.filter(resource=key).values_list("account_id", flat=True):
        context: dict[str, Any] = {"resource_name": title, "resource_key": key, "what": what}
        to = messages.Recipient(account_id=account)
        try:
            messages.send(template=NOTICE, to=to, context=context, key=f"{meta.id}:{account}", by=meta.by)
        except NotFound:
            return
