"""What others hand in: pushed requests and messages of a stream lie in ``Receipt`` until a run takes them.

A run claims what waits in one transaction; claimed again after a crash it gets the same rows, so nothing is taken twice.
"""

from pathlib import Path

from django.db import transaction

from citybrain.hub.data.collection.connectors.addresses import allowed_address
from citybrain.hub.data.collection.connectors.folder import NothingNew
from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.ports import Access, Finding, Staged, Thing, Wish
from citybrain.hub.data.models import Receipt
from citybrain.kernel.errors import CityError
from citybrain.kernel.text import Text

MOST_AT_ONCE = 200_000  # receipts of one run; the rest comes with the next


class Inbox:
    """Rows that a department's system pushed."""

    def check(self, access: Access) -> list[Finding]:
        """How much waits."""
        waiting = Receipt.objects.filter(source_id=access.id, run_id=None).count()
        return [
            Finding(True, Text(zh=f"等待入湖的推送 {waiting} 次", en=f"{waiting} pushes wait to be taken in"))
        ]

    def discover(self, access: Access) -> list[Thing]:
        """The inbox itself."""
        return [Thing("inbox")]

    def bring(self, access: Access, wish: Wish, folder: Path) -> Staged:
        """What this run claims, one object a line. NothingNew when nothing waits."""
        found = Receipt.objects.filter(source_id=access.id)
        if wish.run is None:  # a preview looks and takes nothing
            chosen = found.order_by("-id")[:200]
        else:
            claim(access, wish)
            chosen = found.filter(run_id=wish.run).order_by("id")
        target, any_row = folder / "inbox.ndjson", False
        with open(target, "w", encoding="utf-8") as out:
            for body in chosen.values_list("body", flat=True).iterator(chunk_size=500):
                out.write(body)
                any_row = True
        if not any_row:
            raise NothingNew("nothing was handed in since / 没有新的推送数据")
        return Staged(target, Shape(kind="json"), "inbox")


def claim(access: Access, wish: Wish) -> None:
    """Mark what waits as taken by this run; what it took before a crash stays its own."""
    with transaction.atomic():
        if Receipt.objects.filter(source_id=access.id, run_id=wish.run).exists():
            return
        waiting = Receipt.objects.select_for_update(skip_locked=True).filter(source_id=access.id, run_id=None)
        chosen = list(waiting.order_by("id").values_list("pk", flat=True)[:MOST_AT_ONCE])
        Receipt.objects.filter(pk__in=chosen).update(run_id=wish.run)


class Stream(Inbox):
    """Messages of a broker (MQTT); ``stream.listen`` writes them into the inbox."""

    def check(self, access: Access) -> list[Finding]:
        """The broker's address is allowed; and how much waits."""
        try:
            allowed_address(str(access.settings.get("host", "")), int(access.settings.get("port") or 1883))
        except CityError as error:
            return [
                Finding(
                    False,
                    Text(zh=str(error), en=str(error)),
                    Text(zh="核对消息服务器地址", en="Check the broker's address"),
                )
            ]
        return super().check(access)
