"""Small packs on disk for tests."""

from __future__ import annotations

from pathlib import Path

import yaml

MANIFEST = {
    "pack": "mini",
    "name": {"zh": "小包", "en": "Mini"},
    "version": "1.0.0",
    "kind": "scenario",
    "owner": "350900-fgw",
}
README = "# Mini\n" + "谁来办、办什么、依据什么、多久办好。" * 15
YEAR = {
    "year": 2031,
    "source": "test",
    "days": [{"date": "2031-01-01", "kind": "holiday", "name": {"zh": "元旦", "en": "New Year"}}],
}


def write(path: Path, content: dict | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (
        content if isinstance(content, str) else yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    )
    path.write_text(text, encoding="utf-8")
    return path


def make_pack(home: Path, name: str = "mini", files: dict[str, dict | str] | None = None, **manifest) -> Path:
    """A pack folder with a manifest, a README and the given files."""
    root = home / name
    write(root / "pack.yaml", {**MANIFEST, "pack": name, **manifest})
    write(root / "README.md", README)
    for inside, content in (files if files is not None else {"holidays/y2031.yaml": YEAR}).items():
        write(root / inside, content)
    return root
