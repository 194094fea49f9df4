"""``./citybrain test``: what tests need, a database that forgets, all tests; the last line is a summary as
pytest words it.

With arguments they go to pytest unchanged (one run). Without: first everything quick on both cores, then browser
journeys and process faults: the city whose processes are killed mostly waits, so the others run beside it. Installs
Chromium, Chinese fonts and pdfsig through apt when it may.
"""

import contextlib
import ctypes
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from citybrain.project import debian, frontend, postgres, setup_steps, translations
from citybrain.project.config import ROOT, Config, Refusal

FONT_FOLDERS = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
CHECKERS = {
    "pdfsig": "poppler-utils",  # an independent look at signed PDFs
    "certutil": "libnss3-tools",
    "mariadb-install-db": "mariadb-server-core",  # a department's database, for the tests of sources
    "my_print_defaults": "mariadb-client-core",
}
SLOW = "browser or faults"
BOTH_CORES = ("-n", "2", "--dist", "loadfile")
NOTHING_COLLECTED = 5
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
COUNT = re.compile(r"(\d+) (failed|passed|skipped|deselected|xfailed|xpassed|warnings?|errors?)")
SUMMARY = re.compile(r"(\d+ (failed|passed|skipped|deselected|errors?)\b.*|no tests ran) in [\d.]+s")


def missing_packages() -> list[str]:
    """Debian packages whose tools are not there."""
    wanted = []
    if not (shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")):
        wanted.append("chromium")
    if not any(next(folder.rglob("*CJK*"), None) for folder in FONT_FOLDERS if folder.exists()):
        wanted.append(debian.FONTS)
    try:
        ctypes.CDLL("libatomic.so.1")  # the driver of the browser tests is linked to it
    except OSError:
        wanted.append("libatomic1")
    wanted += [package for tool, package in CHECKERS.items() if not shutil.which(tool)]
    return wanted


def install_packages(*, all_tests: bool) -> None:
    """apt when we are root, otherwise the sentence that says what to run; a part of the tests may go without."""
    wanted = missing_packages()
    if not wanted:
        return
    listed = ", ".join(wanted)
    if debian.may_install():
        print(f"  … apt installs {listed}", flush=True)
        if trouble := debian.install(wanted):
            raise Refusal(
                f"apt could not install {listed}:\n{trouble}\nInstall them by hand and start again."
            )
    elif all_tests:
        raise Refusal(
            f"the tests need {listed}, and this account may not install packages.\n"
            f"  Run once:  {debian.command(wanted)}\n"
            f"  then start again. What needs no browser runs without: ./citybrain test -m 'not browser'"
        )
    else:
        print(f"  ! not installed: {listed}; tests that need them fail or are skipped", flush=True)


@contextlib.contextmanager
def test_database(config: Config) -> Iterator[str]:
    """The outside server when DATABASE_URL names one, else a throwaway one without fsync."""
    if config.database_url:
        yield config.database_url
        return
    top = Path(tempfile.mkdtemp(prefix="citybrain-test-db-"))
    top.chmod(0o711)  # PostgreSQL runs under another account when we are root
    try:
        with postgres.throwaway(top / "postgres") as url:
            yield url
    finally:
        shutil.rmtree(top, ignore_errors=True)


def pytest(arguments: list[str], env: dict[str, str]) -> tuple[int, Counter]:
    """Run pytest, showing what it prints; its exit code and the counts of its summary line."""
    argv = [
        sys.executable,
        "-m",
        "pytest",
        "--color=yes" if sys.stdout.isatty() else "--color=no",
        *arguments,
    ]
    counts: Counter = Counter()
    with subprocess.Popen(
        argv, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        for raw in process.stdout or ():
            line = raw.decode(errors="replace").rstrip()
            print(line, flush=True)
            if SUMMARY.search(COLOUR.sub("", line)):
                found = COUNT.findall(COLOUR.sub("", line))
                counts = Counter({word.removesuffix("s"): int(number) for number, word in found})
    return process.returncode, counts


def summary(counts: Counter, seconds: float) -> str:
    """One line for several runs, worded as pytest words it."""
    order = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warning", "error")
    many = {"warning", "error"}  # the words pytest gives a plural
    parts = [
        f"{counts[word]} {word}{'s' if word in many and counts[word] > 1 else ''}"
        for word in order
        if counts[word] and word != "deselected"
    ]
    return f"{', '.join(parts) or 'no tests ran'} in {seconds:.2f}s"


def main(config: Config, arguments: list[str]) -> int:
    """0 when every test passed."""
    install_packages(all_tests=not arguments)
    log = ROOT / ".citybrain" / "npm.log"
    frontend.fetch(log)
    translations.compile_all()
    with test_database(config) as url, tempfile.TemporaryDirectory(prefix="citybrain-test-") as data:
        env = setup_steps.environment(config, url)
        env |= {"CITYBRAIN_HASHED_STATIC": "0", "CITYBRAIN_MODE": "demo", "CITYBRAIN_TEST_DATA_DIR": data}
        if arguments:
            return pytest(arguments, env)[0]
        began = time.monotonic()
        quick, first = pytest([*BOTH_CORES, "-m", f"not ({SLOW})"], env)
        print("\nbrowser journeys and process faults", flush=True)
        slow, second = pytest([*BOTH_CORES, "-m", SLOW, "-p", "no:randomly", "--durations=5"], env)
        print(summary(first + second, time.monotonic() - began), flush=True)
        return quick or (0 if slow == NOTHING_COLLECTED else slow)
