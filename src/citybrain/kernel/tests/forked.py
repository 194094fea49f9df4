"""What a forked child of a test does first."""

from typing import Any

from django.db import connections

_kept: list[Any] = []


def forget_connections() -> None:
    """The child opens its own; the parent's are neither used nor closed, which would end them for the parent as well.

    The parent's ``connections.close_all()`` is not enough: while a browser's event loop runs in it, Django keeps its connections
    elsewhere than before the loop began, and a child, in which no loop runs, finds the earlier ones.
    """
    for wrapper in connections.all(initialized_only=True):
        _kept.append(wrapper.connection)
        wrapper.connection = None
