"""Errors a person can act on: what happened, what is safe, what to do. Free of Django.

A view never builds an error page itself; it lets these pass and ``kernel.http.ErrorMiddleware`` answers in the
language and form (page, JSON) the client asked for.
"""

from dataclasses import dataclass
from typing import Any


class CityError(Exception):
    """Base of every refusal. ``code`` is stable for machines, ``message`` is for people (already translated)."""

    status = 400
    code = "error"

    def __init__(
        self, message: Any = "", *, code: str = "", status: int = 0, safe: Any = "", todo: Any = ""
    ) -> None:
        super().__init__(message)
        self._message, self._safe, self._todo = message, safe, todo
        if code:
            self.code = code
        if status:
            self.status = status

    @property
    def message(self) -> str:
        """What happened."""
        return str(self._message)

    @property
    def safe(self) -> str:
        """What is not lost."""
        return str(self._safe)

    @property
    def todo(self) -> str:
        """What the person can do now."""
        return str(self._todo)

    def __str__(self) -> str:
        return self.message or self.code

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"code": self.code, "message": self.message, "safe": self.safe, "todo": self.todo}


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with one field. ``path`` is dotted (``people.0.name``); empty means the whole input."""

    path: str
    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """The JSON form."""
        return {"path": self.path, "code": self.code, "message": str(self.message)}


class Invalid(CityError):
    """The input has problems; each names its field. 422."""

    status = 422
    code = "invalid"

    def __init__(self, problems: list[FieldProblem], message: Any = "", **kw: Any) -> None:
        self.problems = list(problems)
        super().__init__(message or "; ".join(str(p.message) for p in self.problems), **kw)

    def as_dict(self) -> dict[str, Any]:
        return {**super().as_dict(), "problems": [p.as_dict() for p in self.problems]}


class NotAllowed(CityError):
    """The actor lacks the right. 403. The refusal is audited by whoever raises it (guard, identity.require)."""

    status = 403
    code = "not_allowed"


class NotFound(CityError):
    """No such thing, or none that this actor may know of. 404."""

    status = 404
    code = "not_found"


class Conflict(CityError):
    """Somebody else was faster, or the thing is in another state by now. 409."""

    status = 409
    code = "conflict"


class _RetryLater(CityError):
    def __init__(self, message: Any = "", *, retry_after: float = 1, **kw: Any) -> None:
        self.retry_after = max(1, round(retry_after))
        super().__init__(message, **kw)


class TooMany(_RetryLater):
    """Too many attempts. 429 with Retry-After (whole seconds)."""

    status = 429
    code = "too_many"


class Unavailable(_RetryLater):
    """Something we need is down or overloaded. 503 with Retry-After (whole seconds)."""

    status = 503
    code = "unavailable"
