"""The data room announces itself and keeps its catalogue in line after every migration."""

from django.db.models.signals import post_migrate

from citybrain.kernel.rooms import RoomConfig


class DataConfig(RoomConfig):
    """See ``kernel.rooms``."""

    name = "citybrain.hub.data"
    label = "data"

    def ready(self) -> None:
        """Announcements, then the catalogue follows the code."""
        super().ready()
        post_migrate.connect(renew_catalogue, sender=self)


def renew_catalogue(**_kwargs: object) -> None:
    """Write what the rooms announce into the catalogue."""
    from citybrain.hub.data.actions.sync_catalogue import sync_catalogue

    sync_catalogue()
