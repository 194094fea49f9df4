"""A city of its own for one test module: ./citybrain up on a throwaway folder and ports."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

from citybrain.project import children, postgres

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 400


def launcher() -> list[str]:
    """The launcher as people start it; where its environment was made by other means, what it hands over to."""
    if (ROOT / ".venv" / "citybrain-locks.json").exists():
        return [str(ROOT / "citybrain"), "up"]
    return [sys.executable, "-m", "citybrain.project.cli", "up"]


class Town:
    """Start, find, kill, stop."""

    def __init__(self, folder: Path, packs: Path) -> None:
        self.data = folder / "data"
        self.port, self.live_port, self.db_port = (postgres.free_port() for _ in range(3))
        self.env = {
            **{
                k: v
                for k, v in os.environ.items()
                if not k.startswith(("CITYBRAIN_", "DATABASE_URL", "PYTEST"))
            },
            "PYTHONPATH": str(ROOT / "src"),
            "CITYBRAIN_DATA_DIR": str(self.data),
            "CITYBRAIN_PACKS_DIR": str(packs),
            "CITYBRAIN_PORT": str(self.port),
            "CITYBRAIN_LIVE_PORT": str(self.live_port),
            "CITYBRAIN_DB_PORT": str(self.db_port),
        }
        self.output = folder / "up.log"
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> float:
        """Start and wait until it says ready; seconds it took."""
        began = time.monotonic()
        with open(self.output, "wb") as out:
            self.process = subprocess.Popen(launcher(), env=self.env, cwd=ROOT, stdout=out, stderr=out)
        while time.monotonic() - began < START_SECONDS:
            if b"ready in" in self.output.read_bytes():
                return time.monotonic() - began
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(self.output.read_text() + self.logs())

    def logs(self) -> str:
        return "".join(f"\n--- {p.name}\n{p.read_text()[-2000:]}" for p in self.data.glob("logs/*.log"))

    def database_url(self) -> str:
        return postgres.Server(postgres.home_for(self.data), port=self.db_port).url()

    def marked(self) -> list[psutil.Process]:
        """Every process that carries this town's mark, PostgreSQL's included."""
        pids = children.left_behind(self.data) + postgres.Server(postgres.home_for(self.data)).orphans()
        found = []
        for pid in set(pids):
            with contextlib.suppress(psutil.NoSuchProcess):  # ended while we were looking
                found.append(psutil.Process(pid))
        return found

    def named(self, name: str) -> list[psutil.Process]:
        """Processes of one of our children, the oldest (its main process) first."""
        found = []
        for process in self.marked():
            with contextlib.suppress(psutil.Error):
                if process.environ().get("CITYBRAIN_PROCESS") == name:
                    found.append(process)
        return sorted(found, key=lambda p: p.create_time())

    def postmaster(self) -> psutil.Process:
        return psutil.Process(
            int((postgres.home_for(self.data) / "data" / "postmaster.pid").read_text().split()[0])
        )

    def ready(self, seconds: float = 60) -> float:
        """Seconds until web and live push answer again."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if all(answers(address) for address in (f"{self.url}/readyz", self.live("healthz"))):
                return time.monotonic() - began
            time.sleep(0.05)
        raise AssertionError(f"not ready after {seconds} s\n{self.output.read_text()}{self.logs()}")

    def live(self, path: str) -> str:
        return f"http://127.0.0.1:{self.live_port}/live/{path}"

    def kill_launcher(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """As Ctrl-C does; exit code."""
        if self.process is None or self.process.poll() is not None:
            return -1
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def gone(self, seconds: float = 30) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not [p for p in self.marked() if working(p)]:
                return True
            time.sleep(0.05)
        return False


def working(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def answers(address: str) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return httpx.get(address, timeout=3, trust_env=False).status_code == 200
    return False
