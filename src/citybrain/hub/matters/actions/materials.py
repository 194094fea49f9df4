"""Give materials: upload, present a certificate instead (免提交), promise, take back.

At a window the clerk gives them for the applicant: papers seen, scans (one by one or a batch sorted by number), and
certificates, which are drawn only with the holder's consent given there and then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.matters.actions.application import Application, application_in
from citybrain.hub.matters.domain.document import Material
from citybrain.hub.matters.domain.plan import spared_note
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, FieldProblem, Invalid
from citybrain.kernel.text import Text

MOST_SCANS = 40
LEADING = re.compile(r"(\d{1,2})(?!\d)")
"""A scan's file name begins with the number of its material: ``2.pdf``, ``02-back.jpg``."""


def give_materials(case_id: UUID, *, by: Actor, post: Any, files: Any = None) -> list[FieldProblem]:
    """Read a materials page: ``material.<key>`` files, ``certificate.<key>`` ids, ``promise.<key>`` ticks,
    ``_remove_file`` an attachment id. Returns problems by field; what was fine is kept.

    Of a clerk also: ``paper.<key>`` ticks, ``scans`` (a batch of files named by the material's number or name) and
    ``consent``, without which no certificate of the applicant is drawn."""
    with transaction.atomic():
        work = cases.filling(case_id, by=by)
        problems = give_to(work, application_in(work.view()), by=by, post=cases.forms.flat(post), files=files)
        work.write()
    return problems


def give_to(work: cases.Filling, app: Application, *, by: Actor, post: Any, files: Any) -> list[FieldProblem]:
    """The same on a case at hand, not yet written."""
    flat = post
    wanted = {m.key: m for m in app.materials}
    problems: list[FieldProblem] = []
    for removed in flat.get("_remove_file", [])[:20]:
        problems += _attempt("", lambda removed=removed: _remove(work, app, removed))
    if by.kind == "official":
        problems += _from_the_desk(work, app, flat, files)
    consent = (flat.get("consent") or [""])[-1] == "yes"
    for key, material in wanted.items():
        for upload in _uploads(files, f"material.{key}", material):
            path = f"material.{key}"
            problems += _attempt(path, lambda u=upload, k=key: work.attach(cases.store(u), material=k))
        chosen = (flat.get(f"certificate.{key}") or [""])[-1]
        if chosen and not _uploads(files, f"material.{key}", material):
            problems += _attempt(
                f"certificate.{key}",
                lambda m=material, c=chosen: present(work, app, m, c, by=by, consent=consent),
            )
        if material.substitute == "promise" and (flat.get(f"promise.{key}") or [""])[-1]:
            work.give(key, source="promise")
    return problems


def _from_the_desk(work: cases.Filling, app: Application, flat: Any, files: Any) -> list[FieldProblem]:
    """Papers the clerk has seen, and a batch of scans laid to the materials."""
    problems: list[FieldProblem] = []
    asked = [m for m in app.materials if spared_note(m) is None]
    for material in asked:
        ticked = (flat.get(f"paper.{material.key}") or [""])[-1]
        record = app.given.get(material.key)
        if ticked and record is not None and record.state != "given":
            work.give(material.key, source="paper")
        elif (
            record is not None
            and record.source == "paper"
            and f"paper.{material.key}.present" in flat
            and not ticked
        ):
            work.take_back(material.key)
    for upload in _batch(files):
        material_key = sorted_to(str(getattr(upload, "name", "")), asked)
        if not material_key:
            problems.append(_unsorted(str(upload.name)))
            continue
        problems += _attempt(
            "scans", lambda u=upload, k=material_key: work.attach(cases.store(u), material=k)
        )
    return problems


def _unsorted(name: str) -> FieldProblem:
    message = Text(
        zh=f"不知道“{name[:60]}”是哪份材料：文件名请以材料序号开头，例如 2.pdf",
        en=f"Which material is “{name[:60]}”? Begin the file name with the material's number, such as 2.pdf",
    )
    return FieldProblem("scans", "unsorted", message)  # type: ignore[arg-type]


