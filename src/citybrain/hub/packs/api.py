"""The door of packs: parts register here; packs are checked, planned, installed, hidden and played here."""

from citybrain.hub.packs.actions.checking import check, run_journeys
from citybrain.hub.packs.actions.install import install, install_all, plan, uninstall
from citybrain.hub.packs.data import (
    Change,
    Coverage,
    Evidence,
    InstalledPackRecord,
    JourneyFailed,
    JourneyResult,
    PackDocument,
    PackError,
    PackRefused,
    Plan,
    Problem,
    Report,
)
from citybrain.hub.packs.domain.archive import unpack
from citybrain.hub.packs.ports import Context, Part, World
from citybrain.hub.packs.queries.folders import Library, folder_of, folders
from citybrain.hub.packs.queries.installed import installed, is_installed
from citybrain.hub.packs.queries.schemas import schemas
from citybrain.hub.packs.registry import (
    collecting,
    register_clockwork,
    register_coverage,
    register_expectation,
    register_part,
    register_quality,
    register_stand_in,
    register_verb,
    visit,
)
from citybrain.kernel.text import Text
from citybrain.kernel.text import say as text


def main(argv: list[str]) -> int:
    """``./citybrain pack …``; the exit code (0 fine, 1 problems, 2 wrong usage)."""
    from citybrain.hub.packs.cli import main as run

    return run(argv)


cli = main

__all__ = [
    "Change",
    "Context",
    "Coverage",
    "Evidence",
    "InstalledPackRecord",
    "JourneyFailed",
    "JourneyResult",
    "Library",
    "PackDocument",
    "PackError",
    "PackRefused",
    "Part",
    "Plan",
    "Problem",
    "Report",
    "Text",
    "World",
    "check",
    "cli",
    "collecting",
    "folder_of",
    "folders",
    "install",
    "install_all",
    "installed",
    "is_installed",
    "main",
    "plan",
    "register_clockwork",
    "register_coverage",
    "register_expectation",
    "register_part",
    "register_quality",
    "register_stand_in",
    "register_verb",
    "run_journeys",
    "schemas",
    "text",
    "uninstall",
    "unpack",
    "visit",
]
