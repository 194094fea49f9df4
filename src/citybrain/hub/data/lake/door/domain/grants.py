"""What a client may do: per namespace or single table, reading or writing. Default deny."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NAMESPACE = re.compile(r"[a-z][a-z0-9]{0,39}")
NOUN = re.compile(r"[a-z][a-z0-9_]{0,59}")
GRADES = ("L1", "L2", "L3")  # L4 leaves the house by no door of this kind
UNDECLARED = "L3"  # a table nobody described may hold anything


@dataclass(frozen=True)
class LakeGrant:
    """One right. An empty ``table`` means every table of the namespace, also those to come."""

    namespace: str
    table: str = ""
    write: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As it is stored."""
        return {"namespace": self.namespace, "table": self.table, "write": self.write}

    def says(self) -> str:
        """As people read it: ``gaj.* read``."""
        return f"{self.namespace}.{self.table or '*'} {'write' if self.write else 'read'}"


@dataclass(frozen=True)
class Rights:
    """All grants of a client and the highest grade it may see."""

    grants: tuple[LakeGrant, ...]
    grade: str = "L2"

    @classmethod
    def of(cls, stored: Iterable[Mapping[str, Any]], grade: str) -> "Rights":
        """From the stored form."""
        return cls(tuple(LakeGrant(g["namespace"], g["table"], g["write"]) for g in stored), grade)

    def namespaces(self) -> list[str]:
        """Namespaces the client knows of."""
        return sorted({grant.namespace for grant in self.grants})

    def may_create(self, namespace: str) -> bool:
        """New tables need writing in the whole namespace."""
        return any(g.namespace == namespace and not g.table and g.write for g in self.grants)

    def may(self, namespace: str, table: str, grade: str | None, *, write: bool = False) -> bool:
        """Whether the table may be read (or written). ``grade`` None: no resource describes the table."""
        known = (UNDECLARED if grade is None and not self.may_create(namespace) else grade) or "L1"
        if known > self.grade:
            return False
        return any(
            grant.namespace == namespace and grant.table in ("", table) and (grant.write or not write)
            for grant in self.grants
        )
