"""The door of packs: parts register here; packs are checked, planned, installed, hidden and played here."""

from citybrain.hub.packs.actions.install import check, install, install_all, plan, uninstall
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
from citybrain.hub.packs.ports import Context, Part, World
from citybrain.hub.packs.queries.folders import Library, folder_of, folders
from citybrain.hub.packs.queries.installed import installed, is_installed
from citybrain.hub.packs.registry import (
    register_coverage,
    register_expectation,
    register_part,
    register_verb,
)
from citybrain.kernel.text import Text
from citybrain.kernel.text import say as text

__all__ = [
    "Change", "Context", "Coverage", "Evidence", "InstalledPackRecord", "JourneyFailed", "JourneyResult", "Library",
    "PackDocument", "PackError", "PackRefused", "Part", "Plan", "Problem", "Report", "Text", "World", "check",
    "folder_of", "folders", "install", "install_all", "installed", "is_installed", "plan", "register_coverage",
    "register_expectation", "register_part", "register_verb", "text", "uninstall",
]
