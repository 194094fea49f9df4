"""JSON with the same manners as our YAML: bounded, no duplicate keys, no NaN. Used for geometry, not for prose."""

from __future__ import annotations

import json
from typing import Any

from citybrain.hub.packs.domain.strict_yaml import MAX_DEPTH, Parsed, YamlRefused

MAX_BYTES = 12_000_000


def load(content: bytes) -> Parsed:
    """Parse one document; YamlRefused otherwise. Lines are known only for syntax errors."""
    if len(content) > MAX_BYTES:
        raise YamlRefused(
            "too_large", 1, f"文件超过{MAX_BYTES}字节", f"the file is larger than {MAX_BYTES} bytes"
        )
    try:
        value = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_constant)
    except YamlRefused:
        raise
    except UnicodeDecodeError:
        raise YamlRefused("encoding", 1, "文件不是UTF-8编码", "the file is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise YamlRefused(
            "syntax", error.lineno, "JSON写法有误", f"the JSON is malformed ({error.msg})"
        ) from None
    except (RecursionError, ValueError):
        raise YamlRefused(
            "too_deep", 1, "嵌套过深或数字过大", "nested too deep or a number is too large"
        ) from None
    _depth(value)
    return Parsed(value, {(): 1})


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise YamlRefused("duplicate_key", 1, f"“{key}”写了两次", f"“{key}” is written twice")
        found[key] = value
    return found


def _constant(word: str) -> None:
    raise YamlRefused("number", 1, f"不能使用{word}", f"{word} is not a number")


def _depth(value: Any) -> None:
    level, here = 0, [value]
    while here:
        level += 1
        if level > MAX_DEPTH:
            raise YamlRefused(
                "too_deep", 1, f"嵌套超过{MAX_DEPTH}层", f"nested deeper than {MAX_DEPTH} levels"
            )
        here = [
            inner
            for outer in here
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
