"""``./citybrain check``: everything a reviewer's machine can say about the tree, all of it, changing nothing."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from citybrain.project import postgres, setup_steps, translations
from citybrain.project.config import ROOT, Config

PATHS = ["citybrain", "conftest.py", "src", "tests", "bench"]


def tool(name: str, *arguments: str) -> list[str]:
    return [str(Path(sys.executable).with_name(name)), *arguments]


def commands() -> list[tuple[str, list[str]]]:
    """(what it is for, command) in the order of how fast they are."""
    paths = [path for path in PATHS if (ROOT / path).exists()]
    ours = [sys.executable, "-m", "citybrain.project.cli"]
    django = [sys.executable, "-m", "citybrain.project.manage"]
    return [
        ("format", tool("ruff", "format", "--check", *paths)),
        ("lint", tool("ruff", "check", *paths)),
        ("contracts", tool("lint-imports", "--no-cache")),
        ("translations", [*ours, "translate", "--check"]),
        ("configuration", [*django, "check", "--fail-level", "WARNING"]),
        ("an empty database migrates", [*django, "migrate", "--no-input", "-v", "0"]),
        ("migrations", [*django, "makemigrations", "--check", "--dry-run"]),
        ("packs", [*ours, "pack", "check", "--all"]),
        ("types", tool("mypy", "--cache-dir", os.devnull)),
    ]


def main(config: Config) -> int:
    """Runs every check, prints what each found, 1 when any found something."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="citybrain-check-") as folder:
        top = Path(folder)
        top.chmod(0o711)
        with postgres.throwaway(top / "postgres") as url:
            env = setup_steps.environment(config, url) | {"CITYBRAIN_DATA_DIR": str(top / "data")}
            env |= {"CITYBRAIN_HASHED_STATIC": "0", "CITYBRAIN_STATIC_ROOT": str(top / "static")}
            setup_steps.run(
                setup_steps.manage("migrate", "--no-input"), env=env, log=top / "log", what="migrations"
            )
            translations.compile_all()
            for title, command in commands():
                print(f"--- {title}", flush=True)
                if subprocess.run(command, cwd=ROOT, env=env).returncode:
                    failed.append(title)
    print(f"\nfound something: {', '.join(failed)}" if failed else "\nall checks passed", flush=True)
    return 1 if failed else 0
