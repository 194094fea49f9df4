"""The data room announces itself and keeps its catalogue in line after every migration."""

from importlib import import_module
from importlib.util import find_spec

from django.db.models.signals import post_migrate

from citybrain.kernel.rooms import ANNOUNCEMENTS, RoomConfig

TOPICS = (
    "jobs",
    "lake",
    "lake.door",
    "catalogue",
    "collection",
    "registers",
    "quality",
    "grants",
    "workbench",
)


class DataConfig(RoomConfig):
    """See ``kernel.rooms``."""

    name = "citybrain.hub.data"
    label = "data"

    def ready(self) -> None:
        """Announcements of the room and of its topics, then the catalogue follows the code."""
        super().ready()
        for module in [f"{self.name}.{topic}.{word}" for topic in TOPICS for word in ANNOUNCEMENTS]:
            if find_spec(module) is not None:
                import_module(module)
        import_module(f"{self.name}.views.names").announce()
        post_migrate.connect(renew_catalogue, sender=self)


def renew_catalogue(**_kwargs: object) -> None:
    """Write what the rooms announce into the catalogue."""
    from citybrain.hub.data.catalogue.actions.sync_catalogue import sync_catalogue

    sync_catalogue()
