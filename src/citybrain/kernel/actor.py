"""Who acts: person, post, organisation, authority, terminal. Passed explicitly to every write. Free of Django."""

from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, Literal, Self
from uuid import UUID

from citybrain.kernel.masking import mask_name

Kind = Literal["citizen", "official", "system", "anonymous"]


@dataclass(frozen=True)
class Actor:
    """One acting subject.

    ``authority`` says by what right: ``own``, ``post``, ``delegation:<id>``, ``legal_person:<id>``, ``system``.
    ``subject_id`` is the natural or legal person acted for. ``permissions`` are the permission words held in any
    scope; whether they reach a given organisation or matter is identity's question (``identity.may``).
    """

    kind: Kind
    account_id: UUID | None = None
    person_id: UUID | None = None
    post_id: UUID | None = None
    organisation: str = ""
    authority: str = "own"
    subject_id: UUID | None = None
    terminal: str = "web"
    ip: str = ""
    name: str = ""
    permissions: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def system(cls, name: str) -> Self:
        """The product itself: a timer, a subscriber, a loader. ``name`` says which."""
        return cls(kind="system", authority="system", terminal="system", name=name)

    @classmethod
    def anonymous(cls, terminal: str = "web", ip: str = "") -> Self:
        """Nobody signed in."""
        return cls(kind="anonymous", terminal=terminal, ip=ip)

    @property
    def is_authenticated(self) -> bool:
        """True for a signed-in person and for the system."""
        return self.kind != "anonymous"

    def may(self, permission: str) -> bool:
        """Coarse check: does the actor hold the permission in any scope? The system holds all."""
        return self.kind == "system" or permission in self.permissions

    def as_dict(self) -> dict[str, Any]:
        """JSON form for audit, events and histories: ids as text, empty members left out, permissions never stored.

        A citizen's name is masked: histories are not encrypted, and the ids say who it was.
        """
        return dict(self._stored)

    @cached_property
    def _stored(self) -> dict[str, str]:
        """Every act writes its actor several times (history, audit, events): worked out once."""
        values = {name: getattr(self, name) for name in _STORED}
        if self.kind == "citizen":
            values["name"] = mask_name(self.name)
        return {k: str(v) if isinstance(v, UUID) else v for k, v in values.items() if v not in ("", None)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """The actor of a stored event or audit row; carries no permissions."""
        ids = ("account_id", "person_id", "post_id", "subject_id")
        known: dict[str, Any] = {k: UUID(v) if k in ids and v else v for k, v in values.items()}
        return cls(**known)


_STORED = tuple(f.name for f in fields(Actor) if f.name != "permissions")
