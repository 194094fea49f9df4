"""What the architecture tests look at: files under version control and the rooms."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
SKIPPED = {".venv", "node_modules", ".git", "data", "__pycache__", ".citybrain", "staticfiles", "vendor"}
SKIPPED |= {".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}
MADE = {".mo", ".pyc"}


@cache
def tracked() -> tuple[Path, ...]:
    """Files of the repository; of the folder when git cannot say."""
    found = []
    if shutil.which("git"):
        done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
        found = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    if not found:
        found = [p for p in ROOT.rglob("*") if not SKIPPED & set(p.relative_to(ROOT).parts)]
        found = [p for p in found if p.suffix not in MADE]
    return tuple(p for p in found if p.is_file())


def text_of(path: Path) -> str | None:
    """Contents of a text file; None for pictures and the like."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def rooms():
    """AppConfigs of our rooms."""
    return [config for config in apps.get_app_configs() if config.name in settings.ROOMS]


def room_models():
    return [(config, model) for config in rooms() for model in config.get_models()]
