"""The directory as one immutable picture in memory: units, posts, roles, and the scope of a right.

Answers ``may`` and ``scope`` without touching the database. Refuses to guess: an unknown post or role holds
nothing (default deny).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from ..data import ALL, Grant, OrganisationRecord, PostRecord, RoleRecord, Scope, ScopePart


@dataclass
class Directory:
    """A picture of the directory at ``version``. Never changed after it is built."""

    version: UUID | None
    organisations: Mapping[str, OrganisationRecord]
    posts: Mapping[UUID, PostRecord]
    roles: Mapping[str, RoleRecord]
    guides: Mapping[str, frozenset[str]]  # unit -> units whose business it guides
    leads: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _reach: dict[tuple[str, str], Any] = field(default_factory=dict)
    _scopes: dict[tuple[UUID, str], Scope] = field(default_factory=dict)

    @cached_property
    def children(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for unit in self.organisations.values():
            found[unit.parent].append(unit.code)
        return dict(found)

    @cached_property
    def posts_by_key(self) -> dict[str, PostRecord]:
        return {post.key: post for post in self.posts.values()}

    @cached_property
    def posts_by_organisation(self) -> dict[str, list[PostRecord]]:
        found: dict[str, list[PostRecord]] = defaultdict(list)
        for post in self.posts.values():
            found[post.organisation].append(post)
        return dict(found)

    def subtree(self, code: str) -> frozenset[str]:
        """The unit and everything under it. A loop in the data ends the walk instead of the process."""
        key = (code, "subtree")
        if key not in self._reach:
            seen: set[str] = set()
            queue = [code]
            while queue:
                here = queue.pop()
                if here in seen:
                    continue
                seen.add(here)
                queue.extend(self.children.get(here, ()))
            self._reach[key] = frozenset(seen)
        return self._reach[key]

    def ancestors(self, code: str) -> list[str]:
        """Codes from the parent up to the root."""
        found: list[str] = []
        unit = self.organisations.get(code)
        while unit and unit.parent and unit.parent not in found:
            found.append(unit.parent)
            unit = self.organisations.get(unit.parent)
        return found

    def reach(self, grant: Grant) -> Any:
        """Codes a grant reaches, or ALL."""
        if grant.reach == "all":
            return ALL
        if grant.reach == "own":
            return frozenset({grant.organisation})
        if grant.reach == "place":
            return self.jurisdiction(grant.organisation)
        codes = self.subtree(grant.organisation)
        if grant.reach != "line":
            return codes
        guided = (self.subtree(c) for code in codes for c in self.guides.get(code, ()))
        return codes.union(*guided)

    def jurisdiction(self, code: str) -> frozenset[str]:
        """Every unit of the same place (a service centre receives for the city's own units, not the counties')."""
        key = (code, "jurisdiction")
        if key not in self._reach:
            here = self.organisations.get(code)
            found = (
                u.code for u in self.organisations.values() if here and u.jurisdiction == here.jurisdiction
            )
            self._reach[key] = frozenset(found) | {code}
        return self._reach[key]

    def permissions(self, post_ids: Iterable[UUID]) -> frozenset[str]:
        """Every permission the posts hold anywhere."""
        found: set[str] = set()
        for post_id in post_ids:
            post = self.posts.get(post_id)
            for grant in post.grants if post else ():
                role = self.roles.get(grant.role)
                found |= role.permissions if role else frozenset()
        return frozenset(found)

    def scope(self, post_id: UUID, permission: str) -> Scope:
        """Where a post holds a permission."""
        key = (post_id, permission)
        if key not in self._scopes:
            self._scopes[key] = Scope(tuple(self._parts(post_id, permission)))
        return self._scopes[key]

    def _parts(self, post_id: UUID, permission: str) -> Iterable[ScopePart]:
        post = self.posts.get(post_id)
        for grant in post.grants if post else ():
            role = self.roles.get(grant.role)
            if role and permission in role.permissions:
                yield ScopePart(self.reach(grant), frozenset(grant.matters) if grant.matters else ALL)

    def powers(self, post_ids: Iterable[UUID]) -> frozenset[str]:
        """Separated powers (三员) among the posts: system, security, audit."""
        found: set[str] = set()
        for post_id in post_ids:
            post = self.posts.get(post_id)
            for grant in post.grants if post else ():
                role = self.roles.get(grant.role)
                if role and role.separated:
                    found.add(role.separated)
        return frozenset(found)

    def holders(self, role: str, organisation: str) -> list[PostRecord]:
        """Posts holding a role over a unit, the nearest first: its own posts, else those reaching it."""
        own = [
            p
            for p in self.posts_by_organisation.get(organisation, ())
            if any(g.role == role for g in p.grants)
        ]
        if own:
            return own
        return [
            p
            for p in self.posts.values()
            if any(g.role == role and organisation in self.reach(g) for g in p.grants)
        ]
