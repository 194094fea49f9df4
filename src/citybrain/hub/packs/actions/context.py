"""What a part sees while it checks and applies."""

from __future__ import annotations

from collections.abc import Sequence

from citybrain.hub.packs.data import PackDocument, Pointer, Problem
from citybrain.hub.packs.domain.folder import asset
from citybrain.hub.packs.domain.reading import Pack
from citybrain.hub.packs.queries.installed import is_installed
from citybrain.kernel.actor import Actor


class PackContext:
    """One pack at hand, the packs it needs, and who acts."""

    def __init__(self, pack: Pack, needed: Sequence[Pack], *, by: Actor, demo: bool, checking: bool) -> None:
        self.pack, self.needed = pack, needed
        self.by, self.demo, self.checking = by, demo, checking

    def problem(
        self,
        doc: PackDocument,
        pointer: Pointer = (),
        *,
        zh: str,
        en: str,
        code: str = "check",
        level: str = "error",
    ) -> Problem:
        """A problem at a place in a document."""
        return Problem(
            code,
            zh,
            en,
            doc.file,
            doc.line(pointer),
            doc.pack,
            doc.part,
            doc.key,
            "warning" if level == "warning" else "error",
        )

    def docs(self, part: str) -> list[PackDocument]:
        """Documents of one part in the pack at hand."""
        return self.pack.docs(part)

    def find(self, part: str, key: str) -> PackDocument | None:
        """A document of the pack at hand or of a needed pack."""
        for pack in (self.pack, *reversed(self.needed)):
            for doc in pack.documents:
                if doc.part == part and doc.key == key:
                    return doc
        return None

    def known(self, part: str, key: str) -> bool:
        """Whether the pack at hand, a needed pack or an installed pack has this document."""
        return self.find(part, key) is not None or is_installed(part, key)

    def asset(self, name: str):
        """The path of a data file the document names, guarded against escapes; ValueError."""
        return asset(self.pack.root, name)
