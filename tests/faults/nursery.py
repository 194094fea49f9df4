"""Processes that begin at once: a parent that has imported everything forks a child for each piece of work.

A process that imports the city's libraries anew needs seconds for it, and the tests here start dozens only to kill
them. The parent never opens a connection, a table or an engine, so a child begins as empty as a new process does.

``python -m tests.faults.nursery <module>`` reads one JSON object a line: ``{"words": [...], "settings": {...}, "out":
path, "err": path}`` begins a child that calls ``module.main(*words)`` and is answered with its process id; ``{"wait":
pid}`` is answered with the child's exit code, negative for the signal that ended it.
"""

import contextlib
import importlib
import json
import os
import select
import subprocess
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, PATIENCE = 120, 300


def serve(name: str) -> None:
    """Until there is no more to read."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
    import django

    django.setup()
    module = importlib.import_module(name)
    answer("ready")
    for line in sys.stdin:
        told = json.loads(line)
        answer(
            begin(module, told)
            if "words" in told
            else os.waitstatus_to_exitcode(os.waitpid(told["wait"], 0)[1])
        )


def answer(said: object) -> None:
    print(json.dumps(said), flush=True)


def begin(module: ModuleType, told: dict[str, Any]) -> int:
    """Fork; the id of the child, which never comes back from here."""
    if pid := os.fork():
        return pid
    code = 1
    try:
        for number, path in ((1, told["out"]), (2, told["err"])):
            os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), number)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        from django.conf import settings

        for key, value in told["settings"].items():
            setattr(settings, key, value)
        module.main(*told["words"])
        code = 0
    except BaseException:  # whatever it is belongs in the child's error file
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


@dataclass
class Child:
    """One process; ``wait`` first."""

    nursery: "Nursery"
    pid: int
    files: tuple[Path, Path]

    def wait(self) -> int:
        """Its exit code; negative for a signal."""
        return self.nursery.ask({"wait": self.pid}, PATIENCE)

    @property
    def out(self) -> str:
        return self.files[0].read_text()

    @property
    def err(self) -> str:
        return self.files[1].read_text()


class Nursery:
    """Children of one module in one environment: ``with Nursery("tests.faults.lake", env, folder) as nursery``."""

    def __init__(self, module: str, env: dict[str, str], folder: Path) -> None:
        self.folder, self.born = folder, 0
        folder.mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, "-m", "tests.faults.nursery", module]
        env = {**env, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
        with open(folder / "nursery.log", "wb") as log:
            self.process = subprocess.Popen(
                argv, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
            )

    def __enter__(self) -> Self:
        self.hear(START_SECONDS)
        return self

    def __exit__(self, *_problem: object) -> None:
        with self.process:  # closes its input: it ends
            pass

    def start(self, *words: object, **settings: object) -> Child:
        """A process that does ``main(*words)`` under these settings."""
        self.born += 1
        files = tuple(self.folder / f"{self.born}.{end}" for end in ("out", "err"))
        told = {"words": [str(word) for word in words], "settings": settings,
                "out": str(files[0]), "err": str(files[1])}  # fmt: skip
        return Child(self, self.ask(told, START_SECONDS), files)

    def ask(self, told: dict[str, Any], seconds: float) -> Any:
        print(json.dumps(told), file=self.process.stdin, flush=True)
        return self.hear(seconds)

    def hear(self, seconds: float) -> Any:
        """The next answer; one at a time, so nothing waits in a buffer."""
        found, _, _ = select.select([self.process.stdout], [], [], seconds)
        line = self.process.stdout.readline() if found else ""
        if not line:
            self.process.kill()
            raise AssertionError(
                (self.folder / "nursery.log").read_text()[-3000:] or f"silent for {seconds} s"
            )
        return json.loads(line)


if __name__ == "__main__":
    serve(sys.argv[1])
