"""A submitted page, and a whole set of answers: flat POST data in, typed values and problems out.

``read_page`` reads one page for saving; ``check`` judges everything before submitting. Both keep only questions the
form asks, are bounded in size, and answer malformed input with problems, never with an exception.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from citybrain.hub.cases.forms.answers import read, tidy
from citybrain.hub.cases.forms.runtime import (
    Field,
    Form,
    Item,
    Page,
    Repeat,
    Upload,
    holds,
    put,
    value_for_conditions,
)
from citybrain.hub.cases.forms.sentences import problem, said
from citybrain.kernel.errors import FieldProblem

MAX_KEYS = 3000
MAX_VALUES = 200
ROW = re.compile(
    r"^([a-z][a-z0-9_]{0,59})\.(\d{1,3})\.([a-z][a-z0-9_]{0,59})(?:\.(county|town|village))?$", re.ASCII
)
STEPS = ("county", "town", "village")

Post = Mapping[str, list[str]]


@dataclass
class Answers:
    """What was understood: ``values`` to keep, ``raw`` to show again where a problem is, ``problems`` to tell."""

    values: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, Any] = field(default_factory=dict)
    problems: list[FieldProblem] = field(default_factory=list)


def flat(post: Any) -> Post:
    """A QueryDict, a mapping of text or of lists, as a mapping of lists; too much input becomes empty."""
    pairs: Iterable[tuple[Any, Any]]
    if hasattr(post, "lists"):
        pairs = post.lists()
    elif isinstance(post, Mapping):
        pairs = post.items()
    else:
        return {}
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found[str(key)] = list(value) if isinstance(value, (list, tuple)) else [value]
        if len(found) > MAX_KEYS:
            return {}
    return found


def too_much(post: Any) -> bool:
    """Whether more was sent than any form of ours can ask."""
    size = len(post) if hasattr(post, "__len__") else 0
    return size > MAX_KEYS


def raw_page(page: Page, post: Post) -> dict[str, Any]:
    """The page's own inputs out of flat data, blocks as lists of rows; nothing is judged yet."""
    raw: dict[str, Any] = {}
    rows = _rows(post)
    for item in page.items():
        if isinstance(item, Repeat):
            if item.key in rows or f"{item.key}.present" in post:
                raw[item.key] = _block(item, rows.get(item.key, {}))
        elif isinstance(item, Field):
            value = _single(item, item.key, post)
            if value is not None:
                raw[item.key] = value
    return raw


def _single(item: Field, name: str, post: Post) -> Any:
    if item.type == "division":
        return _division(name, post)
    if name in post:
        values = post[name][:MAX_VALUES]
        return values if item.type in ("choices", "attachment") else (values[-1] if values else "")
    if f"{name}.present" in post:
        return [] if item.type in ("choices", "attachment") else ""
    return None


def _division(name: str, post: Post) -> str | None:
    """The deepest step picked that lies inside the step above it; a stale town of another county is forgotten."""
    if not any(f"{name}.{step}" in post for step in STEPS):
        return post[name][-1] if post.get(name) else None
    chosen = ""
    for step, length in zip(STEPS, (6, 9, 12), strict=True):
        values = post.get(f"{name}.{step}") or [""]
        code = tidy(values[-1]) or ""
        if not code:
            break
        above = {"county": 0, "town": 6, "village": 9}[step]
        if chosen and code[:above] != chosen[:above]:
            break
        chosen = code
        if len(code) < length:
            break
    return chosen


def _rows(post: Post) -> dict[str, dict[int, dict[str, list[str]]]]:
    rows: dict[str, dict[int, dict[str, list[str]]]] = {}
    for key, values in post.items():
        match = ROW.match(key)
        if match:
            block, number, name, step = match.groups()
            rows.setdefault(block, {}).setdefault(int(number), {})[f"{name}.{step}" if step else name] = (
                values
            )
    return rows


def _block(item: Repeat, rows: dict[int, dict[str, list[str]]]) -> list[dict[str, Any]]:
    found = []
    for number in sorted(rows)[: item.spec.max + 1]:
        row = {}
        for inner in item.fields:
            value = _single(inner, inner.key, rows[number])
            if value is not None:
                row[inner.key] = value
        if any(value not in ("", [], None) for value in row.values()):
            found.append(row)
    return found


