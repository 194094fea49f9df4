"""A form ready to ask: fields with their elements resolved, conditions compiled, pages chosen by the answers.

Knows no database. Conditions are ``kernel.expressions``; a condition that cannot be decided (unknown name) does not
hold, so a question whose reason is unknown is not asked.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from citybrain.hub.cases.forms.schema import (
    ElementSpec,
    FieldSpec,
    FormDocument,
    Option,
    RepeatSpec,
    UploadSpec,
)
from citybrain.kernel import expressions
from citybrain.kernel.text import Text

KINDS: dict[str, str] = {
    "integer": "number",
    "number": "number",
    "money": "number",
    "date": "date",
    "boolean": "boolean",
    "choices": "list<string>",
    "attachment": "list<string>",
}
GIVEN_KINDS = {"text": "string", "boolean": "boolean", "number": "number"}


class FormError(ValueError):
    """The form cannot be compiled: an unknown element or a wrong condition. ``pointer`` finds the place."""

    def __init__(self, pointer: tuple[str | int, ...], zh: str, en: str, code: str = "form") -> None:
        super().__init__(en)
        self.pointer, self.zh, self.en, self.code = pointer, zh, en, code


@dataclass(frozen=True)
class Field:
    """One question with everything needed to ask, read and check it."""

    key: str
    element: str
    type: str
    title: Text
    hint: Text | None
    required: bool
    options: tuple[Option, ...]
    spec: ElementSpec
    own: FieldSpec
    when: expressions.Expression | None = None
    required_when: expressions.Expression | None = None

    def rule(self, name: str) -> Any:
        """A limit: the field's own, else the element's."""
        mine = getattr(self.own, name)
        return mine if mine not in (None, False) else getattr(self.spec, name)

    @property
    def personal(self) -> bool:
        return self.spec.sensitivity in ("personal", "sensitive")

    def asked(self, env: Mapping[str, Any]) -> bool:
        return self.when is None or holds(self.when, env)

    def needed(self, env: Mapping[str, Any]) -> bool:
        return self.required or (self.required_when is not None and holds(self.required_when, env))


@dataclass(frozen=True)
class Repeat:
    """A block asked ``min`` to ``max`` times."""

    key: str
    spec: RepeatSpec
    fields: tuple[Field, ...]
    when: expressions.Expression | None = None

    def asked(self, env: Mapping[str, Any]) -> bool:
        return self.when is None or holds(self.when, env)


@dataclass(frozen=True)
class Upload:
    """A material slot shown on a page."""

    key: str
    spec: UploadSpec
    when: expressions.Expression | None = None

    def asked(self, env: Mapping[str, Any]) -> bool:
        return self.when is None or holds(self.when, env)


Item = Field | Repeat | Upload


@dataclass(frozen=True)
class Section:
    title: Text | None
    hint: Text | None
    items: tuple[Item, ...]
    when: expressions.Expression | None = None

    def asked(self, env: Mapping[str, Any]) -> bool:
        return self.when is None or holds(self.when, env)


@dataclass(frozen=True)
class Page:
    key: str
    title: Text
    intro: Text | None
    sections: tuple[Section, ...]
    when: expressions.Expression | None = None

    def asked(self, env: Mapping[str, Any]) -> bool:
        return self.when is None or holds(self.when, env)

    def items(self, env: Mapping[str, Any] | None = None) -> Iterator[Item]:
        """Items in order; with ``env`` only those that are asked now."""
        for section in self.sections:
            if env is None or section.asked(env):
                for item in section.items:
                    if env is None or item.asked(env):
                        yield item


@dataclass(frozen=True)
class Rule:
    must: expressions.Expression
    when: expressions.Expression | None
    field: str
    message: Text


@dataclass(frozen=True)
class Form:
    """A compiled form. ``names`` are the types conditions may use."""

    key: str
    version: int
    title: Text
    intro: Text | None
    pages: tuple[Page, ...]
    rules: tuple[Rule, ...]
    declaration: Text | None
    given: Mapping[str, str]
    names: Mapping[str, Any] = field(default_factory=dict)
    kept: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def keep(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Something made from this form alone, made once: a form never changes, and lives as long as its process."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    @cached_property
    def _items(self) -> dict[str, Item]:
        return {item.key: item for page in self.pages for item in page.items()}

    @cached_property
    def _fields(self) -> dict[str, Field]:
        return {key: item for key, item in self._items.items() if isinstance(item, Field)}

    @cached_property
    def types(self) -> dict[str, str]:
        """Types of the plain fields."""
        return {key: item.type for key, item in self._fields.items()}

    def fields(self) -> dict[str, Field]:
        """Plain fields by key, blocks and uploads left out. Not to be changed."""
        return self._fields

    def items(self) -> dict[str, Item]:
        """Every item by key. Not to be changed."""
        return self._items

    def page(self, key: str) -> Page | None:
        return next((page for page in self.pages if page.key == key), None)

    def asked_pages(self, env: Mapping[str, Any]) -> list[Page]:
        """Pages that have something to ask with these answers."""
        return [page for page in self.pages if page.asked(env) and any(True for _ in page.items(env))]

    def env(self, data: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Answers as values for conditions: numbers exact, dates as dates, the unanswered unknown."""
        env: dict[str, Any] = {}
        for name in self.given:
            env[name] = _given((given or {}).get(name), self.given[name])
        data = data if isinstance(data, Mapping) else {}
        for key, item in self._items.items():
            if not isinstance(item, Upload):
                put(env, item, data.get(key))
        return env


