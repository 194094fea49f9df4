"""A folder into documents and problems: walk, parse strictly, validate each against its part's schema."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from citybrain.hub.packs import registry
from citybrain.hub.packs.data import PackDocument, Problem
from citybrain.hub.packs.domain import folder, strict_json, strict_yaml
from citybrain.hub.packs.domain.journey import Journey
from citybrain.hub.packs.domain.manifest import Manifest, QualityRule
from citybrain.hub.packs.domain.sentences import sentence

KEY = re.compile(r"[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9._\u4e00-\u9fff-]{0,79}\Z")
PLAIN_FILES = {"README.md", "CHANGELOG.md", "quality.yaml", "pack.yaml"}
DATA_FOLDERS = ("assets", "files")


@dataclass
class Pack:
    """A pack as it lies in its folder."""

    root: Path
    manifest: Manifest | None = None
    documents: list[PackDocument] = field(default_factory=list)
    journeys: list[PackDocument] = field(default_factory=list)
    quality: dict[str, QualityRule] = field(default_factory=dict)
    readme: str = ""
    problems: list[Problem] = field(default_factory=list)
    hash: str = ""

    @property
    def name(self) -> str:
        return self.root.name

    def docs(self, part: str) -> list[PackDocument]:
        return [d for d in self.documents if d.part == part]


def read(root: Path) -> Pack:
    """Read a pack's folder; never raises for what is in it: every fault becomes a problem."""
    pack = Pack(root)
    files, pack.problems = folder.walk(root)
    digest = hashlib.sha256()
    names = {str(f.inside) for f in files}
    if "pack.yaml" not in names:
        pack.problems.append(
            folder.refuse(root.name, "pack.yaml", "no_manifest", "缺少 pack.yaml", "pack.yaml is missing")
        )
    if "README.md" not in names:
        pack.problems.append(
            folder.refuse(root.name, "README.md", "no_readme", "缺少 README.md", "README.md is missing")
        )
    for found in files:
        content = found.path.read_bytes()
        digest.update(str(found.inside).encode() + b"\0" + hashlib.sha256(content).digest())
        _file(pack, found, content)
    pack.hash = digest.hexdigest()
    _duplicates(pack)
    return pack


def _file(pack: Pack, found: folder.Found, content: bytes) -> None:
    inside = found.inside
    name, top = str(inside), inside.parts[0]
    if name == "README.md":
        pack.readme = content.decode("utf-8", "replace")
    elif name == "pack.yaml":
        _manifest(pack, found, content)
    elif name == "quality.yaml":
        _quality(pack, found, content)
    elif name in PLAIN_FILES or top in DATA_FOLDERS:
        return
    elif top == "journeys" and len(inside.parts) == 2:
        document = _document(pack, found, content, "journeys", Journey, demo=False)
        if document:
            pack.journeys.append(document)
    elif inside.suffix in (".yaml", ".json", ".geojson"):
        demo = top == "demo"
        words = inside.parts[1:] if demo else inside.parts
        part = registry.part_for(words[0], demo=demo) or (demo and registry.part_for(words[0])) or None
        if len(words) < 2 or part is None:
            pack.problems.append(
                folder.refuse(
                    pack.name,
                    name,
                    "unknown_part",
                    f"没有认识“{words[0]}”的模块",
                    f"no room knows the part “{words[0]}”",
                )
            )
            return
        if inside.suffix not in getattr(part, "suffixes", (".yaml",)):
            pack.problems.append(
                folder.refuse(
                    pack.name,
                    name,
                    "file_type",
                    f"“{part.key}”不收“{inside.suffix}”文件",
                    f"“{part.key}” takes no “{inside.suffix}” files",
                )
            )
            return
        document = _document(pack, found, content, part.key, part.schema, demo=demo)
        if document:
            pack.documents.append(document)


def _parsed(pack: Pack, found: folder.Found, content: bytes) -> strict_yaml.Parsed | None:
    shown = f"{pack.name}/{found.inside}"
    try:
        parsed = (strict_yaml if found.inside.suffix == ".yaml" else strict_json).load(content)
    except strict_yaml.YamlRefused as error:
        pack.problems.append(Problem(f"yaml_{error.code}", error.zh, error.en, shown, error.line, pack.name))
        return None
    if not isinstance(parsed.value, dict):
        pack.problems.append(
            Problem("not_a_mapping", "文件应是键值对", "the file must be a mapping", shown, 1, pack.name)
        )
        return None
    return parsed