def read_page(
    form: Form, page: Page, post: Any, *, data: Mapping[str, Any], given: Mapping[str, Any]
) -> Answers:
    """Read one page. ``data`` are the answers so far; required answers that are missing are problems here too."""
    if too_much(post):
        return Answers(problems=[problem("", "too_much_input")])
    raw = raw_page(page, flat(post))
    return judge(form, [page], {**data, **raw}, given=given, only=set(raw) | {i.key for i in page.items()})


def check(form: Form, data: Mapping[str, Any], *, given: Mapping[str, Any]) -> Answers:
    """Judge all answers as one: what is not asked (any more) is dropped, what is missing or wrong is a problem."""
    if not isinstance(data, Mapping):
        return Answers(problems=[problem("", "too_much_input")])
    return judge(form, form.pages, data, given=given, only=None)


def judge(
    form: Form,
    pages: Iterable[Page],
    data: Mapping[str, Any],
    *,
    given: Mapping[str, Any],
    only: set[str] | None,
) -> Answers:
    """Walk the pages in order; each answer may decide whether a later question is asked."""
    answers = Answers()
    settled: dict[str, Any] = dict(data)
    env = form.env(settled, given)
    for page in pages:
        if not page.asked(env):
            for item in page.items():
                _forget(item, settled, env)
            continue
        for section in page.sections:
            for item in section.items:
                if not section.asked(env) or not item.asked(env):
                    _forget(item, settled, env)
                elif not isinstance(item, Upload):
                    _settle(item, settled, env, answers)
    for rule in form.rules:
        if only is not None and rule.field.split(".")[0] not in only:
            continue
        applies = rule.when is None or holds(rule.when, env)
        if applies and not _told(answers, rule.field) and _fails(rule, env):
            answers.problems.append(said(rule.field, "rule", rule.message))
    return answers


def _fails(rule: Any, env: Mapping[str, Any]) -> bool:
    """A rule fails when it is surely false; what is unknown is left to the required check."""
    try:
        return rule.must.evaluate(env) is False
    except Exception:
        return False


def _told(answers: Answers, path: str) -> bool:
    return any(p.path == path for p in answers.problems)


def _forget(item: Item, settled: dict[str, Any], env: dict[str, Any]) -> None:
    if settled.pop(item.key, None) is not None:
        put(env, item, None)


def _settle(item: Item, settled: dict[str, Any], env: dict[str, Any], answers: Answers) -> None:
    raw = settled.get(item.key)
    if isinstance(item, Repeat):
        value, problems = _read_block(item, raw, env)
    else:
        assert isinstance(item, Field)
        value, problems = _read_field(item, raw, item.key, env)
    if problems:
        answers.problems.extend(problems)
        answers.raw[item.key] = raw
        value = None
    if value is None:
        _forget(item, settled, env)
    else:
        settled[item.key] = answers.values[item.key] = value
        put(env, item, value)


def _read_field(item: Field, raw: Any, path: str, env: Mapping[str, Any]) -> tuple[Any, list[FieldProblem]]:
    if item.own.value is not None and item.own.readonly:
        raw = str(item.own.value) if not isinstance(item.own.value, bool) else item.own.value
    if isinstance(raw, Mapping):
        return None, [problem(path, "unreadable", item.title)]
    value, problems = read(item, raw, path)
    if not problems and value is None and item.needed(env):
        code = "required_choice" if item.type in ("choice", "choices", "boolean", "division") else "required"
        return None, [problem(path, code, item.title)]
    return value, problems


def _read_block(item: Repeat, raw: Any, env: Mapping[str, Any]) -> tuple[Any, list[FieldProblem]]:
    title = item.spec.title
    if raw is None:
        raw = []
    if not isinstance(raw, list) or any(not isinstance(row, Mapping) for row in raw):
        return None, [problem(item.key, "unreadable", title)]
    if len(raw) > item.spec.max:
        return None, [problem(item.key, "too_many", title, limit=item.spec.max)]
    if len(raw) < item.spec.min:
        return None, [problem(item.key, "too_few", title, limit=item.spec.min)]
    rows, problems = [], []
    for number, given_row in enumerate(raw):
        row: dict[str, Any] = {}
        for inner in item.fields:
            here = {**env, **_row_env(item, row)}
            if not inner.asked(here):
                continue
            value, found = _read_field(
                inner, given_row.get(inner.key), f"{item.key}.{number}.{inner.key}", here
            )
            problems.extend(found)
            if value is not None:
                row[inner.key] = value
        rows.append(row)
    return (rows or None), problems


def _row_env(item: Repeat, row: Mapping[str, Any]) -> dict[str, Any]:
    return {inner.key: value_for_conditions(inner.type, row.get(inner.key)) for inner in item.fields}