def put(env: dict[str, Any], item: Item, value: Any) -> None:
    """Set one answer in the values of conditions."""
    if isinstance(item, Field):
        env[item.key] = value_for_conditions(item.type, value)
    elif isinstance(item, Repeat) and isinstance(value, list):
        env[item.key] = [
            {f.key: value_for_conditions(f.type, row.get(f.key)) for f in item.fields}
            for row in value
            if isinstance(row, Mapping)
        ]
    else:
        env.pop(item.key, None)


def holds(condition: expressions.Expression, env: Mapping[str, Any]) -> bool:
    """Whether the condition surely holds; a value that cannot be compared is as good as unknown."""
    try:
        return condition.holds(env)
    except expressions.ExpressionError:
        return False


def _given(value: Any, kind: str) -> Any:
    if value in (None, ""):
        return None
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() in ("true", "yes", "1")
    if kind == "number":
        return value_for_conditions("number", value)
    return str(value)


def value_for_conditions(type: str, value: Any) -> Any:
    """A stored answer as the expression language wants it; None when empty or not of its type."""
    if value is None or value == "" or value == []:
        return None
    if type in ("integer", "number", "money"):
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
    if type == "date":
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            return None
    if type == "boolean":
        return value if isinstance(value, bool) else None
    if type in ("choices", "attachment"):
        return [str(v) for v in value] if isinstance(value, list) else None
    return str(value)


def names_of(document: FormDocument, elements: Mapping[str, ElementSpec]) -> dict[str, Any]:
    """Names and types conditions of this form (and of its matter) may use."""
    names: dict[str, Any] = {name: GIVEN_KINDS[kind] for name, kind in document.given.items()}
    for page in document.pages:
        for item in page.items():
            if isinstance(item, FieldSpec) and item.element in elements:
                names[item.key] = KINDS.get(elements[item.element].type, "string")
            elif isinstance(item, RepeatSpec):
                names[item.key] = expressions.ListOf(
                    expressions.parse_type(
                        {
                            f.key: KINDS.get(elements[f.element].type, "string")
                            for f in item.fields
                            if f.element in elements
                        }
                    )
                )
    return names


