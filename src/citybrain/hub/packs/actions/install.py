"""Install, check and uninstall. A check is a real install inside a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError as ModelInvalid
from django.db import DatabaseError, connection, transaction

from citybrain.hub.packs import registry
from citybrain.hub.packs.actions.context import PackContext
from citybrain.hub.packs.data import (
    PackDocument,
    PackError,
    PackRefused,
    Plan,
    Problem,
    Report,
)
from citybrain.hub.packs.domain.reading import Pack
from citybrain.hub.packs.models import InstalledDocument, InstalledPack
from citybrain.hub.packs.queries.folders import Library
from citybrain.hub.packs.queries.installed import applicable, part_of, plan_of
from citybrain.kernel import audit, clock, workdays
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, NotFound
from citybrain.kernel.expressions import ExpressionError

LOCK = 0x7061636B73  # one install at a time in a database


class _RollBack(Exception):
    """Ends a check: nothing it did stays."""


def demo_allowed() -> bool:
    """Demo documents are never applied in production mode."""
    return getattr(settings, "MODE", "production") != "production"


def install(
    where: str | Path,
    *,
    by: Actor,
    demo: bool | None = None,
    force: bool = False,
    library: Library | None = None,
) -> Report:
    """Install a pack and the packs it needs, all or nothing. PackRefused carries every problem found.

    Unchanged documents are skipped (``force`` applies them again); documents gone from the folder are hidden;
    a used document changed without a new version is refused.
    """
    library = library or Library()
    with transaction.atomic():
        report = _install(library, where, by=by, demo=_demo(demo), force=force, checking=False)
        if not report.ok:
            raise PackRefused(list(report.errors))
    return report


def install_all(names: Iterable[str], *, by: Actor, demo: bool | None = None) -> list[Report]:
    """Install several packs, each with its needs, sharing what was read."""
    library = Library()
    return [install(name, by=by, demo=demo, library=library) for name in names]


@contextmanager
def rehearsal() -> Iterator[None]:
    """Everything inside is undone at the end: several packs are then checked on top of each other, applied once."""
    try:
        with transaction.atomic():
            yield
            raise _RollBack
    except _RollBack:
        workdays.forget()


def rehearse(
    where: str | Path, *, by: Actor | None = None, library: Library | None = None,
    then: Callable[[Pack], Any] | None = None, keep: bool = False,
) -> tuple[Report, Any]:  # fmt: skip
    """Install for real, call ``then(pack)`` when that worked, roll back. (report, what ``then`` gave).

    ``keep`` (only inside ``rehearsal``) leaves a pack without faults applied for the packs checked after it.
    """
    library = library or Library()
    report, given = None, None
    try:
        with transaction.atomic():
            report = _install(
                library,
                where,
                by=by or Actor.system("packs.check"),
                demo=_demo(None),
                force=False,
                checking=True,
            )
            if then is not None and report.ok:
                given = then(library.pack(where))
            if not (keep and report.ok):
                raise _RollBack
    except _RollBack:
        workdays.forget()
    assert report is not None
    return report, given


def plan(where: str | Path, *, demo: bool | None = None) -> Plan:
    """What ``install`` would change in this pack (not in the packs it needs)."""
    return plan_of(Library().pack(where), demo=_demo(demo))


def uninstall(name: str, *, by: Actor) -> list[tuple[str, str]]:
    """Hide a pack and its documents: nothing new starts from them, what runs goes on. Returns (part, key) hidden.

    Refused while an installed pack needs it.
    """
    with transaction.atomic():
        _lock()
        row = InstalledPack.objects.select_for_update().filter(pack=name, hidden=False).first()
        if row is None:
            raise NotFound(f"pack {name!r} is not installed / 没有安装这个包")
        users = [p.pack for p in InstalledPack.objects.filter(hidden=False) if name in p.needs]
        if users:
            raise PackRefused(
                [
                    Problem(
                        "needed",
                        f"还有包依赖它：{'、'.join(users)}",
                        f"other packs need it: {', '.join(users)}",
                        name,
                        pack=name,
                    )
                ]
            )
        ctx = PackContext(Pack(Path(name)), (), by=by, demo=demo_allowed(), checking=False)
        rows = list(InstalledDocument.objects.filter(pack=name, hidden=False))
        hidden = [_hide(ctx, r) for r in sorted(rows, key=_reverse_order)]
        row.hidden = True
        row.save(update_fields=["hidden"])
        audit.record(
            "packs.uninstall",
            by=by,
            obj=f"pack:{name}",
            before={"version": row.version},
            after={"hidden": True},
        )
    return hidden


def _demo(demo: bool | None) -> bool:
    return demo_allowed() if demo is None else demo and demo_allowed()


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _install(
    library: Library, where: str | Path, *, by: Actor, demo: bool, force: bool, checking: bool
) -> Report:
    _lock()
    pack = library.pack(where)
    needed, missing = library.needed(pack)
    problems = [_missing(pack, name) for name in missing]
    for other in needed:
        done, plan_ = _one(other, library, by=by, demo=demo, force=False, checking=checking)
        problems += [p for p in done if p.level == "error"]
    done, plan_ = _one(pack, library, by=by, demo=demo, force=force, checking=checking)
    version = pack.manifest.version if pack.manifest else ""
    return Report(pack.name, version, tuple(problems + done), plan_)


def _missing(pack: Pack, name: str) -> Problem:
    return Problem(
        "needs",
        f"找不到所需的包：{name}",
        f"a needed pack is missing or needs itself: {name}",
        f"{pack.name}/pack.yaml",
        1,
        pack.name,
    )


def _one(
    pack: Pack, library: Library, *, by: Actor, demo: bool, force: bool, checking: bool
) -> tuple[list[Problem], Plan | None]:
    problems = list(pack.problems)
    if pack.manifest is None:
        return problems, None
    row = InstalledPack.objects.filter(pack=pack.name).first()
    unchanged = (
        row is not None and row.hash == pack.hash and not row.hidden and row.demo == demo and not force
    )
    if unchanged and not checking:
        return problems, plan_of(pack, demo=demo)
    if unchanged and pack.root in library.found:
        return library.found[pack.root], plan_of(pack, demo=demo)
    needed, _missing_names = library.needed(pack)
    ctx = PackContext(pack, needed, by=by, demo=demo, checking=checking)
    plan_ = plan_of(pack, demo=demo, force=force)
    problems += _checked(ctx, demo) + _owned_elsewhere(pack, demo) + _frozen(pack, plan_)
    if not unchanged:
        problems += _applied(ctx, plan_, demo)
    if not [p for p in problems if p.level == "error"] and not unchanged:
        _recorded(pack, plan_, by=by, demo=demo)
    library.found[pack.root] = problems
    return problems, plan_


def _checked(ctx: PackContext, demo: bool) -> list[Problem]:
    problems: list[Problem] = []
    by_part: dict[int, tuple] = {}
    for doc in applicable(ctx.pack, demo=demo):
        part = part_of(doc)
        by_part.setdefault(id(part), (part, []))[1].append(doc)
    for part, docs in by_part.values():
        try:
            problems += list(part.check(ctx, docs) or ())
        except PackError as error:
            problems.append(ctx.problem(docs[0], error.pointer, zh=error.zh, en=error.en, code=error.code))
    return problems


def _owned_elsewhere(pack: Pack, demo: bool) -> list[Problem]:
    docs = [d for d in applicable(pack, demo=demo) if not getattr(part_of(d), "shared", False)]
    rows = InstalledDocument.objects.filter(hidden=False, key__in={d.key for d in docs}).exclude(
        pack=pack.name
    )
    owners = {(r.demo, r.part, r.key): r.pack for r in rows}
    return [
        Problem(
            "owned",
            f"“{doc.key}”已由包“{owner}”提供",
            f"“{doc.key}” already comes from pack “{owner}”",
            doc.file,
            doc.line("key"),
            pack.name,
            doc.part,
            doc.key,
        )
        for doc in docs
        if (owner := owners.get((doc.demo, doc.part, doc.key)))
    ]


def _frozen(pack: Pack, plan_: Plan) -> list[Problem]:
    by_key = {(d.demo, d.part, d.key): d for d in pack.documents}
    return [
        Problem(
            "frozen",
            f"“{c.key}”第{c.version}版已在使用，不能改动；请提高版本号 version",
            f"version {c.version} of “{c.key}” is in use and cannot change; raise version",
            c.file,
            by_key[(c.demo, c.part, c.key)].line("version"),
            pack.name,
            c.part,
            c.key,
        )
        for c in plan_.of("frozen")
    ]


def _applied(ctx: PackContext, plan_: Plan, demo: bool) -> list[Problem]:
    wanted = {(c.demo, c.part, c.key) for c in plan_.of("add", "change")}
    problems: list[Problem] = []
    for doc in applicable(ctx.pack, demo=demo):
        if (doc.demo, doc.part, doc.key) in wanted:
            problem = _apply(ctx, doc)
            if problem:
                problems.append(problem)
    rows = InstalledDocument.objects.filter(pack=ctx.pack.name, hidden=False)
    gone = {(c.demo, c.part, c.key) for c in plan_.of("hide")}
    for row in sorted((r for r in rows if (r.demo, r.part, r.key) in gone), key=_reverse_order):
        _hide(ctx, row)
    return problems


def _apply(ctx: PackContext, doc: PackDocument) -> Problem | None:
    try:
        with transaction.atomic():
            part_of(doc).apply(ctx, doc)
    except PackError as error:
        return ctx.problem(doc, error.pointer, zh=error.zh, en=error.en, code=error.code)
    except ExpressionError as error:
        return ctx.problem(doc, (), zh=error.text["zh"], en=error.text["en"], code=f"expression_{error.code}")
    except (CityError, ModelInvalid, ValueError, LookupError, DatabaseError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        return ctx.problem(doc, (), zh=f"无法应用：{said}", en=f"cannot be applied: {said}", code="apply")
    now = clock.now()
    InstalledDocument.objects.update_or_create(
        pack=doc.pack,
        part=doc.part,
        key=doc.key,
        demo=doc.demo,
        defaults={
            "version": doc.version,
            "hash": doc.hash,
            "file": doc.file,
            "hidden": False,
            "applied_at": now,
        },
    )
    return None


def _hide(ctx: PackContext, row: InstalledDocument) -> tuple[str, str]:
    part = (registry.part_for(row.part, demo=True) if row.demo else None) or registry.part_for(row.part)
    if part is not None:
        part.hide(ctx, row.pack, row.key)
    row.hidden = True
    row.save(update_fields=["hidden"])
    return row.part, row.key


def _reverse_order(row: InstalledDocument) -> tuple:
    part = registry.part_for(row.part, demo=row.demo) or registry.part_for(row.part)
    return (-(part.order if part else 0), row.key)


def _recorded(pack: Pack, plan_: Plan, *, by: Actor, demo: bool) -> None:
    manifest = pack.manifest
    assert manifest is not None
    InstalledPack.objects.update_or_create(
        pack=pack.name,
        defaults={
            "name": manifest.name.as_dict(),
            "version": manifest.version,
            "kind": manifest.kind,
            "owner": manifest.owner,
            "grade": manifest.grade,
            "needs": list(manifest.needs),
            "hash": pack.hash,
            "demo": demo,
            "hidden": False,
            "installed_at": clock.now(),
        },
    )
    audit.record(
        "packs.install",
        by=by,
        obj=f"pack:{pack.name}",
        before={"version": plan_.installed_version},
        after={"version": manifest.version, "changes": len(plan_.of("add", "change", "hide"))},
    )
