"""The Iceberg REST specification as far as this door speaks it: errors, addresses, what a commit may say.

Source: Apache Iceberg ``open-api/rest-catalog-open-api.yaml`` (1.10). Free of Django.
"""

from collections.abc import Iterable, Mapping
from typing import Any

ENDPOINTS = [
    "GET /v1/{prefix}/namespaces",
    "GET /v1/{prefix}/namespaces/{namespace}",
    "HEAD /v1/{prefix}/namespaces/{namespace}",
    "GET /v1/{prefix}/namespaces/{namespace}/tables",
    "POST /v1/{prefix}/namespaces/{namespace}/tables",
    "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "HEAD /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}",
    "POST /v1/{prefix}/namespaces/{namespace}/tables/{table}/metrics",
]
WRITING = {"add-snapshot", "set-snapshot-ref"}
SHAPING = {
    "add-schema",
    "set-current-schema",
    "add-spec",
    "set-default-spec",
    "add-sort-order",
    "set-default-sort-order",
}
SETTING = {"set-properties", "remove-properties"}
BEGINNING = {"assign-uuid", "upgrade-format-version", "set-location"}
# Other properties could name a class to load, a store to send our keys to or a folder outside the table.
PROPERTIES = (
    "write.parquet.",
    "write.avro.",
    "write.delete.",
    "write.update.",
    "write.merge.",
    "write.target-file-size-bytes",
    "write.distribution-mode",
    "write.format.default",
    "write.delete.format.default",
    "commit.retry.",
    "comment",
)
LARGEST_PROPERTY = 400


class DoorError(Exception):
    """A refusal in the specification's form."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message

    def body(self) -> dict[str, Any]:
        """``ErrorModel``."""
        return {"error": {"message": self.message, "type": self.kind, "code": self.status}}


def unknown_table(namespace: str, table: str) -> DoorError:
    """Also for tables the client may not know of."""
    return DoorError(404, "NoSuchTableException", f"Table does not exist: {namespace}.{table}")


def unknown_namespace(namespace: str) -> DoorError:
    """Also for namespaces the client may not know of."""
    return DoorError(404, "NoSuchNamespaceException", f"Namespace does not exist: {namespace}")


def forbidden(message: str) -> DoorError:
    """Known, but not allowed."""
    return DoorError(403, "ForbiddenException", message)


def bad_request(message: str) -> DoorError:
    """Not understood."""
    return DoorError(400, "BadRequestException", message)


def check_updates(
    updates: Iterable[Any], *, new: bool, declared: bool, current: int | None, ours: Mapping[str, str]
) -> None:
    """Refuse what a client may not say; ``current`` is the snapshot readers see now, ``ours`` our own properties.

    A declared table keeps the shape its resource has in the catalogue. ``main`` moves only to a snapshot of the same
    commit: history is never rolled back from outside.
    """
    fresh = {u.snapshot.snapshot_id for u in updates if u.action == "add-snapshot"}
    for update in updates:
        action = update.action
        if action in SHAPING and not new and declared:
            raise forbidden("the shape of this table is declared in the city's catalogue")
        if action in BEGINNING and not new:
            raise forbidden(f"{action} is upkeep, which the city does itself")
        if action not in WRITING | SHAPING | SETTING | BEGINNING:
            raise forbidden(f"{action} is upkeep, which the city does itself")
        if action == "upgrade-format-version" and update.format_version > 2:
            raise bad_request("format version 2 is the newest this catalogue keeps")
        if action == "set-properties":
            check_properties(update.updates, ours)
        if action == "remove-properties":
            check_removals(update.removals, ours)
        if action == "set-snapshot-ref":
            check_ref(update, fresh, current)


def check_ref(update: Any, fresh: set[int], current: int | None) -> None:
    """Only ``main``, only forward."""
    if update.ref_name != "main":
        raise forbidden("branches and tags are kept by the city")
    if update.snapshot_id not in fresh | {current}:
        raise forbidden("main moves forward only")


def check_properties(given: Mapping[str, Any], ours: Mapping[str, str]) -> None:
    """Only properties that steer how the client itself writes; ours may come back as we gave them."""
    for name, value in given.items():
        if ours.get(name) == value:
            continue
        if not name.startswith(PROPERTIES) or len(str(value)) > LARGEST_PROPERTY:
            raise forbidden(f"property {name[:80]} is not taken from outside")


def check_removals(names: Iterable[str], ours: Mapping[str, str]) -> None:
    """Only what a client may set it may take away; how long history is kept is the city's word."""
    for name in names:
        if name in ours or not name.startswith(PROPERTIES):
            raise forbidden(f"property {name[:80]} is not taken away from outside")


def is_inside(folder: str, path: str) -> bool:
    """Whether a file lies below a folder; ``..`` never does."""
    home, found = (text.removeprefix("file://").removeprefix("file:") for text in (folder, path))
    return found.startswith(home.rstrip("/") + "/") and ".." not in found.split("/")
