"""Debian packages: how what is missing gets onto this machine.

Root installs through apt. An ordinary account cannot, but fonts are only files: apt fetches and verifies the package,
and we unpack it beside us. Programs are left to a person, who is told the command.
"""

import os
import shutil
import subprocess
from pathlib import Path

from citybrain.hub.certificates.rendering import fonts
from citybrain.project.config import ROOT

FONTS = "fonts-noto-cjk"
OWN_FONTS = ROOT / ".citybrain" / "fonts"


def command(packages: list[str]) -> str:
    """What a person types to get these packages."""
    return f"sudo apt update && sudo apt install --no-install-recommends {' '.join(packages)}"


def may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(packages: list[str]) -> str:
    """Install through apt as root; empty when done, else the end of what apt said."""
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(
        ["apt-get", "update", "-qq", "-o", "Acquire::http::Timeout=20"], env=env, capture_output=True
    )
    argv = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    done = subprocess.run(argv, env=env, capture_output=True, text=True)
    return "\n".join(done.stderr.strip().splitlines()[-6:]) or "no reason given" if done.returncode else ""


def unpack(package: str, folder: Path) -> bool:
    """Fetch a package as any account may and unpack its files into ``folder``; False when that cannot be done."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    fresh = folder.with_suffix(".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    done = subprocess.run(["apt-get", "download", "-qq", package], cwd=fresh, capture_output=True)
    for file in fresh.glob("*.deb"):
        done = subprocess.run(["dpkg-deb", "-x", file.name, "."], cwd=fresh, capture_output=True)
        file.unlink()
    if done.returncode == 0:
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
    shutil.rmtree(fresh, ignore_errors=True)
    return done.returncode == 0


def use_own_fonts() -> None:
    """Fonts we unpacked ourselves count unless a setting names others."""
    if OWN_FONTS.is_dir():
        os.environ.setdefault("CITYBRAIN_FONTS", str(OWN_FONTS))


def bring_fonts() -> str:
    """The Chinese fonts of certificates: how they came here; empty when they could not be had."""
    if not fonts.doctor():
        return "found"
    if may_install():
        if not install([FONTS]) and not fonts.doctor():
            return "installed with apt"
    elif unpack(FONTS, OWN_FONTS):
        use_own_fonts()
        if not fonts.doctor():
            return f"unpacked in {OWN_FONTS.relative_to(ROOT)}"
    return ""
