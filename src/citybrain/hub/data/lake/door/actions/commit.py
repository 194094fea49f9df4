"""Creating tables and committing to them for clients: checked first, then left to the catalogue's own atomic swap."""

import logging
from typing import Any

from pyiceberg.catalog.rest import CreateTableRequest
from pyiceberg.exceptions import (
    CommitFailedException,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
    ValidationError,
)
from pyiceberg.manifest import ManifestFile
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.schema import Schema
from pyiceberg.table import CommitTableRequest, CommitTableResponse, StagedTable, Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.sorting import UNSORTED_SORT_ORDER

from citybrain.hub.data.catalogue.actions.declare import note_delivery
from citybrain.hub.data.lake.catalog import batch_of, catalog
from citybrain.hub.data.lake.door.domain.grants import NOUN
from citybrain.hub.data.lake.door.domain.spec import (
    DoorError,
    bad_request,
    check_properties,
    check_updates,
    forbidden,
    is_inside,
    unknown_namespace,
)
from citybrain.hub.data.lake.tables import PROPERTIES
from citybrain.hub.data.models import Resource
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

MOST_MANIFESTS = 2_000
LARGEST_MANIFEST = 32 * 1024 * 1024
BEHIND, AHEAD = 60_000, 3_600_000  # milliseconds; Iceberg's own writers allow clocks a minute
log = logging.getLogger(__name__)


def table_or_none(name: str) -> Table | None:
    """The table, if there is one."""
    try:
        return catalog().load_table(name)
    except NoSuchTableError:
        return None


def create_table(namespace: str, asked: CreateTableRequest) -> Table:
    """A new table in the place and with the settings the city gives; only planned when ``stage_create`` says so."""
    if NOUN.fullmatch(asked.name) is None:
        raise bad_request("a table is named by lower case letters, digits and underscores")
    given = {key: value for key, value in asked.properties.items() if not key.startswith("format-version")}
    check_properties(given, PROPERTIES)
    if str(asked.properties.get("format-version", "2")) != "2":
        raise bad_request("format version 2 is the newest this catalogue keeps")
    made = planned(namespace, asked, {**given, **PROPERTIES})
    if asked.location and asked.location.rstrip("/") != made.metadata.location:
        raise forbidden(f"tables of {namespace} lie where the city puts them: {made.metadata.location}")
    if asked.stage_create:
        return made
    try:
        return catalog().create_table(
            f"{namespace}.{asked.name}", asked.table_schema, properties={**given, **PROPERTIES},
            partition_spec=asked.partition_spec or UNPARTITIONED_PARTITION_SPEC,
            sort_order=asked.write_order or UNSORTED_SORT_ORDER,
        )  # fmt: skip
    except TableAlreadyExistsError as error:
        raise already_there(namespace, asked.name) from error


def planned(namespace: str, asked: CreateTableRequest, properties: dict[str, str]) -> StagedTable:
    """The table as it would be made; nothing is written."""
    if table_or_none(f"{namespace}.{asked.name}") is not None:
        raise already_there(namespace, asked.name)
    try:
        return catalog()._create_staged_table(
            f"{namespace}.{asked.name}", asked.table_schema, properties=properties,
            partition_spec=asked.partition_spec or UNPARTITIONED_PARTITION_SPEC,
            sort_order=asked.write_order or UNSORTED_SORT_ORDER,
        )  # fmt: skip
    except NoSuchNamespaceError as error:
        raise unknown_namespace(namespace) from error


def already_there(namespace: str, noun: str) -> DoorError:
    """409 of the specification."""
    return DoorError(409, "AlreadyExistsException", f"Table already exists: {namespace}.{noun}")


