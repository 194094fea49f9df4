"""Tables of packs: a noun a file."""

from citybrain.hub.packs.models.installed import InstalledDocument, InstalledPack

__all__ = ["InstalledDocument", "InstalledPack"]
