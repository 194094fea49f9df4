"""What an application carries into its case: materials, limits, facts, certificate. Pure; no database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citybrain.hub.matters.domain.document import Limit, Material, MatterDocument
from citybrain.kernel.text import Text

SPARED = {
    "data_check": ("data", Text(zh="由部门查验数据，不用提交", en="Checked against data; nothing to submit")),
    "department_check": (
        "check",
        Text(zh="由部门之间核查，不用提交", en="Checked between departments; nothing to submit"),
    ),
}
FROM_FORM = Text(zh="由您填写的内容生成，不用提交", en="Made from your answers; nothing to submit")
ROUTES = ("premises_division", "registered_division", "hukou_division", "home_division")


def spared_note(material: Material) -> Text | None:
    """Why nothing has to be submitted for this material; None when the applicant gives something."""
    if material.from_form:
        return FROM_FORM
    return SPARED[material.substitute][1] if material.substitute in SPARED else None


def case_materials(materials: list[Material]) -> list[dict[str, Any]]:
    """Rows for ``cases.open_case`` / ``update_draft``."""
    rows = []
    for material in materials:
        row: dict[str, Any] = {
            "key": material.key,
            "name": material.name.as_dict(),
            # a promise stands in for the material: it is asked for before submitting, not waited for afterwards
            "required": material.required and material.substitute != "promise",
            "tolerable": material.tolerable,
            "extra": {"certificate": material.certificate or "", "substitute": material.substitute},
        }
        if material.from_form:
            row["source"] = "data"
        elif material.substitute in SPARED:
            row["source"] = SPARED[material.substitute][0]
        rows.append(row)
    return rows


def limit_dict(limit: Limit) -> dict[str, Any]:
    return {"value": limit.value, "unit": limit.unit}


def case_limits(d: MatterDocument) -> dict[str, Any]:
    """Statutory and promised limits; an instant matter still has its statutory limit, or one working day."""
    promised = d.time.promised if d.time.promised.value else Limit(value=1, unit="workday")
    statutory = d.time.statutory if d.time.statutory.value else promised
    return {"statutory": limit_dict(statutory), "promised": limit_dict(promised)}


def route_field(d: Any, types: Mapping[str, str]) -> str:
    """The form's answer that decides which unit is competent: named by the matter, else the first known division."""
    named = getattr(d, "route_by", None)
    if named:
        return str(named)
    for name in ROUTES:
        if types.get(name) == "division":
            return name
    return next((name for name, kind in types.items() if kind == "division"), "")


def certificate_facts(
    d: MatterDocument, items: Mapping[str, str], previous: str = ""
) -> dict[str, Any] | None:
    """``context.certificate`` for the case engine; None when the matter's result is no certificate of ours."""
    if not d.result.certificate or d.result.certificate_change == "none":
        return None
    facts: dict[str, Any] = {
        "type": d.result.certificate,
        "data": dict(items),
        "change": d.result.certificate_change,
        "previous": previous,
    }
    months = d.result.validity_months
    if months and months % 12 == 0:
        facts["valid_years"] = months // 12
    elif months:
        facts["valid_months"] = months
    return facts