def _validated(
    pack: Pack,
    found: folder.Found,
    parsed: strict_yaml.Parsed,
    schema: type[BaseModel],
    value: Any,
    part: str,
    key: str,
) -> Any:
    try:
        return schema.model_validate(value)
    except ValidationError as errors:
        for error in errors.errors(include_url=False):
            zh, en = sentence(error)  # type: ignore[arg-type]
            path = _known_path(parsed, error["loc"])
            pack.problems.append(
                Problem(
                    f"schema_{error['type']}",
                    zh,
                    en,
                    f"{pack.name}/{found.inside}",
                    parsed.lines.get(path, 1),
                    pack.name,
                    part,
                    key,
                )
            )
    except RecursionError:
        pack.problems.append(
            Problem("too_deep", "嵌套过深", "nested too deep", f"{pack.name}/{found.inside}", 1, pack.name)
        )
    return None


def _known_path(parsed: strict_yaml.Parsed, loc: tuple) -> tuple:
    """The deepest place of the file on an error's path; model names inside unions are skipped."""
    path: tuple = ()
    for word in loc:
        if (*path, word) in parsed.lines:
            path = (*path, word)
    return path


def _document(
    pack: Pack, found: folder.Found, content: bytes, part: str, schema: type[BaseModel], *, demo: bool
) -> PackDocument | None:
    parsed = _parsed(pack, found, content)
    if parsed is None:
        return None
    raw = parsed.value
    key = raw.get("key", found.inside.stem)
    if not isinstance(key, str) or not KEY.match(key):
        pack.problems.append(
            Problem(
                "key",
                "key 只能用字母、数字、汉字、点和横线",
                "key may hold letters, digits, dots and dashes only",
                f"{pack.name}/{found.inside}",
                parsed.lines.get(("key",), 1),
                pack.name,
                part,
            )
        )
        return None
    value = (
        {**raw, "key": key} if "key" in schema.model_fields else {k: v for k, v in raw.items() if k != "key"}
    )
    data = _validated(pack, found, parsed, schema, value, part, key)
    if data is None:
        return None
    version = raw.get("version", 1)
    canonical = json.dumps(raw, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return PackDocument(
        pack=pack.name,
        part=part,
        key=key,
        version=version if isinstance(version, int) else 1,
        path=found.path,
        data=data,
        hash=hashlib.sha256(canonical.encode()).hexdigest(),
        demo=demo,
        file=f"{pack.name}/{found.inside}",
        raw=raw,
        lines=parsed.lines,
    )


def _manifest(pack: Pack, found: folder.Found, content: bytes) -> None:
    parsed = _parsed(pack, found, content)
    if parsed is None:
        return
    pack.manifest = _validated(pack, found, parsed, Manifest, parsed.value, "pack.yaml", pack.name)
    if pack.manifest and pack.manifest.pack != pack.name:
        pack.problems.append(
            Problem(
                "pack_name",
                f"pack 应与文件夹同名：{pack.name}",
                f"pack must equal the folder: {pack.name}",
                f"{pack.name}/pack.yaml",
                parsed.lines.get(("pack",), 1),
                pack.name,
            )
        )


def _quality(pack: Pack, found: folder.Found, content: bytes) -> None:
    parsed = _parsed(pack, found, content)
    for rule, value in parsed.value.items() if parsed else ():
        value = {"state": value} if isinstance(value, str) else value
        checked = _validated(pack, found, parsed, QualityRule, value, "quality", rule)  # type: ignore[arg-type]
        if checked:
            pack.quality[rule] = checked


def _duplicates(pack: Pack) -> None:
    seen: dict[tuple, PackDocument] = {}
    for doc in [*pack.documents, *pack.journeys]:
        other = seen.setdefault((doc.demo, doc.part, doc.key), doc)
        if other is not doc:
            pack.problems.append(
                Problem(
                    "duplicate",
                    f"“{doc.key}”与 {other.file} 重复",
                    f"“{doc.key}” is also in {other.file}",
                    doc.file,
                    doc.line("key"),
                    pack.name,
                    doc.part,
                    doc.key,
                )
            )
