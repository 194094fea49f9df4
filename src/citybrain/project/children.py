"""Child processes that cannot outlive us, are restarted when they crash, and stop when asked.

Every child dies with its parent (PR_SET_PDEATHSIG), is the leader of its own session so that what it started can
be killed with it, and carries ``CITYBRAIN_SUPERVISED=<data folder>`` so that a later start can find it even
after ``kill -9`` of everything. Only processes carrying exactly our data folder are ever touched.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
MARK = "CITYBRAIN_SUPERVISED"
BACKOFF_FIRST, BACKOFF_LAST, BACKOFF_FORGET = 0.2, 10.0, 30.0
LOG_KEEP = 20 * 1024 * 1024
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(sig: int = signal.SIGKILL, parent: int | None = None) -> None:
    """Ask the kernel to send us ``sig`` when our parent ends; leave at once when it already has."""
    _libc.prctl(PR_SET_PDEATHSIG, int(sig), 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def spawn(
    argv: list[str],
    *,
    env: dict[str, str],
    log: IO[bytes] | int,
    cwd: Path | None = None,
    death_signal: int = signal.SIGKILL,
    account: tuple[int, int] | None = None,
) -> subprocess.Popen:
    """Start a child in its own session. ``account`` (uid, gid) drops privileges first.

    Call from the main thread only: the death signal follows the *thread* that forked.
    """
    parent = os.getpid()

    def before_exec() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account[1])
            os.setuid(account[0])
        os.umask(0o077)
        die_with_parent(death_signal, parent)  # last: changing the user clears it

    return subprocess.Popen(
        argv,
        env=env,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=before_exec,
    )


def open_log(path: Path) -> IO[bytes]:
    """Append to a log file; one older generation is kept when it has grown large."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > LOG_KEEP:
        path.replace(path.with_suffix(".1.log"))
    return open(path, "ab")


@dataclass
class Child:
    """One supervised process: how to start it and how it did so far."""

    name: str
    start: Callable[[], subprocess.Popen]
    stop_signal: int = signal.SIGTERM
    patience: float = 12.0
    process: subprocess.Popen | None = None
    began: float = 0.0
    wait: float = BACKOFF_FIRST
    next_try: float = 0.0
    restarts: int = 0
    stop_last: bool = False  # the database: when nobody needs it any more

    def launch(self) -> None:
        self.process, self.began = self.start(), time.monotonic()

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def kill_group(self) -> None:
        """Whatever the child started goes with it (a web server's workers keep the port otherwise)."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Supervisor:
    """Keeps children running until told to stop; a child that crashes is started again, ever more slowly."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.children: list[Child] = []
        self.say = say
        self.stopping = False

    def add(self, child: Child) -> Child:
        self.children.append(child)
        child.launch()
        return child

    def look(self) -> None:
        """One round: start again what ended."""
        now = time.monotonic()
        for child in self.children:
            if child.alive():
                if now - child.began > BACKOFF_FORGET:
                    child.wait = BACKOFF_FIRST
                continue
            if child.process is not None:
                code = child.process.returncode
                child.kill_group()
                child.process, child.next_try = None, now + child.wait
                self.say(
                    f"  ! {child.name} ended ({describe_exit(code)}); starting again in {child.wait:.1f} s"
                )
                child.wait = min(child.wait * 2, BACKOFF_LAST)
            if now >= child.next_try:
                self.relaunch(child)

    def relaunch(self, child: Child) -> None:
        try:
            child.launch()
            child.restarts += 1
        except Exception as problem:
            child.process, child.next_try = None, time.monotonic() + child.wait
            child.wait = min(child.wait * 2, BACKOFF_LAST)
            self.say(f"  ! {child.name} could not be started: {problem}")

    def stop(self) -> None:
        """Stop in reverse order of starting; those that do not go in time are killed."""
        self.stopping = True
        for late in (False, True):
            group = [child for child in self.children if child.stop_last is late]
            for child in reversed(group):
                if child.alive() and child.process is not None:
                    child.process.send_signal(child.stop_signal)
            deadline = time.monotonic() + max((c.patience for c in group), default=0)
            while any(c.alive() for c in group) and time.monotonic() < deadline:
                time.sleep(0.02)
            for child in group:
                child.kill_group()
                if child.process is not None:
                    child.process.wait()


def describe_exit(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def left_behind(data_dir: Path) -> list[int]:
    """Processes of an earlier start with this data folder that are still there."""
    wanted, found = f"{MARK}={data_dir}".encode(), []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def clear_left_behind(data_dir: Path) -> int:
    """Kill what an earlier launcher left; returns how many. The caller holds the data folder's lock."""
    pids = left_behind(data_dir)
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and left_behind(data_dir):
        time.sleep(0.02)
    return len(pids)
