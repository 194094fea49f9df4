"""Forms over descriptions: the columns of the department's form as fields on a page, and what was sent read back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from citybrain.hub.data.catalogue.domain.choices import options
from citybrain.hub.data.catalogue.domain.description import TITLES
from citybrain.hub.data.catalogue.domain.form import HINTS, READERS, FormColumn
from citybrain.hub.data.catalogue.permissions import CATALOGUE
from citybrain.hub.data.models import CatalogueClass
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.text import Text, say

TYPES = {"choice": "select", "choices": "checkboxes", "bool": "checkbox", "number": "number"}
CHOOSE = Text(zh="请选择", en="Choose")


@dataclass
class PageField:
    """One field as the page's component takes it."""

    name: str
    label: str
    type: str = "text"
    value: Any = ""
    error: str = ""
    hint: str = ""
    required: bool = False
    options: Sequence[tuple[str, str]] = ()
    readonly: bool = False
    attrs: dict[str, Any] = field(default_factory=dict)


def page_field(
    col: FormColumn, values: Mapping[str, Any], errors: Mapping[str, str], listed: Mapping[str, Any]
) -> PageField:
    """A column with its value; ``listed`` gives choices that are no fixed words (units, classes, items)."""
    name, _, language = col.field.partition(".")
    value = (values.get(name) or {}).get(language, "") if language else values.get(name)
    made = PageField(
        col.field, col.title.say(), TYPES.get(col.kind, "text"), "" if value is None else value,
        errors.get(col.field, ""), HINTS[col.field].say() if col.field in HINTS else "", col.required,
    )  # fmt: skip
    if col.field in listed:
        made.type, made.options, made.hint = "select", listed[col.field], ""
        made.label = TITLES[col.field].say()
    elif col.words and col.kind != "bool":
        made.options = options(col.words, empty="" if col.kind == "choices" else CHOOSE.say())
    if col.kind == "choices":
        made.hint = ""
    if col.kind == "texts":
        made.value = "、".join(value or [])
    if col.field in ("description.zh", "description.en", "sharing_condition"):
        made.type, made.attrs = "textarea", {"rows": 3}
    return made


def sent(columns: Sequence[FormColumn], post: QueryDict) -> tuple[dict[str, Any], dict[str, str]]:
    """Field → value of what was sent, and field → what is wrong with it."""
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for col in columns:
        text = "、".join(post.getlist(col.field)) if col.kind == "choices" else post.get(col.field, "")
        said, wrong = READERS[col.kind](col, text.replace("\0", "").strip())
        if col.required and not text.strip():
            wrong = ("请填写", "is missing")
        if wrong:
            errors[col.field] = Text(zh=f"{col.title.zh}:{wrong[0]}", en=f"{col.title.en}: {wrong[1]}").say()
        name, _, language = col.field.partition(".")
        if language:
            values.setdefault(name, {"zh": "", "en": ""})[language] = said
        else:
            values[name] = said
    return values, errors


def errors_of(error: Invalid) -> dict[str, str]:
    """Field → message of a refusal; what concerns no field of the page stands under its own path."""
    found: dict[str, str] = {}
    for problem in error.problems:
        path = {"title": "title.zh", "description": "description.zh"}.get(problem.path, problem.path)
        found.setdefault(path, both(problem.message))
    return found


def both(message: str) -> str:
    """The half of a ``中文 / English`` sentence that the reader wants."""
    zh, cut, en = str(message).partition(" / ")
    return Text(zh=zh, en=en).say() if cut else str(message)


def summary(errors: Mapping[str, str]) -> list[FieldProblem]:
    """For the error summary at the top of a page."""
    return [FieldProblem(path, "wrong", text) for path, text in errors.items()]


def units_of(actor: Actor, word: str = CATALOGUE) -> list[tuple[str, str]]:
    """(code, name) of the units the actor may do this for."""
    scope = identity.scope(actor, word)
    return [(u.code, f"{say(u.name)} {u.code}") for u in identity.organisations() if scope.allows(u.code)]


def class_options() -> list[tuple[str, str]]:
    """(code, name) of the classes offered."""
    rows = CatalogueClass.objects.filter(hidden=False).values_list("code", "name")
    return [("", CHOOSE.say()), *((code, f"{code} {say(name)}") for code, name in rows)]
