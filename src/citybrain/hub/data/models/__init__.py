"""Tables of the data room."""

from citybrain.hub.data.models.catalogue import CatalogueEntry
from citybrain.hub.data.models.read_log import ReadLog

__all__ = ["CatalogueEntry", "ReadLog"]
