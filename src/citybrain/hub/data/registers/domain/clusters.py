"""From pairs to entities: records joined by likely pairs become one, unless people said otherwise."""

from collections.abc import Iterable, Mapping


class Clusters:
    """Sets of records that grow together (union-find); ``join`` refuses to bring two anchored sets together.

    An anchor is the entity of an identifier: two different citizen numbers are never one person by likeness alone.
    """

    def __init__(self, anchors: Mapping[str, str]) -> None:
        self.parent: dict[str, str] = {}
        self.anchor = dict(anchors)

    def root(self, record: str) -> str:
        """The set a record is in."""
        at = record
        while self.parent.get(at, at) != at:
            self.parent[at] = self.parent.get(self.parent[at], self.parent[at])
            at = self.parent[at]
        return at

    def join(self, left: str, right: str) -> bool:
        """One set of two; False when both have anchors that differ."""
        a, b = self.root(left), self.root(right)
        if a == b:
            return True
        one, other = self.anchor.get(a), self.anchor.get(b)
        if one and other and one != other:
            return False
        self.parent[b] = a
        if other:
            self.anchor[a] = other
        return True

    def members(self, records: Iterable[str]) -> dict[str, list[str]]:
        """Set → its records, sorted."""
        found: dict[str, list[str]] = {}
        for record in sorted(records):
            found.setdefault(self.root(record), []).append(record)
        return found