def commit_table(
    namespace: str, noun: str, asked: CommitTableRequest, *, resource: Resource | None, by: Actor
) -> CommitTableResponse:
    """Check the updates, swap the metadata, tell the rooms. 409 CommitFailedException when another was faster."""
    name = f"{namespace}.{noun}"
    found = table_or_none(name)
    new = found is None
    target = found or staged_name(namespace, noun)
    snapshot_id = found.metadata.current_snapshot_id if found else None
    check_updates(asked.updates, new=new, declared=resource is not None, current=snapshot_id, ours=PROPERTIES)
    check_place(asked, target.metadata.location)
    for update in asked.updates:
        if update.action == "add-snapshot":
            check_files(target, update.snapshot)
            check_history(target, update.snapshot)
    try:
        done = catalog().commit_table(target, asked.requirements, asked.updates)
    except CommitFailedException as error:
        raise DoorError(409, "CommitFailedException", str(error)) from error
    except TableAlreadyExistsError as error:
        raise DoorError(409, "CommitFailedException", "the table was created by another writer") from error
    except (ValidationError, ValueError) as error:
        raise bad_request(f"the updates do not fit the table: {str(error)[:300]}") from error
    except Exception as error:
        log.exception("commit to %s", name)
        raise DoorError(
            500, "CommitStateUnknownException", "it is not known whether this is written"
        ) from error
    tell(resource, asked, by)
    return done


def staged_name(namespace: str, noun: str) -> Table:
    """What stands for a table that a commit is about to create."""
    return catalog()._create_staged_table(f"{namespace}.{noun}", Schema(), properties=PROPERTIES)


def check_place(asked: CommitTableRequest, location: str) -> None:
    """A table that is being created lies where the city puts it."""
    for update in asked.updates:
        if update.action == "set-location" and update.location.rstrip("/") != location:
            raise forbidden(f"this table lies in {location}")


def check_files(found: Table, snapshot: Snapshot) -> None:
    """No snapshot may name a file outside its own table: our readers would open it with our rights."""
    location = found.metadata.location
    before = found.metadata.current_snapshot() if found.metadata.snapshots else None
    known = {m.manifest_path for m in before.manifests(found.io)} if before else set()
    refuse_outside(location, snapshot.manifest_list or "")
    try:
        manifests = snapshot.manifests(found.io)
        if len(manifests) > MOST_MANIFESTS:
            raise bad_request("too many manifests in one snapshot; write fewer, larger files")
        for manifest in manifests:
            refuse_outside(location, manifest.manifest_path)
            if manifest.manifest_path not in known:
                check_manifest(found, manifest)
    except (OSError, ValueError) as error:
        raise bad_request("the snapshot's manifests cannot be read") from error


def check_history(found: Table, snapshot: Snapshot) -> None:
    """A snapshot is of now and brings no delivery of ours: else it would change what a table was on an earlier day, or a
    delivery to come would be taken for one that is there."""
    newest = max((known.timestamp_ms for known in found.metadata.snapshots), default=0)
    latest = int(clock.now().timestamp() * 1000) + AHEAD
    if not newest - BEHIND <= snapshot.timestamp_ms <= latest:
        raise forbidden("a snapshot is neither older than the newest one nor of tomorrow")
    if batch_of(snapshot):
        raise forbidden("deliveries are noted by the city")


def check_manifest(found: Table, manifest: ManifestFile) -> None:
    """Every file of a new manifest."""
    if manifest.manifest_length > LARGEST_MANIFEST:
        raise bad_request("a manifest is too large")
    for entry in manifest.fetch_manifest_entry(found.io, discard_deleted=True):
        refuse_outside(found.metadata.location, entry.data_file.file_path)


def refuse_outside(location: str, path: str) -> None:
    """403 for a path that is not below the table's folder."""
    if not is_inside(location, path):
        raise forbidden("a snapshot may only name files below its own table")


def tell(resource: Resource | None, asked: CommitTableRequest, by: Actor) -> None:
    """The catalogue's facts and the rooms' event. What is committed stays committed when this fails."""
    for update in asked.updates:
        if resource is None or update.action != "add-snapshot":
            continue
        said: dict[str, Any] = (
            update.snapshot.summary.additional_properties if update.snapshot.summary else {}
        )
        try:
            note_delivery(
                resource.key,
                batch=f"snapshot-{update.snapshot.snapshot_id}",
                rows=int(said.get("added-records", 0)),
                by=by,
            )
        except Exception:
            log.exception("facts about %s after a commit from outside", resource.key)
