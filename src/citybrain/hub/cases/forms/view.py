"""What the form templates show: one dict per page item, ready for the macros in ``cases/forms/fields.html``.

Holds no rule. Values are shown as typed when they were wrong, so that nothing a person wrote is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citybrain.hub.cases.forms.runtime import Field, Form, Page, Repeat, Upload
from citybrain.hub.places import api as places
from citybrain.kernel.errors import FieldProblem
from citybrain.kernel.masking import mask
from citybrain.kernel.text import Text

WORDS = {
    "yes": Text(zh="是", en="Yes"),
    "no": Text(zh="否", en="No"),
    "choose": Text(zh="请选择", en="Choose"),
    "add": Text(zh="再加一项", en="Add another"),
    "remove": Text(zh="删除这一项", en="Remove this one"),
    "continue": Text(zh="保存并继续", en="Save and continue"),
    "later": Text(zh="保存，以后再填", en="Save and come back later"),
    "back": Text(zh="上一步", en="Back"),
    "change": Text(zh="修改", en="Change"),
    "review": Text(zh="核对您填写的内容", en="Check your answers"),
    "not_given": Text(zh="未填写", en="Not given"),
    "optional": Text(zh="（选填）", en="(optional)"),
    "submit": Text(zh="提交申请", en="Submit the application"),
    "county": Text(zh="县（市、区）", en="County"),
    "town": Text(zh="乡镇（街道）", en="Town or street"),
    "village": Text(zh="村（社区）", en="Village or community"),
    "materials": Text(zh="材料", en="Materials"),
    "use_certificate": Text(zh="用这份电子证照，不用上传", en="Use this e-certificate, no upload"),
    "presented": Text(zh="已用电子证照代替", en="An e-certificate is used"),
    "upload": Text(zh="上传文件", en="Upload a file"),
    "blank": Text(zh="空白表格", en="Blank form"),
    "sample": Text(zh="样表", en="Sample"),
    "paper": Text(zh="已收纸质原件或复印件并核对", en="Paper received and checked"),
    "promise": Text(zh="我承诺符合该材料证明的条件", en="I promise that I meet what this material proves"),
    "not_needed": Text(zh="不用您提交", en="Nothing to submit"),
    "tolerable": Text(zh="可以容缺，受理后补交", en="May follow after acceptance"),
    "row": Text(zh="第{n}项", en="No. {n}"),
}
INPUTS = {
    "text": "text", "textarea": "textarea", "integer": "text", "number": "text", "money": "text", "date": "text",
    "id_number": "text", "uscc": "text", "phone": "tel", "email": "email", "address": "text",
}  # fmt: skip
WIDTHS = {
    "integer": "w-4",
    "number": "w-10",
    "money": "w-10",
    "date": "w-10",
    "id_number": "w-20",
    "uscc": "w-20",
    "phone": "w-20",
}
MODES = {"integer": "numeric", "number": "decimal", "money": "decimal", "phone": "tel"}
MASKS = {"id_number": "id_number", "phone": "phone"}


def page_view(
    form: Form,
    page: Page,
    *,
    data: Mapping[str, Any],
    given: Mapping[str, Any],
    raw: Mapping[str, Any] | None = None,
    problems: list[FieldProblem] | None = None,
    provenance: Mapping[str, Any] | None = None,
    slots: Mapping[str, Any] | None = None,
    rows: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """One question page. ``raw`` are answers as typed, ``rows`` the number of rows a block shall show."""
    shown = {**data, **(raw or {})}
    env = form.env(shown, given)
    errors = {p.path: p.message for p in problems or []}
    maker = _Maker(shown, errors, provenance or {}, slots or {}, rows or {}, env)
    pages = form.asked_pages(env)
    keys = [p.key for p in pages]
    at = keys.index(page.key) if page.key in keys else 0
    sections = []
    for section in page.sections:
        if section.asked(env):
            items = [maker.item(item) for item in section.items if item.asked(env)]
            sections.append({"title": section.title, "hint": section.hint, "items": items})
    return {
        "form": form.key,
        "key": page.key,
        "title": page.title,
        "intro": page.intro,
        "sections": sections,
        "problems": problems or [],
        "number": at + 1,
        "total": len(keys),
        "previous": keys[at - 1] if at > 0 else "",
        "next": keys[at + 1] if at + 1 < len(keys) else "",
        "words": WORDS,
    }


class _Maker:
    def __init__(
        self,
        shown: Mapping,
        errors: Mapping,
        provenance: Mapping,
        slots: Mapping,
        rows: Mapping,
        env: Mapping,
    ):
        self.shown, self.errors, self.provenance = shown, errors, provenance
        self.slots, self.rows, self.env = slots, rows, env

    def item(self, item: Any) -> dict[str, Any]:
        if isinstance(item, Upload):
            return {"kind": "slot", "slot": self.slots.get(item.key), "name": item.key}
        if isinstance(item, Repeat):
            return self.block(item)
        needed = item.needed(self.env)
        return self.field(item, item.key, self.shown.get(item.key), needed, self.provenance.get(item.key))

    def block(self, item: Repeat) -> dict[str, Any]:
        value = self.shown.get(item.key)
        rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
        count = min(item.spec.max, max(len(rows), item.spec.min, 1, int(self.rows.get(item.key, 0))))
        rows = [*rows, *({} for _ in range(count - len(rows)))][:count]
        return {
            "kind": "table" if item.spec.table else "block",
            "name": item.key,
            "title": item.spec.title,
            "hint": item.spec.hint,
            "row_title": item.spec.row_title,
            "error": self.errors.get(item.key, ""),
            "heads": [f.title for f in item.fields],
            "rows": [
                {
                    "number": n,
                    "items": [
                        self.field(
                            f,
                            f"{item.key}.{n}.{f.key}",
                            row.get(f.key),
                            f.required and n < item.spec.min,
                            None,
                        )
                        for f in item.fields
                    ],
                }
                for n, row in enumerate(rows)
            ],
            "more": count < item.spec.max,
            "less": count > max(item.spec.min, 1),
        }

    def field(self, field: Field, name: str, value: Any, needed: bool, provenance: Any) -> dict[str, Any]:
        base = {
            "kind": "field",
            "name": name,
            "label": field.title,
            "hint": field.hint,
            "error": self.errors.get(name, ""),
            "required": needed,
            "provenance": origin(provenance, field),
        }
        if field.type == "division":
            return {**base, "kind": "division", "levels": levels(name, value, field.spec.level)}
        if field.type in ("choice", "choices", "boolean"):
            return {**base, **_choice(field, value)}
        attrs: dict[str, Any] = {}
        if field.type in MODES:
            attrs["inputmode"] = MODES[field.type]
        if field.spec.autocomplete:
            attrs["autocomplete"] = field.spec.autocomplete
        if field.rule("max_length"):
            attrs["maxlength"] = field.rule("max_length")
        if field.type == "date":
            attrs["placeholder"] = "2026-03-02"
        return {
            **base,
            "type": INPUTS.get(field.type, "text"),
            "value": "" if value is None or isinstance(value, (list, dict)) else value,
            "attrs": attrs,
            "width": WIDTHS.get(field.type, ""),
            "affix": field.spec.unit,
            "readonly": field.own.readonly,
        }


def _choice(field: Field, value: Any) -> dict[str, Any]:
    if field.type == "boolean":
        options = [
            {"value": "true", "label": WORDS["yes"].say()},
            {"value": "false", "label": WORDS["no"].say()},
        ]
        text = str(value).lower() if value is not None else ""
        return {"type": "radio", "value": text, "options": options, "layout": "inline"}
    options = [
        {"value": o.value, "label": o.label.say(), "hint": o.hint.say() if o.hint else ""}
        for o in field.options
    ]
    if field.type == "choices":
        chosen = [str(v) for v in value] if isinstance(value, list) else [str(value)] if value else []
        return {"type": "checkboxes", "value": chosen, "options": options}
    text = value if isinstance(value, str) else ""
    if len(options) > 8:
        blank = {"value": "", "label": WORDS["choose"].say()}
        return {"type": "select", "value": text, "options": [blank, *options], "width": ""}
    return {
        "type": "radio",
        "value": text,
        "options": options,
        "layout": "inline" if len(options) <= 2 else "",
    }


def levels(name: str, value: Any, down_to: str) -> list[dict[str, Any]]:
    """The selects of a division picker: those already decided and the next one."""
    target = {"county": places.Level.COUNTY, "town": places.Level.TOWN, "village": places.Level.VILLAGE}[
        down_to
    ]
    code = value if isinstance(value, str) and value.isdigit() else ""
    found = []
    for step in places.cascade(code, down_to=target):
        word = places.Level(step.level).name.lower()
        found.append(
            {
                "name": f"{name}.{word}",
                "label": WORDS[word].say(),
                "options": [(o.code, o.name) for o in step.options],
                "value": step.selected,
            }
        )
    return found


def origin(entry: Any, field: Field) -> str:
    """Where a prefilled value came from, and what it was when it has been corrected."""
    if not isinstance(entry, Mapping) or "source" not in entry:
        return ""
    source = Text.model_validate(entry["source"])
    day = str(entry.get("at") or "")[:10]
    text = Text(
        zh=f"来自{source.zh}" + (f"（{day}）" if day else ""),
        en=f"From {source.say('en')}" + (f" ({day})" if day else ""),
    )
    if "corrected" in entry:
        was = say_value(field, entry.get("value"))
        text = Text(
            zh=f"{text.zh}，原值：{was.zh}；您已更正，两个值都会保留。",
            en=f"{text.en}; it was: {was.say('en')}. You corrected it; both are kept.",
        )
    return text.say()


def say_value(field: Field, value: Any, *, masked: bool = False) -> Text:
    """A stored answer in words."""
    if value in (None, "", []):
        return WORDS["not_given"]
    if field.type == "boolean":
        return WORDS["yes" if value is True else "no"]
    if field.type in ("choice", "choices"):
        labels = {o.value: o.label for o in field.options}
        chosen = [
            labels.get(str(v), Text(zh=str(v))) for v in (value if isinstance(value, list) else [value])
        ]
        return Text(zh="、".join(c.zh for c in chosen), en=", ".join(c.say("en") for c in chosen))
    if field.type == "division":
        found = places.find(str(value))
        return Text(zh=places.path_name(found.code)) if found else Text(zh=str(value))
    if field.type == "attachment":
        count = len(value) if isinstance(value, list) else 1
        return Text(zh=f"{count}个文件", en=f"{count} file(s)")
    text = str(value)
    if masked and field.type in MASKS:
        text = mask(MASKS[field.type], text)
    unit = field.spec.unit
    if unit:
        return Text(zh=f"{text}{unit.zh}", en=f"{text} {unit.say('en')}")
    return Text(zh=text)


def review_view(
    form: Form,
    *,
    data: Mapping[str, Any],
    given: Mapping[str, Any],
    provenance: Mapping[str, Any] | None = None,
    problems: list[FieldProblem] | None = None,
    masked: bool = False,
) -> list[dict[str, Any]]:
    """Check your answers: the asked pages with their answers in words, in order."""
    env = form.env(data, given)
    errors = {p.path.split(".")[0]: p.message for p in problems or []}
    pages = []
    for page in form.asked_pages(env):
        rows: list[dict[str, Any]] = []
        for item in page.items(env):
            if isinstance(item, Field):
                entry = (provenance or {}).get(item.key)
                rows.append(
                    {
                        "key": item.key,
                        "label": item.title,
                        "value": say_value(item, data.get(item.key), masked=masked),
                        "origin": origin(entry, item),
                        "error": errors.get(item.key, ""),
                    }
                )
            elif isinstance(item, Repeat):
                rows.append(_review_block(item, data.get(item.key), errors, masked))
        pages.append({"key": page.key, "title": page.title, "rows": rows})
    return pages


def _review_block(item: Repeat, value: Any, errors: Mapping, masked: bool) -> dict[str, Any]:
    lines = []
    for row in value if isinstance(value, list) else []:
        if isinstance(row, Mapping):
            said = [
                say_value(f, row[f.key], masked=masked)
                for f in item.fields
                if row.get(f.key) not in (None, "")
            ]
            lines.append(Text(zh="，".join(s.zh for s in said), en=", ".join(s.say("en") for s in said)))
    return {
        "key": item.key,
        "label": item.spec.title,
        "value": None if lines else WORDS["not_given"],
        "lines": lines,
        "origin": "",
        "error": errors.get(item.key, ""),
    }
