"""What is installed is what was looked at: every dependency has a reason, a lock and hashes."""

import re
import tomllib

import pytest

from .tree import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORD = re.compile(r"^[a-z0-9][a-z0-9._-]*")


def name_of(requirement: str) -> str:
    match = WORD.match(requirement.lower())
    assert match, requirement
    return re.sub(r"[-_.]+", "-", match.group())


def locked(file: str) -> dict[str, str]:
    """{name: the lines of its entry} of a lock file."""
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / file).read_text(encoding="utf-8"))
    return {name_of(entry): entry for entry in entries if WORD.match(entry)}


@pytest.mark.parametrize("file", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_one_version_and_hashes(file):
    broken = [n for n, e in locked(file).items() if "==" not in e.split()[0] or "--hash=sha256:" not in e]
    assert not broken, broken


def test_the_locks_hold_every_dependency_and_agree():
    served, tested = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {name_of(d) for d in PROJECT["dependencies"]} <= set(served)
    assert {name_of(d) for d in PROJECT["optional-dependencies"]["dev"]} <= set(tested)
    different = {n for n in served if served[n].split()[0] != tested.get(n, " ").split(" ")[0].split()[0]}
    assert not different, different


def test_every_dependency_says_why_it_is_there():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lines = [
        line
        for line in text.splitlines()
        if re.match(r'\s+"[a-z].*",', line) and ("=" in line or "types-" in line)
    ]
    without = [line.strip() for line in lines if "#" not in line and "=" in line.split('"')[1]]
    assert not without, without


def test_browser_packages_have_exact_versions_and_integrity():
    import json

    folder = ROOT / "src" / "citybrain" / "ui" / "frontend"
    package = json.loads((folder / "package.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values()), wanted
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    assert all("integrity" in entry for name, entry in packages.items() if name)
