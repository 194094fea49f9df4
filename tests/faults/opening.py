"""A job process that is killed at a step of making a version of an open dataset; children of a ``Nursery``.

``main("disclosure.suppress", "before")`` does one job and kills itself with SIGKILL there.
"""

import os
import signal
from pathlib import Path
from typing import Any

from django.conf import settings

from citybrain.apps.opendata import tasks
from citybrain.apps.opendata.actions import build, release, workspace
from citybrain.apps.opendata.domain import disclosure
from citybrain.hub.data.jobs import running

# Where to die: before and after each act of the making of a version.
STEPS = {
    "Workspace.hold": workspace.Workspace, "disclosure.anonymous": disclosure, "disclosure.suppress": disclosure,
    "Workspace.released": workspace.Workspace, "build.stored": build, "build.keep": build, "build.make_version": build,
    "release.publish_version": release, "Run.step": running.Run,
}  # fmt: skip


def dying(owner: Any, name: str, when: str) -> None:
    """The act, at which this process is killed."""
    act = getattr(owner, name)

    def act_and_die(*args: Any, **kwargs: Any) -> None:
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        act(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, act_and_die)


def main(step: str, when: str) -> None:
    settings.DATA_DIR = Path(settings.DATA_DIR)
    dying(STEPS[step], step.rpartition(".")[2], when)
    tasks.make_version, tasks.publish_version = build.make_version, release.publish_version
    running.do_next()
