"""Machine versions: the newest for new cases, the kept one for running cases. Parsed once per process."""

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.models import MachineVersion
from citybrain.kernel.errors import NotFound
from citybrain.kernel.remember import remembered


@lru_cache(maxsize=256)
def _parsed(version_id: UUID, digest: str) -> Machine:
    return Machine.model_validate(
        MachineVersion.objects.values_list("definition", flat=True).get(pk=version_id)
    )


_hashes: dict[UUID, str] = {}


def machine_of(version_id: UUID) -> Machine:
    """The machine of a running case. A used version never changes, so it is read once."""
    return _parsed(version_id, machine_hash(version_id))


def machine_hash(version_id: UUID) -> str:
    """What tells one definition from another."""
    digest = _hashes.get(version_id)
    if digest is None:
        row = MachineVersion.objects.only("hash", "used_at").get(pk=version_id)
        digest = row.hash
        if row.used_at:
            _hashes[version_id] = digest
            if len(_hashes) > 2000:
                _hashes.clear()
    return digest


@remembered(5)
def newest(case_type: str) -> tuple[MachineVersion, Machine]:
    """The version new cases of a type begin under. NotFound when no pack brings the type."""
    row = (
        MachineVersion.objects.filter(key=case_type, hidden_at=None)
        .order_by("-version")
        .only("id", "key", "version", "hash", "used_at")
        .first()
    )
    if row is None:
        raise NotFound(_("There is no case type %(type)s.") % {"type": case_type}, code="no_case_type")
    return row, _parsed(row.id, row.hash)


def machines() -> list[dict[str, Any]]:
    """Newest version of every visible case type: key, version, name, kind, pack."""
    rows = MachineVersion.objects.filter(hidden_at=None).order_by("key", "-version")
    found: dict[str, dict[str, Any]] = {}
    for row in rows.values("id", "key", "version", "name", "kind", "pack"):
        found.setdefault(row["key"], row)
    return list(found.values())


def machine(case_type: str, version: int = 0) -> Machine:
    """The definition of a case type: the given version, or the newest. NotFound if there is none."""
    if not version:
        return newest(case_type)[1]
    row = MachineVersion.objects.filter(key=case_type, version=version).only("id", "hash").first()
    if row is None:
        raise NotFound(_("There is no case type %(type)s.") % {"type": case_type}, code="no_case_type")
    return _parsed(row.id, row.hash)


@remembered(5)
def waiting_states() -> set[str]:
    """States of any installed machine in which the applicant has to do something."""
    rows = MachineVersion.objects.values_list("id", "hash")
    return {
        key
        for pk, digest in rows
        for key, state in _parsed(pk, digest).states.items()
        if state.owner == "applicant"
    }
