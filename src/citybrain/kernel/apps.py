from django.utils.translation import get_language

from citybrain.kernel.rooms import RoomConfig
from citybrain.kernel.text import set_language_source


class KernelConfig(RoomConfig):
    name = "citybrain.kernel"
    label = "kernel"

    def ready(self) -> None:
        set_language_source(get_language)
        super().ready()
