"""The part ``certificates`` of packs: certificate types, versioned, frozen once a certificate was issued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from citybrain.hub.certificates.domain.certificate_type import CertificateType
from citybrain.hub.certificates.models import Certificate, CertificateTypeVersion
from citybrain.hub.packs import api as packs


class CertificateTypes:
    """Certificate types (证照目录)."""

    key, order, schema = "certificates", 60, CertificateType

    def check(self, ctx: packs.Context, docs: Sequence[packs.PackDocument]) -> Iterable[packs.Problem]:
        codes: dict[str, str] = {}
        for doc in docs:
            kind: CertificateType = doc.data
            other = codes.setdefault(kind.code, doc.key)
            if other != doc.key or self._taken(kind):
                yield ctx.problem(
                    doc,
                    "code",
                    zh=f"证照类型代码{kind.code}已被另一类型使用",
                    code="type_code_taken",
                    en=f"the type code {kind.code} is already used by another type",
                )
            if not any(f.source == "number" for f in kind.fields):
                yield ctx.problem(
                    doc,
                    "fields",
                    zh="证照上没有印出编号（source: number）",
                    code="no_number",
                    level="warning",
                    en="no field prints the number (source: number)",
                )

    def _taken(self, kind: CertificateType) -> bool:
        rows = CertificateTypeVersion.objects.filter(code=kind.code, hidden=False, current=True)
        return rows.exclude(key=kind.key).exists()

    def apply(self, ctx: packs.Context, doc: packs.PackDocument) -> None:
        kind: CertificateType = doc.data
        CertificateTypeVersion.objects.filter(key=kind.key).exclude(version=kind.version).update(
            current=False
        )
        CertificateTypeVersion.objects.update_or_create(
            key=kind.key,
            version=kind.version,
            defaults={
                "pack": doc.pack,
                "code": kind.code,
                "name": kind.name.as_dict(),
                "current": True,
                "hidden": False,
                "document": kind.model_dump(mode="json"),
            },
        )

    def hide(self, ctx: packs.Context, pack: str, key: str) -> None:
        CertificateTypeVersion.objects.filter(key=key, pack=pack).update(hidden=True)

    def used(self, pack: str, key: str, version: int) -> bool:
        return Certificate.objects.filter(type_key=key, type_version=version).exists()


packs.register_part(CertificateTypes())
