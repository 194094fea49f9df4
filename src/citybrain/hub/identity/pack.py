"""Pack parts of identity: organisations and roles; in demo packs persons, legal_persons and accounts."""

from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from citybrain.hub.packs import api as packs
from citybrain.kernel.permissions import is_declared

from .actions import demo
from .actions.directory import apply_organisations, hide_organisations
from .actions.roles import hide_role, register_role_permissions
from .actions.stand_in import for_journey
from .domain import documents, identifiers
from .models import Organisation, Role


class OrganisationsPart:
    """Units, posts and edges. Refuses two units with one code, unknown parents, roles and wrong credit codes."""

    key = "organisations"
    order = 30
    schema: type[BaseModel] = documents.Organisations

    def check(self, ctx: Any, docs: Any) -> Iterable[packs.Problem]:
        units = [(doc, unit) for doc in docs for unit in documents.expand(doc.data)]
        codes = {unit.code for _doc, unit in units}
        for code in documents.duplicates(unit.code for _doc, unit in units):
            doc = next(d for d, u in units if u.code == code)
            yield ctx.problem(
                doc, zh=f"单位代码重复：{code}", en=f"Unit code used twice: {code}", code="unit_twice"
            )
        for doc, unit in units:
            yield from self._unit(ctx, doc, unit, codes)
        for doc in docs:
            yield from self._roles(ctx, doc)

    def _unit(self, ctx: Any, doc: Any, unit: documents.Unit, codes: set[str]) -> Iterator[packs.Problem]:
        if unit.parent and unit.parent not in codes and not _organisation_known(unit.parent):
            yield ctx.problem(
                doc, zh=f"{unit.code} 的上级单位不存在：{unit.parent}", en=f"{unit.code}: unknown parent {unit.parent}",
                code="parent_unknown",
            )  # fmt: skip
        faults = [p for p in identifiers.check_uscc(unit.uscc) if p.severity == "error"] if unit.uscc else []
        for fault in faults:
            yield ctx.problem(
                doc, zh=f"{unit.code} 统一社会信用代码：{fault.zh}", en=f"{unit.code} credit code: {fault.en}",
                code=f"uscc_{fault.code}",
            )  # fmt: skip
        for name in unit.posts:
            if name not in doc.data.post_sets:
                yield ctx.problem(
                    doc, zh=f"{unit.code} 的岗位组不存在：{name}", en=f"{unit.code}: unknown post set {name}",
                    code="post_set_unknown",
                )  # fmt: skip

    def _roles(self, ctx: Any, doc: Any) -> Iterator[packs.Problem]:
        for name, templates in doc.data.post_sets.items():
            for i, template in enumerate(templates):
                for grant in template.roles:
                    if not ctx.known("roles", grant.role):
                        yield ctx.problem(
                            doc, ("post_sets", name, i), zh=f"角色不存在：{grant.role}",
                            en=f"Unknown role: {grant.role}", code="role_unknown",
                        )  # fmt: skip

    def apply(self, ctx: Any, doc: Any) -> None:
        apply_organisations(doc=doc.data, pack=doc.pack, document=doc.key)

    def hide(self, ctx: Any, pack: str, key: str) -> None:
        hide_organisations(pack=pack, document=key)

    def used(self, pack: str, key: str, version: int) -> bool:
        return False  # the directory follows reforms; history is kept by codes, validity and successors


class RolesPart:
    """Roles. Refuses permission words nobody declared and a role that joins two separated powers."""

    key = "roles"
    order = 31
    schema: type[BaseModel] = documents.RoleDocument

    def check(self, ctx: Any, docs: Any) -> Iterable[packs.Problem]:
        for doc in docs:
            for i, word in enumerate(doc.data.permissions):
                if not is_declared(word):
                    yield ctx.problem(
                        doc, ("permissions", i), zh=f"没有这个权限：{word}", en=f"Nobody declares permission {word}",
                        code="permission_unknown",
                    )  # fmt: skip
            yield from self._separation(ctx, doc)

    def _separation(self, ctx: Any, doc: Any) -> Iterator[packs.Problem]:
        powers = {SEPARATED[w] for w in doc.data.permissions if w in SEPARATED}
        if powers - {doc.data.separated}:
            yield ctx.problem(
                doc, ("permissions",), code="separated_powers",
                zh="三员分立：系统、安全、审计权限不能放在同一角色或普通角色里",
                en="System, security and audit permissions belong to their own administrator's role only",
            )  # fmt: skip

    def apply(self, ctx: Any, doc: Any) -> None:
        data = doc.data
        register_role_permissions(
            doc.key, name=data.name.as_dict(), permissions=data.permissions, separated=data.separated,
            note=data.note.as_dict() if data.note else {}, pack=doc.pack, document=doc.key,
        )  # fmt: skip

    def hide(self, ctx: Any, pack: str, key: str) -> None:
        hide_role(key, pack=pack)

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


