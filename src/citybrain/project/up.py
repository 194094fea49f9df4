"""``./citybrain up``: everything needed to serve the city from this machine, in the foreground, until Ctrl-C.

Holds the data folder's lock for as long as it runs, so two launchers never share a folder. Each child is restarted
when it crashes; all end with us, however we end.
"""

import contextlib
import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from citybrain.project import children, debian, frontend, postgres, setup_steps, startcheck, translations
from citybrain.project.config import ROOT, Config, Refusal
from citybrain.project.progress import Steps
from citybrain.project.setup_steps import Memory, manage

HEALTH_SECONDS = 60


class Stop(Exception):
    """Asked to stop (Ctrl-C, SIGTERM)."""


def take_folder(config: Config) -> int:
    """The data folder's lock, or a refusal that says who has it."""
    config.run_dir.mkdir(parents=True, exist_ok=True)
    handle = os.open(config.run_dir / "up.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Refusal(
            f"citybrain already runs on {config.data_dir}; stop it or set CITYBRAIN_DATA_DIR."
        ) from None
    return handle


def refuse_taken_port(host: str, port: int, setting: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise Refusal(
                f"port {port} on {host} cannot be used ({problem.strerror}); set {setting}."
            ) from None


class Launcher:
    """One run of ``up``."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.steps = Steps()
        self.supervisor = children.Supervisor(lambda line: print(line, flush=True))
        self.log = config.log_dir / "setup.log"
        self.server: postgres.Server | None = None
        self.url = config.database_url
        self.env: dict[str, str] = {}
        self.accounts = ""

    # -- preparation --------------------------------------------------------------------------------------

    def prepare_files(self) -> None:
        with self.steps.step("browser libraries") as note:
            note("fetched" if frontend.fetch(self.log) else "unchanged")
        with self.steps.step("Chinese fonts") as note:
            came = debian.bring_fonts()
            note(came or "missing")
        if not came:
            print(
                f"  ! certificates cannot be printed without Chinese fonts: {debian.command([debian.FONTS])}",
                flush=True,
            )
        with self.steps.step("translations") as note:
            note(f"{translations.compile_all()} compiled")

    def start_database(self) -> None:
        if self.url:
            return
        with self.steps.step("PostgreSQL (embedded)") as note:
            home = postgres.home_for(self.config.data_dir)
            port = self.config.db_port or postgres.free_port()
            self.server = postgres.Server(home, port=port, log=home / "postgres.log")
            if not self.server.take():
                raise Refusal(f"another process runs PostgreSQL on {home}.")
            note("new cluster" if self.server.initialise() else "taken over")
            if home.parent != self.config.data_dir:
                note(f"in {home}")
            self.server.clear_orphans()
            refuse_taken_port("127.0.0.1", port, "CITYBRAIN_DB_PORT")
            self.supervisor.add(
                children.Child("PostgreSQL", self.server.spawn, signal.SIGINT, patience=20.0, stop_last=True)
            )
            self.server.ensure_database()
            self.url = self.server.url()

    def prepare_database(self) -> None:
        self.env = setup_steps.environment(self.config, self.url)
        memory = Memory(self.url)
        try:
            memory.extensions()
            self.once(memory, "schema", setup_steps.schema_fingerprint(), manage("migrate", "--no-input"))
            self.static()
            self.install_packs(memory)
            self.accounts = memory.get("accounts")
        finally:
            memory.close()

    def install_packs(self, memory: Memory) -> None:
        if not any(self.config.packs_dir.glob("*/pack.yaml")):
            self.supervisor.say(f"  ! no packs in {self.config.packs_dir}: a city without services")
            return
        command = ["citybrain.project.cli", "pack", "install", "--all"]
        title = "packs and demo data" if self.config.mode == "demo" else "packs"
        fingerprint = setup_steps.packs_fingerprint(self.config)
        self.once(memory, title, fingerprint, command, then=self.read_accounts)

    def once(self, memory: Memory, title: str, fingerprint: str, arguments: list[str], then=None) -> None:
        with self.steps.step(title) as note:
            if memory.get(title) == fingerprint:
                note("unchanged")
                return
            setup_steps.run(arguments, env=self.env, log=self.log, what=title)
            if then is not None:
                then(memory)
            memory.put(title, fingerprint)

    def read_accounts(self, memory: Memory) -> None:
        text = setup_steps.run(
            ["citybrain.project.cli", "accounts"], env=self.env, log=self.log, what="accounts"
        )
        memory.put("accounts", text)

    def static(self) -> None:
        stamp, fingerprint = self.config.data_dir / "static.stamp", setup_steps.static_fingerprint()
        with self.steps.step("static files") as note:
            if stamp.exists() and stamp.read_text() == fingerprint:
                note("unchanged")
                return
            arguments = manage("collectstatic", "--no-input", "--clear", "-v", "0")
            setup_steps.run(arguments, env=self.env, log=self.log, what="static files")
            stamp.write_text(fingerprint)

    # -- processes ----------------------------------------------------------------------------------------

    def child(self, name: str, argv: list[str]) -> children.Child:
        env = {**self.env, children.MARK: str(self.config.data_dir), "CITYBRAIN_PROCESS": name}

        def start():
            with children.open_log(self.config.log_dir / f"{name}.log") as log:
                return children.spawn([sys.executable, "-m", *argv], env=env, log=log, cwd=ROOT)

        return self.supervisor.add(children.Child(name, start))

    def start_processes(self) -> None:
        config = self.config
        self.child("web", web_command(config))
        self.child("live", ["citybrain.project.live"])
        if simulates_identity(config):
            self.child(
                "identity-simulator",
                ["citybrain.connectors.identity_simulator", "--port", str(config.port + 2)],
            )
        names = ["worker"] if config.workers == 1 else [f"worker-{n + 1}" for n in range(config.workers)]
        began = time.time()
        for name in names:
            self.child(name, ["citybrain.project.worker"])
        self.child("printer", ["citybrain.project.printer"])
        self.child("jobs", ["citybrain.project.jobs"])
        with self.steps.step("live push"):
            self.wait_http(f"http://{probe_host(config.host)}:{config.live_port}/live/healthz")
        with self.steps.step("web"):
            self.wait_http(f"http://{probe_host(config.host)}:{config.port}/readyz")
        if simulates_identity(config):
            with self.steps.step("identity simulator"):
                self.wait_http(f"http://127.0.0.1:{config.port + 2}/.well-known/openid-configuration")
        for name in names:
            with self.steps.step(name):
                self.wait_beat(config.run_dir / f"{name}.alive", began)

    def wait_for(self, ready, what: str) -> None:
        deadline = time.monotonic() + HEALTH_SECONDS
        while time.monotonic() < deadline:
            if ready():
                return
            self.supervisor.look()
            time.sleep(0.05)
        raise Refusal(f"{what} was not ready after {HEALTH_SECONDS} s; see {self.config.log_dir}")

    def wait_http(self, url: str) -> None:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

        def answers() -> bool:
            with contextlib.suppress(OSError, urllib.error.URLError):
                return opener.open(url, timeout=5).status == 200
            return False

        self.wait_for(answers, url)

    def wait_beat(self, path: Path, began: float) -> None:
        self.wait_for(lambda: path.exists() and path.stat().st_mtime >= began - 1, path.stem)

    # -- the run ------------------------------------------------------------------------------------------

    def run(self) -> int:
        """Until Ctrl-C or SIGTERM. Exit code 0 after an orderly stop."""
        for problem in startcheck.refusals(os.environ):
            raise Refusal(problem)
        lock = take_folder(self.config)
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, ask_to_stop)
        try:
            cleared = children.clear_left_behind(self.config.data_dir)
            if cleared:
                print(
                    f"  ! {cleared} processes of an earlier start were still there and were ended", flush=True
                )
            refuse_taken_port(self.config.host, self.config.port, "CITYBRAIN_PORT")
            refuse_taken_port(self.config.host, self.config.live_port, "CITYBRAIN_LIVE_PORT")
            if simulates_identity(self.config):
                refuse_taken_port(
                    "127.0.0.1", self.config.port + 2, "CITYBRAIN_PORT (the simulator uses port + 2)"
                )
            self.prepare_files()
            self.start_database()
            self.prepare_database()
            self.start_processes()
            self.announce()
            while True:
                self.supervisor.look()
                time.sleep(0.2)
        except Stop:
            return 0
        finally:
            for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(sig, signal.SIG_IGN)
            print("\n  stopping …", flush=True)
            self.supervisor.stop()
            if self.server is not None:
                self.server.release()
            os.close(lock)
            print("  stopped; nothing of citybrain is left running", flush=True)

    def announce(self) -> None:
        print(f"\n  ready in {self.steps.total():.1f} s   →   {self.config.address}\n", flush=True)
        if self.config.mode == "demo" and self.accounts:
            print(self.accounts.rstrip() + "\n", flush=True)
        print("  Ctrl-C stops everything.", flush=True)


def ask_to_stop(_signal: int, _frame: object) -> None:
    raise Stop


def probe_host(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104


def web_command(config: Config) -> list[str]:
    """granian WSGI. More threads than may work at once: the others wait briefly or answer 503 (see shedding)."""
    return [
        "granian", "--interface", "wsgi", "--host", config.host, "--port", str(config.port),
        "--workers", str(config.web_workers), "--blocking-threads", str(config.web_threads * 8),
        "--http", "1", "--no-ws", "--respawn-failed-workers", "--respawn-interval", "0.5",
        "--workers-kill-timeout", "10", "--backlog", "1024", "--backpressure", str(config.web_threads * 64),
        "--no-access-log", "--log-level", "warning", "citybrain.project.wsgi:application",
    ]  # fmt: skip


def simulates_identity(config: Config) -> bool:
    """The demo brings its own identity provider unless settings name a real one."""
    return config.mode == "demo" and "CITYBRAIN_OIDC_URL" not in os.environ


def main(config: Config) -> int:
    print(f"citybrain  ·  {config.mode}  ·  data in {config.data_dir}", flush=True)
    return Launcher(config).run()