def _batch(files: Any) -> list[Any]:
    if files is None:
        return []
    found = files.getlist("scans") if hasattr(files, "getlist") else list(files.get("scans", []))
    return [f for f in found if f][:MOST_SCANS]


def sorted_to(name: str, asked: list[Material]) -> str:
    """The material a scan belongs to: by the number its file name begins with, else by the material's name in it."""
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].rpartition(".")[0].strip()
    leading = LEADING.match(stem)
    if leading and 1 <= int(leading.group(1)) <= len(asked):
        return asked[int(leading.group(1)) - 1].key
    return next(
        (m.key for m in asked if m.name.zh in stem or (m.name.en and m.name.en.lower() in stem.lower())), ""
    )


def _uploads(files: Any, name: str, material: Material) -> list[Any]:
    if files is None:
        return []
    found = files.getlist(name) if hasattr(files, "getlist") else list(files.get(name, []))
    return [f for f in found if f][: material.max_files]


def _attempt(path: str, run: Any) -> list[FieldProblem]:
    """One step; a refusal, which changes nothing, becomes a problem at the field."""
    try:
        run()
    except Invalid as error:
        return [
            FieldProblem(p.path if p.path == "consent" else path or p.path, p.code, p.message)
            for p in error.problems
        ]
    except CityError as error:
        return [FieldProblem(path, error.code, error.message)]
    return []


def _remove(work: cases.Filling, app: Application, attachment: str) -> None:
    """Take back a file of this very application; an id of another case is as good as none."""
    own = {str(a.id): a.id for m in app.given.values() for a in m.attachments}
    if attachment in own:
        work.detach(own[attachment])


def present(
    work: cases.Filling, app: Application, material: Material, certificate_id: str, *, by: Actor, consent: bool = False,
) -> None:  # fmt: skip
    """Use a certificate of the holder's wallet instead of an upload; the use is logged with case and purpose.

    A clerk does it only with the holder's ``consent``. One that is presented already is not presented again.
    """
    assert app.case is not None
    record = app.case.record
    given = app.given.get(material.key)
    if given is not None and given.reference == certificate_id:
        return
    held = (
        {str(c.id): c for c in certificates.usable(record.subject_id, material.certificate or "")}
        if record.subject_id
        else {}
    )
    if certificate_id not in held:
        message = Text(zh="这份电子证照不能用在这里", en="This e-certificate cannot be used here")
        raise Invalid([FieldProblem(f"certificate.{material.key}", "not_usable", message)])  # type: ignore[arg-type]
    if by.kind == "official" and not consent:
        message = Text(
            zh="请先告知申请人使用哪些证照、用来做什么，并征得其同意",
            en="Tell the applicant which certificates are used and for what, and ask for consent first",
        )
        raise Invalid([FieldProblem("consent", "consent", message)])  # type: ignore[arg-type]
    certificates.present(
        by,
        certificate_id,
        purpose=f"{app.view.document.name.zh} {material.name.zh}"[:160],
        case_id=record.id,
        matter=app.view.key,
        organisation=record.organisation,
        holder=record.subject_id,
        consent="持证人在窗口当面同意" if consent else "",
    )
    work.give(material.key, source="certificate", reference=certificate_id)


def take_back(case_id: UUID, key: str, *, by: Actor) -> None:
    """Remove what was given for a material."""
    cases.take_back_material(case_id, key, by=by)


def by_hand(case_id: UUID, *, by: Actor, materials: Mapping[str, str]) -> None:
    """A clerk or a journey notes how each material came: ``{key: upload|paper|certificate|data|promise}``."""
    with transaction.atomic():
        work = cases.filling(case_id, by=by)
        for key, source in materials.items():
            work.give(key, source=source)
        work.write()