class Compiler:
    """Turns a document and the dictionary into a Form, raising FormError at the first fault."""

    def __init__(self, document: FormDocument, elements: Mapping[str, ElementSpec]) -> None:
        self.document, self.elements = document, elements
        self.names = names_of(document, elements)

    def form(self) -> Form:
        d = self.document
        pages = tuple(self._page(page, ("pages", i)) for i, page in enumerate(d.pages))
        known = {item.key for page in d.pages for item in page.items()}
        rules = []
        for i, rule in enumerate(d.rules):
            if rule.field.split(".")[0] not in known:
                raise FormError(
                    ("rules", i, "field"), f"没有名为“{rule.field}”的字段", f"no field “{rule.field}”"
                )
            rules.append(
                Rule(
                    must=self._condition(rule.must, ("rules", i, "must")),  # type: ignore[arg-type]
                    when=self._condition(rule.when, ("rules", i, "when")),
                    field=rule.field,
                    message=rule.message,
                )
            )
        return Form(
            d.key, d.version, d.title, d.intro, pages, tuple(rules), d.declaration, dict(d.given), self.names
        )

    def _condition(
        self, text: str | None, pointer: tuple[str | int, ...], names: Mapping[str, Any] | None = None
    ) -> expressions.Expression | None:
        if text is None:
            return None
        try:
            return expressions.compile(text, dict(names or self.names), result="boolean")
        except expressions.ExpressionError as error:
            raise FormError(pointer, error.text["zh"], error.text["en"], "condition") from error

    def _page(self, page: Any, pointer: tuple[str | int, ...]) -> Page:
        sections = []
        if page.fields:
            sections.append(Section(None, None, self._items(page.fields, (*pointer, "fields"))))
        for i, section in enumerate(page.sections):
            where = (*pointer, "sections", i)
            sections.append(
                Section(
                    section.title,
                    section.hint,
                    self._items(section.fields, (*where, "fields")),
                    self._condition(section.when, (*where, "when")),
                )
            )
        when = self._condition(page.when, (*pointer, "when"))
        return Page(page.key, page.title, page.intro, tuple(sections), when)

    def _items(self, items: list[Any], pointer: tuple[str | int, ...]) -> tuple[Item, ...]:
        found: list[Item] = []
        for i, item in enumerate(items):
            where = (*pointer, i)
            when = self._condition(item.when, (*where, "when"))
            if isinstance(item, UploadSpec):
                found.append(Upload(item.key, item, when))
            elif isinstance(item, RepeatSpec):
                found.append(self._repeat(item, where, when))
            else:
                found.append(self._field(item, where, self.names))
        return tuple(found)

    def _repeat(self, item: RepeatSpec, where: tuple, when: expressions.Expression | None) -> Repeat:
        inner = {
            **self.names,
            **{
                f.key: KINDS.get(self.elements[f.element].type, "string")
                for f in item.fields
                if f.element in self.elements
            },
        }
        keys = [f.key for f in item.fields]
        if len(keys) != len(set(keys)):
            raise FormError(where, "同一组内有重名字段", "two fields of the block have the same name")
        fields = tuple(self._field(f, (*where, "fields", j), inner) for j, f in enumerate(item.fields))
        return Repeat(item.key, item, fields, when)

    def _field(self, own: FieldSpec, where: tuple, names: Mapping[str, Any]) -> Field:
        spec = self.elements.get(own.element)
        if spec is None:
            raise FormError(
                (*where, "element"),
                f"数据元“{own.element}”不存在",
                f"there is no data element “{own.element}”",
                "element",
            )
        options = tuple(spec.options)
        if own.options:
            by_value = {option.value: option for option in options}
            unknown = [value for value in own.options if value not in by_value]
            if unknown:
                raise FormError(
                    (*where, "options"),
                    f"数据元没有选项：{'、'.join(unknown)}",
                    f"the element has no option {', '.join(unknown)}",
                )
            options = tuple(by_value[value] for value in own.options)
        return Field(
            key=own.key,
            element=own.element,
            type=spec.type,
            title=own.title or spec.title,
            hint=own.hint or spec.hint,
            required=own.required,
            options=options,
            spec=spec,
            own=own,
            when=self._condition(own.when, (*where, "when"), names),
            required_when=self._condition(own.required_when, (*where, "required_when"), names),
        )


def compile_form(document: FormDocument, elements: Mapping[str, ElementSpec]) -> Form:
    """The form of a document, its elements taken from ``elements``. FormError names what is wrong and where."""
    return Compiler(document, elements).form()