SEPARATED = {
    "identity.accounts": "system",
    "identity.posts": "system",
    "identity.grants": "security",
    "identity.audit": "audit",
}


class DemoPart:
    """Common to the demo parts: never applied in production, hidden by disabling."""

    demo = True

    def hide(self, ctx: Any, pack: str, key: str) -> None:
        """Sample people stay readable in the sample cases; their accounts are closed by the accounts part."""

    def used(self, pack: str, key: str, version: int) -> bool:
        return False


class PersonsPart(DemoPart):
    """Synthetic people. Refuses numbers that are not sound and not plainly synthetic (sequence 001–009)."""

    key = "persons"
    order = 900
    schema: type[BaseModel] = documents.Persons

    def check(self, ctx: Any, docs: Any) -> Iterable[packs.Problem]:
        for doc in docs:
            for i, entry in enumerate(doc.data.persons):
                found = identifiers.check_citizen_number(entry.id_number) if entry.id_type == "111" else []
                for fault in found:
                    yield ctx.problem(
                        doc, ("persons", i), zh=f"{entry.id} 公民身份号码：{fault.zh}",
                        en=f"{entry.id}: citizen number: {fault.en}", code=f"number_{fault.code}", level=fault.severity,
                    )  # fmt: skip
                if entry.id_type == "111" and entry.id_number[14:16] != "00":
                    yield ctx.problem(
                        doc, ("persons", i), code="not_synthetic", zh="演示号码的顺序码必须是001—009",
                        en="A demo number's sequence must be 001–009",
                    )  # fmt: skip

    def apply(self, ctx: Any, doc: Any) -> None:
        demo.apply_persons(doc.data.persons, by=ctx.by)


class LegalPersonsPart(DemoPart):
    """Synthetic firms and who represents them."""

    key = "legal_persons"
    order = 901
    schema: type[BaseModel] = documents.LegalPersons

    def check(self, ctx: Any, docs: Any) -> Iterable[packs.Problem]:
        for doc in docs:
            for i, entry in enumerate(doc.data.legal_persons):
                for fault in identifiers.check_uscc(entry.uscc):
                    yield ctx.problem(
                        doc, ("legal_persons", i), zh=f"{entry.id} 统一社会信用代码：{fault.zh}",
                        en=f"{entry.id}: credit code: {fault.en}", code=f"uscc_{fault.code}", level=fault.severity,
                    )  # fmt: skip
                for person in [entry.representative, *entry.handlers]:
                    if person and not demo.person_known(ctx, person):
                        yield ctx.problem(
                            doc, ("legal_persons", i), zh=f"没有演示人员：{person}", en=f"No demo person {person}",
                            code="person_unknown",
                        )  # fmt: skip

    def apply(self, ctx: Any, doc: Any) -> None:
        demo.apply_legal_persons(doc.data.legal_persons, by=ctx.by)


class AccountsPart(DemoPart):
    """Sign-ins for visitors. Refuses joined separated powers like the real thing does."""

    key = "accounts"
    order = 902
    schema: type[BaseModel] = documents.Accounts

    def check(self, ctx: Any, docs: Any) -> Iterable[packs.Problem]:
        for doc in docs:
            for i, entry in enumerate(doc.data.accounts):
                if entry.kind == "citizen" and not demo.person_known(ctx, entry.person):
                    yield ctx.problem(
                        doc, ("accounts", i), zh=f"没有演示人员：{entry.person}", en=f"No demo person {entry.person}",
                        code="person_unknown",
                    )  # fmt: skip

    def apply(self, ctx: Any, doc: Any) -> None:
        demo.apply_accounts(doc.data.accounts, by=ctx.by)

    def hide(self, ctx: Any, pack: str, key: str) -> None:
        demo.close_demo_accounts()


def _organisation_known(code: str) -> bool:
    return Organisation.objects.filter(code=code, hidden=False).exists()


def role_known(key: str) -> bool:
    """Whether an installed role has this key."""
    return Role.objects.filter(key=key, hidden=False).exists()


packs.register_stand_in(for_journey)
packs.register_part(OrganisationsPart())
packs.register_part(RolesPart())
packs.register_part(PersonsPart())
packs.register_part(LegalPersonsPart())
packs.register_part(AccountsPart())
