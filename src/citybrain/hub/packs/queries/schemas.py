"""JSON Schemas of the parts, so that an editor helps while a pack is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from citybrain.hub.packs import registry
from citybrain.hub.packs.domain.journey import Journey
from citybrain.hub.packs.domain.manifest import Manifest


def schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema (2020-12) by name: ``pack``, ``journeys`` and every part; demo parts as ``demo/<part>``."""
    found = {"pack": Manifest.model_json_schema(), "journeys": Journey.model_json_schema()}
    for part in registry.ordered_parts():
        name = f"demo/{part.key}" if getattr(part, "demo", False) else part.key
        found[name] = part.schema.model_json_schema()
    return {name: _with_key(schema) for name, schema in found.items()}


def _with_key(schema: dict[str, Any]) -> dict[str, Any]:
    """Every document may say its ``key``; a bilingual text may also be written as a plain text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    if "properties" in schema:
        schema["properties"].setdefault("key", {"type": "string"})
    text = schema.get("$defs", {}).get("Text")
    if text and text.get("type") == "object":
        schema["$defs"]["Text"] = {"anyOf": [{"type": "string"}, text]}
    return schema


def write_schemas(into: Path) -> list[Path]:
    """Write one file a schema; the files written."""
    written = []
    for name, schema in schemas().items():
        path = into / f"{name.replace('/', '-')}.schema.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8"
        )
        written.append(path)
    return written
