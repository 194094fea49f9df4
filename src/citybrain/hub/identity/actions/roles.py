"""Roles and their permissions, from packs. Refuses permission words nobody declared."""

from citybrain.kernel.permissions import is_declared

from ..models import Role
from ..queries.directory import touch


def register_role_permissions(
    key: str,
    *,
    name: dict[str, str],
    permissions: list[str],
    separated: str = "",
    note: dict[str, str] | None = None,
    pack: str = "",
    document: str = "",
) -> None:
    """Make or replace a role. Raises ValueError naming the undeclared permissions."""
    unknown = [word for word in permissions if not is_declared(word)]
    if unknown:
        raise ValueError(f"role {key}: undeclared permissions {', '.join(unknown)}")
    Role.objects.update_or_create(
        key=key,
        defaults={
            "name": name,
            "note": note or {},
            "permissions": sorted(set(permissions)),
            "separated": separated,
            "pack": pack,
            "document": document,
            "hidden": False,
        },
    )
    touch()


def hide_role(key: str, *, pack: str) -> None:
    """The role's document is gone: whoever holds it loses its permissions."""
    Role.objects.filter(key=key, pack=pack).update(hidden=True)
    touch()
