"""The register of permission words (``room.verb``). Roles in packs may name only words declared here."""

from dataclasses import dataclass

from citybrain.kernel.text import Text


@dataclass(frozen=True)
class Permission:
    """One permission: the word and how to say it."""

    word: str
    title: Text

    @property
    def key(self) -> str:
        """The word."""
        return self.word

    @property
    def room(self) -> str:
        """The room that declared it."""
        return self.word.split(".", 1)[0]


_declared: dict[str, Permission] = {}


def declare(word: str, *, zh: str, en: str) -> str:
    """Declare ``room.verb`` with its name in both languages; returns the word. Declaring twice differently is refused."""
    room, dot, verb = word.partition(".")
    if not (room and dot and verb):
        raise ValueError(f"permission {word!r} must read room.verb")
    permission = Permission(word, Text(zh=zh, en=en))
    if _declared.setdefault(word, permission) != permission:
        raise ValueError(f"permission {word!r} is declared twice with different names")
    return word


def all_permissions() -> list[Permission]:
    """Every declared permission, by word."""
    return sorted(_declared.values(), key=lambda p: p.word)


def is_declared(word: str) -> bool:
    """Whether a role may name it."""
    return word in _declared
