"""A disk that is really full, not one that says so: a small file system mounted for one process."""

import os
import shutil
import subprocess
import sys

import pytest

from .town import ROOT

pytestmark = pytest.mark.faults
MOUNT = 'mount -t tmpfs -o size=512k tmpfs "$1" && exec "$2" -m tests.faults.full_disk "$1"'


def own_mounts() -> list[str]:
    """How this account gets a mount namespace; empty where the system does not allow it."""
    ways = (["unshare", "-m"], ["unshare", "-rm"]) if shutil.which("unshare") else ()
    for way in ways:
        probe = subprocess.run([*way, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True)
        if probe.returncode == 0:
            return way
    return []


def test_a_full_disk_refuses_the_upload_and_keeps_nothing_of_it(tmp_path):
    way = own_mounts()
    if not way:
        pytest.skip("this system lets nobody mount a small file system")
    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    argv = [*way, "sh", "-c", MOUNT, "sh", str(tmp_path), sys.executable]
    done = subprocess.run(argv, env=env, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == ["refused 507", "0", "stored", "1"]
