"""The command line behind ./citybrain: finds the command, gives it a database when it needs one, runs it.

Exit codes: 0 done, 1 found something wrong, 2 the person has to do something first (a sentence says what).
"""

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator

from citybrain.project import config as configuration
from citybrain.project import debian
from citybrain.project.config import ROOT, Config, Refusal

HELP = """citybrain: the software that runs a prefecture-level city's digital government

  ./citybrain up                       serve the city from this machine until Ctrl-C
  ./citybrain test [pytest arguments]  run every test, browser journeys included
  ./citybrain check                    format, lint, types, contracts, migrations, translations, packs; changes nothing
  ./citybrain bench NAME [arguments]   measure: each scenario prints its ratio to a limit of the same run
  ./citybrain pack new|check|plan|install|uninstall|journeys|coverage|schemas …
  ./citybrain doctor                   what is installed, reachable, configured, and what to do
  ./citybrain audit verify             check the chain of the audit log and the signatures on decisions
  ./citybrain keys rotate|renew …      new keys, stored values sealed anew
  ./citybrain events dead|retry …      events a subscriber gave up
  ./citybrain demo traffic …           citizens and clerks at a chosen rate, bounded, marked as demo
  ./citybrain translate [--check]      bring translation files up to date, list what is missing
  ./citybrain manage …                 Django's own commands

Settings come from the environment or from settings.env; settings.sample.env lists them all."""


@contextlib.contextmanager
def database(config: Config) -> Iterator[str]:
    """URL of the database: the outside one, the one a running ``up`` serves, or ours started for this command."""
    from citybrain.project import postgres

    if config.database_url:
        yield config.database_url
        return
    server = postgres.Server(postgres.home_for(config.data_dir), port=config.db_port)
    if not server.take():
        port = server.running_port()
        if port is None:
            raise Refusal("PostgreSQL is just starting or stopping; try again in a moment.")
        server.port = port
        yield server.url()
        return
    server.initialise()
    server.port = postgres.free_port()
    process = server.spawn()
    try:
        server.ensure_database()
        yield server.url()
    finally:
        postgres.stop(process)
        server.release()


@contextlib.contextmanager
def django_ready(config: Config) -> Iterator[None]:
    """Django set up on the database."""
    with database(config) as url:
        os.environ["DATABASE_URL"] = url
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
        os.environ.setdefault("CITYBRAIN_LOG_STYLE", "text")
        os.environ.setdefault("CITYBRAIN_LOG_LEVEL", "WARNING")
        import django

        django.setup()
        try:
            yield
        finally:
            from django.db import connections

            connections.close_all()


@contextlib.contextmanager
def city_ready(config: Config) -> Iterator[None]:
    """Django on a database that has its tables; Refusal says how to make them."""
    with django_ready(config):
        from django.db import connection
        from django.db.migrations.executor import MigrationExecutor

        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise Refusal(
                "the database is not up to date. ./citybrain up brings it there (or ./citybrain manage migrate)."
            )
        yield


def up(config: Config, arguments: list[str]) -> int:
    from citybrain.project import up as command

    return command.main(config)


def test(config: Config, arguments: list[str]) -> int:
    from citybrain.project import testing

    return testing.main(config, arguments)


def check(config: Config, arguments: list[str]) -> int:
    from citybrain.project import checking

    return checking.main(config)


def doctor(config: Config, arguments: list[str]) -> int:
    from citybrain.project import doctor as command

    return command.main(config)


def translate(config: Config, arguments: list[str]) -> int:
    from citybrain.project import translations

    return translations.main(arguments)


def pack(config: Config, arguments: list[str]) -> int:
    with city_ready(config):
        from citybrain.hub.packs import api as packs

        return packs.main(arguments)


def bench(config: Config, arguments: list[str]) -> int:
    names = sorted(p.stem for p in (ROOT / "bench").glob("*.py") if not p.stem.startswith("_"))
    if not arguments or arguments[0] not in names:
        raise Refusal(f"bench needs a scenario: {', '.join(names)}")
    sys.path.insert(0, str(ROOT))
    return importlib.import_module(f"bench.{arguments[0]}").main(arguments[1:]) or 0


def kernel_command(name: str) -> Callable[[Config, list[str]], int]:
    """A command the kernel offers itself, run on the database."""

    def run(config: Config, arguments: list[str]) -> int:
        with city_ready(config):
            from citybrain.kernel import commands

            return commands.COMMANDS[name](arguments)

    return run


def audit(config: Config, arguments: list[str]) -> int:
    """The chain of the audit log, then the officers' signatures on decisions."""
    with city_ready(config):
        from citybrain.hub.cases.commands import check_signatures
        from citybrain.kernel import commands

        found = commands.audit(arguments)
        return found if found == 2 else max(found, check_signatures())


def demo(config: Config, arguments: list[str]) -> int:
    if arguments[:1] != ["traffic"]:
        raise Refusal("demo knows one thing: ./citybrain demo traffic")
    with city_ready(config):
        traffic = importlib.import_module("citybrain.apps.services.traffic")
        return traffic.main(arguments[1:]) or 0


def accounts(config: Config, arguments: list[str]) -> int:
    """One demo account per role, as ``up`` prints them."""
    with city_ready(config):
        from citybrain.hub.identity import api as identity

        rows = identity.demo_accounts() if hasattr(identity, "demo_accounts") else []
        password = next((row["password"] for row in rows if row["password"]), "")
        if rows:
            print(f"  demo accounts (officials' password: {password})")
        for row in rows:
            print(f"    {row['username']:<14} {row['name']}  {row['role']}")
    return 0


def manage(config: Config, arguments: list[str]) -> int:
    with django_ready(config):
        from django.core.management import execute_from_command_line

        execute_from_command_line(["citybrain manage", *arguments])
    return 0


PLAIN = {"up", "check", "doctor", "accounts"}  # commands that take no words: a slip must not start a city


COMMANDS: dict[str, Callable[[Config, list[str]], int]] = {
    "up": up,
    "test": test,
    "check": check,
    "bench": bench,
    "pack": pack,
    "doctor": doctor,
    "audit": audit,
    "keys": kernel_command("keys"),
    "events": kernel_command("events"),
    "demo": demo,
    "translate": translate,
    "accounts": accounts,
    "manage": manage,
}


def main(argv: list[str]) -> int:
    configuration.load_env_file()
    debian.use_own_fonts()
    if not argv or argv[0] not in COMMANDS:
        print(HELP)
        return 0 if not argv or argv[0] in {"help", "-h", "--help"} else 2
    if argv[0] in PLAIN and len(argv) > 1:
        print(HELP)
        return 0 if argv[1] in {"-h", "--help", "help"} else 2
    try:
        return COMMANDS[argv[0]](configuration.load(), argv[1:])
    except Refusal as problem:
        print(f"citybrain: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
