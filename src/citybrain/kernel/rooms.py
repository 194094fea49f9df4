"""How a room announces itself to Django.

A room is a Django app whose label is the last word of its package. On start its optional modules are imported
so that registrations (pack parts, subscribers, loops, datasets, permissions) happen without a central list.
"""

from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig

ANNOUNCEMENTS = ("permissions", "pack", "datasets", "subscribers", "tasks", "onward")


class RoomConfig(AppConfig):
    """Base of every room's AppConfig. Set ``name``; the label is the last word of it."""

    default_auto_field = "django.db.models.BigAutoField"
    default = False  # Django must choose the room's own class, not this one imported beside it

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True

    def ready(self) -> None:
        """Import the room's announcement modules, when it has them."""
        for module in ANNOUNCEMENTS:
            dotted = f"{self.name}.{module}"
            if find_spec(dotted) is not None:
                import_module(dotted)
