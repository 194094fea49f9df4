"""One city for all fault tests, on its own folder, ports and database server."""

import logging
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from .town import ROOT, Town

PACKS = Path(os.environ.get("CITYBRAIN_FAULTS_PACKS", ROOT / "packs"))
logging.getLogger("httpx").setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def town():
    """Not under pytest's own folders: those are closed to the account PostgreSQL runs under when we are root."""
    folder = Path(tempfile.mkdtemp(prefix="citybrain-town-"))
    folder.chmod(0o755)
    made = Town(folder, PACKS)
    try:
        made.up()
        yield made
    finally:
        made.stop()
    assert made.gone(), [p.cmdline() for p in made.marked()]
    shutil.rmtree(folder)
