"""A deliberately poor YAML: mappings, lists and scalars with line numbers, and nothing else.

Refuses anchors and aliases (bombs), tags (object construction), duplicate and non-text keys, several documents in a
file, merge keys, control characters, and anything beyond the size, depth and node limits. Scalars follow YAML 1.2:
``yes``/``on``/``off`` stay texts, numbers with a leading zero stay texts (they are codes), dates stay texts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

MAX_BYTES = 4_000_000
MAX_DEPTH = 40
MAX_NODES = 300_000
Path = tuple[str | int, ...]

INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})\Z")
DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,14})\.[0-9]{1,12}\Z")
WORDS = {"null": None, "~": None, "": None, "true": True, "false": False}
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlRefused(Exception):
    """The text is not acceptable; one plain sentence in both languages with its line."""

    def __init__(self, code: str, line: int, zh: str, en: str) -> None:
        super().__init__(en)
        self.code, self.line, self.zh, self.en = code, line, zh, en


@dataclass
class Parsed:
    """The value of a file and the line (from 1) of each place in it."""

    value: Any
    lines: dict[Path, int] = field(default_factory=dict)


def load(content: bytes) -> Parsed:
    """Parse one document. YamlRefused for everything this language does not have."""
    if len(content) > MAX_BYTES:
        raise YamlRefused(
            "too_large", 1, f"文件超过{MAX_BYTES}字节", f"the file is larger than {MAX_BYTES} bytes"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise YamlRefused("encoding", line, "文件不是UTF-8编码", "the file is not UTF-8") from None
    try:
        return _Builder(text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        detail = error.problem or error.context or "syntax"
        raise YamlRefused(
            "syntax", line, f"YAML写法有误（{detail}）", f"the YAML is malformed ({detail})"
        ) from None
    except yaml.YAMLError as error:
        raise YamlRefused(
            "syntax", 1, "文件含有不能使用的字符", f"the file cannot be read: {error}"
        ) from None
    except RecursionError:  # the C scanner refuses first; kept as a belt
        raise YamlRefused(
            "too_deep", 1, f"嵌套超过{MAX_DEPTH}层", f"nested deeper than {MAX_DEPTH}"
        ) from None


class _Builder:
    def __init__(self, text: str) -> None:
        self.events: Any = yaml.parse(text, Loader=Loader)
        self.lines: dict[Path, int] = {}
        self.nodes = 0

    def document(self) -> Parsed:
        event: Any
        value: Any = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                mark: Any = event.start_mark
                if documents > 1:
                    raise YamlRefused(
                        "many_documents",
                        mark.line + 1,
                        "一个文件只能有一份内容",
                        "a file may hold one document only",
                    )
                value = self.node(next(self.events), (), 1)
        return Parsed(value, self.lines)

    def node(self, event: Any, path: Path, depth: int) -> Any:
        line = event.start_mark.line + 1
        self.lines[path] = line
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise YamlRefused("too_many", line, f"内容超过{MAX_NODES}项", f"more than {MAX_NODES} values")
        if depth > MAX_DEPTH:
            raise YamlRefused(
                "too_deep", line, f"嵌套超过{MAX_DEPTH}层", f"nested deeper than {MAX_DEPTH} levels"
            )
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise YamlRefused(
                "alias", line, "不能使用锚点和别名（& *）", "anchors and aliases (& *) are not allowed"
            )
        if event.tag:
            raise YamlRefused("tag", line, "不能使用标签（!）", "tags (!) are not allowed")
        if isinstance(event, yaml.ScalarEvent):
            return scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(path, depth)
        return self.mapping(path, depth)

    def sequence(self, path: Path, depth: int) -> list:
        items: list = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self.node(event, (*path, len(items)), depth + 1))
        return items

    def mapping(self, path: Path, depth: int) -> dict:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.key(event)
            if key in found:
                raise YamlRefused(
                    "duplicate_key",
                    event.start_mark.line + 1,
                    f"“{key}”写了两次",
                    f"“{key}” is written twice",
                )
            found[key] = None
            found[key] = self.node(next(self.events), (*path, key), depth + 1)
        return found

    def key(self, event: Any) -> str:
        line = event.start_mark.line + 1
        if not isinstance(event, yaml.ScalarEvent):
            raise YamlRefused("key", line, "键必须是一个词", "a key must be a word")
        if event.anchor or event.tag:
            raise YamlRefused("alias", line, "键不能有锚点或标签", "a key may have no anchor or tag")
        if event.value == "<<":
            raise YamlRefused("alias", line, "不能使用合并键（<<）", "merge keys (<<) are not allowed")
        return event.value


def scalar(event: Any) -> Any:
    """The value of a scalar: quoted and block scalars are texts."""
    text = event.value
    if not event.implicit[0] or event.style in ("'", '"', "|", ">"):
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.match(text):
        return int(text)
    return float(text) if DECIMAL.match(text) else text
