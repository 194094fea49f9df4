"""How sure it is who acts (实名等级): the level of this session, else the one on record; and what demands a level.

A session that came through the real-name provider carries the level it reached there as a mark among the actor's
permissions, so asking costs nothing; an actor without a session (a journey, a task) is judged by the person's record.
Officials act under their unit's own identification of the person at the window and are not judged here.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed

from ..models import Person

LEVELS = ("declared", "basic", "verified")
MARK = "identity.assured."


def marks(level: str) -> frozenset[str]:
    """What a session of this level adds to the actor's permissions."""
    return frozenset({MARK + level}) if level in LEVELS else frozenset()


def assurance(actor: Actor) -> str:
    """``declared``, ``basic`` or ``verified``."""
    marked = next((level for level in LEVELS if MARK + level in actor.permissions), "")
    if marked or actor.person_id is None:
        return marked or LEVELS[0]
    return Person.objects.filter(pk=actor.person_id).values_list("level", flat=True).first() or LEVELS[0]


def reaches(actor: Actor, level: str) -> bool:
    """Whether the actor is known at least that surely. Always true for officials and the system."""
    if actor.kind != "citizen" or level not in LEVELS:
        return True
    return LEVELS.index(assurance(actor)) >= LEVELS.index(level)


def require_assurance(actor: Actor, level: str) -> None:
    """NotAllowed (code ``assurance``) when the actor is known less surely than ``level``."""
    if not reaches(actor, level):
        raise NotAllowed(
            _("This matter needs a stronger proof of who you are."), code="assurance",
            safe=_("Nothing was submitted; what you have saved is still there."),
            todo=_("Confirm your identity with your face or your card on the real-name platform, or come to a window."),
        )  # fmt: skip
