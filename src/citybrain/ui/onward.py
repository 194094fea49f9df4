"""What a page offers next. A room names a *place* (``data.resource``) and shows the steps that others hang there, without
knowing them: so the catalogue leads to the request form of an application it may not import.

``@onward.offer("data.resource")`` declares a function ``(request, subject) -> Iterable[Step]``; the page calls the global
``onward(request, place, subject)`` and prints the answer with ``c.next_steps``. The page behind a step decides again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True)
class Step:
    """One thing to do next; ``order`` sorts the steps of several rooms along the way, ``main`` marks the likely one."""

    title: Any
    href: str
    order: int = 50
    main: bool = False


Offer = Callable[[HttpRequest, Any], Iterable[Step]]
_offers: dict[str, dict[str, Offer]] = {}


def offer(place: str) -> Callable[[Offer], Offer]:
    """Declare who offers steps at a place; a function of the same name in the same module takes the place of the old one."""

    def declare(function: Offer) -> Offer:
        _offers.setdefault(place, {})[f"{function.__module__}.{function.__qualname__}"] = function
        return function

    return declare


def steps(request: HttpRequest | None, place: str, subject: Any) -> list[Step]:
    """The steps of all rooms at a place for this request, along the way; none without a request."""
    if request is None:
        return []
    found = [step for function in _offers.get(place, {}).values() for step in function(request, subject)]
    return sorted(found, key=lambda step: step.order)
