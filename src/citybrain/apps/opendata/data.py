"""Records and events of open data that cross its door. No Django."""

from typing import ClassVar

from citybrain.kernel.errors import CityError
from citybrain.kernel.events import Event


class NotOpenable(CityError):
    """This may not be opened. 409; ``code`` says why: l4, not_opened, personal, unknown_item, too_large, nothing_left."""

    status = 409
    code = "not_openable"


class DatasetPublished(Event):
    """A version of an open dataset is public."""

    name: ClassVar[str] = "opendata.dataset_published"
    slug: str
    version: int
    rows: int


class DatasetWithdrawn(Event):
    """An open dataset was withdrawn; its page stays and says why."""

    name: ClassVar[str] = "opendata.dataset_withdrawn"
    slug: str
    reason: str
