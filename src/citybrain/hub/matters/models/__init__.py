"""Tables of the catalogue, one noun a file."""

from citybrain.hub.matters.models.bundle import Bundle, BundleVersion
from citybrain.hub.matters.models.file import MatterFile
from citybrain.hub.matters.models.matter import Matter, MatterBody, MatterVersion
from citybrain.hub.matters.models.search import SearchEntry, Synonym
from citybrain.hub.matters.models.theme import Theme

__all__ = [
    "Bundle", "BundleVersion", "Matter", "MatterBody", "MatterFile", "MatterVersion", "SearchEntry", "Synonym", "Theme",
]  # fmt: skip
