"""Give materials: upload, present a certificate instead (免提交), promise, take back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.matters.actions.application import Application, application_of
from citybrain.hub.matters.actions.apply import materials_for
from citybrain.hub.matters.domain.document import Material
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, FieldProblem, Invalid
from citybrain.kernel.text import Text


def give_materials(case_id: UUID, *, by: Actor, post: Any, files: Any = None) -> list[FieldProblem]:
    """Read a materials page: ``material.<key>`` files, ``certificate.<key>`` ids, ``promise.<key>`` ticks,
    ``_remove_file`` an attachment id. Returns problems by field; what was fine is kept."""
    app = application_of(by, case_id)
    flat = cases.forms.flat(post)
    wanted = {m.key: m for m in materials_for(app)}
    problems: list[FieldProblem] = []
    for removed in flat.get("_remove_file", [])[:20]:
        problems += _attempt("", lambda removed=removed: _remove(app, removed, by))
    for key, material in wanted.items():
        for upload in _uploads(files, f"material.{key}", material):
            path = f"material.{key}"
            problems += _attempt(path, lambda u=upload, k=key: _upload(case_id, k, u, by))
        chosen = (flat.get(f"certificate.{key}") or [""])[-1]
        if chosen and not _uploads(files, f"material.{key}", material):
            problems += _attempt(f"certificate.{key}", lambda m=material, c=chosen: present(app, m, c, by=by))
        if material.substitute == "promise" and (flat.get(f"promise.{key}") or [""])[-1]:
            cases.give_material(case_id, key, by=by, source="promise")
    return problems


def _uploads(files: Any, name: str, material: Material) -> list[Any]:
    if files is None:
        return []
    found = files.getlist(name) if hasattr(files, "getlist") else list(files.get(name, []))
    return [f for f in found if f][: material.max_files]


def _attempt(path: str, run: Any) -> list[FieldProblem]:
    """Run one step in its own savepoint; a refusal becomes a problem at the field."""
    try:
        with transaction.atomic():
            run()
    except Invalid as error:
        return [FieldProblem(path or p.path, p.code, p.message) for p in error.problems]
    except CityError as error:
        return [FieldProblem(path, error.code, error.message)]
    return []


def _upload(case_id: UUID, key: str, upload: Any, by: Actor) -> None:
    cases.attach(case_id, upload, by=by, material=key)


def _remove(app: Application, attachment: str, by: Actor) -> None:
    """Take back a file of this very application; an id of another case is as good as none."""
    assert app.case is not None
    own = {str(a.id): a.id for m in app.case.materials for a in m.attachments}
    if attachment in own:
        cases.detach(own[attachment], by=by)


def present(app: Application, material: Material, certificate_id: str, *, by: Actor) -> None:
    """Use a certificate of the holder's wallet instead of an upload; the use is logged with case and purpose."""
    assert app.case is not None
    record = app.case.record
    held = (
        {str(c.id): c for c in certificates.usable(record.subject_id, material.certificate or "")}
        if record.subject_id
        else {}
    )
    if certificate_id not in held:
        message = Text(zh="这份电子证照不能用在这里", en="This e-certificate cannot be used here")
        raise Invalid([FieldProblem(f"certificate.{material.key}", "not_usable", message)])  # type: ignore[arg-type]
    if by.kind in ("citizen", "system"):
        certificates.present(
            by,
            certificate_id,
            purpose=f"{app.view.document.name.zh} {material.name.zh}"[:200],
            case_id=record.id,
            matter=app.view.key,
            organisation=record.organisation,
        )
    cases.give_material(record.id, material.key, by=by, source="certificate", reference=certificate_id)


def take_back(case_id: UUID, key: str, *, by: Actor) -> None:
    """Remove what was given for a material."""
    cases.take_back_material(case_id, key, by=by)


def by_hand(case_id: UUID, *, by: Actor, materials: Mapping[str, str]) -> None:
    """A clerk or a journey notes how each material came: ``{key: upload|paper|certificate|data|promise}``."""
    for key, source in materials.items():
        cases.give_material(case_id, key, by=by, source=source)
