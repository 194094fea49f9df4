"""Certificate types in force, by key."""

from __future__ import annotations

from functools import lru_cache

from citybrain.hub.certificates.data import TypeRecord
from citybrain.hub.certificates.domain.certificate_type import CertificateType
from citybrain.hub.certificates.models import CertificateTypeVersion
from citybrain.kernel.errors import NotFound
from citybrain.kernel.remember import remembered


@remembered(5)
def current_type(key: str) -> CertificateType:
    """The version in force of a type; NotFound when no installed pack has it."""
    row = CertificateTypeVersion.objects.filter(key=key, current=True, hidden=False).first()
    if row is None:
        raise NotFound(f"there is no certificate type {key!r} / 没有证照类型“{key}”", code="type_unknown")
    return parsed(row.key, row.version, row.document)


@remembered(60)
def type_of(key: str, version: int) -> CertificateType:
    """The version a certificate was issued under, even when its pack is hidden by now."""
    row = CertificateTypeVersion.objects.get(key=key, version=version)
    return parsed(row.key, row.version, row.document)


def types() -> list[TypeRecord]:
    """Types in force, by key."""
    rows = CertificateTypeVersion.objects.filter(current=True, hidden=False).order_by("key")
    kinds = [parsed(r.key, r.version, r.document) for r in rows]
    return [TypeRecord(k.key, k.version, k.code, k.name, k.holder, k.trust, k.evidence.weak) for k in kinds]


def parsed(key: str, version: int, document: dict) -> CertificateType:
    return _parsed(key, version, _Document(document))


class _Document:
    """A document as a cache argument: equal when its content is."""

    def __init__(self, content: dict) -> None:
        self.content = content

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Document) and other.content == self.content


@lru_cache(maxsize=256)
def _parsed(key: str, version: int, document: _Document) -> CertificateType:
    return CertificateType.model_validate(document.content)
