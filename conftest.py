"""What every test shares: no network but this machine, quick password hashes, a data folder of its own."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

# Where two workers share the tests, each of these stays on one: its files share something that takes seconds to make.
TOGETHER = {
    "src/citybrain/apps/services/tests/": "packs of services",
    "src/citybrain/apps/sharing/tests/": "packs of sharing",
    "src/citybrain/hub/matters/tests/": "packs of matters",
    "src/citybrain/hub/data/tests/lakedoor/": "a cluster",
    "tests/abuse/": "packs to attack",
    **{f"tests/faults/test_{name}.py": "a town" for name in ("cases", "kills", "pages", "wire")},
}


@pytest.hookimpl(optionalhook=True)  # known only where xdist is
def pytest_xdist_make_scheduler(config, log):
    """``--dist loadfile``, but with what is ``TOGETHER`` as one file."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.split("::", 1)[0]
            return next((scope for start, scope in TOGETHER.items() if file.startswith(start)), file)

    return Scheduling(config, log)


def pytest_configure(config):
    """Settings that make tests quicker and keep them out of the real data folder; never other behaviour."""
    from django.conf import settings
    from hypothesis import HealthCheck
    from hypothesis import settings as examples

    from citybrain.project import translations

    # A busy machine is no finding: neither how long an example takes nor how long it takes to think of one.
    examples.register_profile("citybrain", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    examples.load_profile("citybrain")
    translations.compile_all()
    folder = os.environ.get("CITYBRAIN_TEST_DATA_DIR")
    if not folder:
        folder = tempfile.mkdtemp(prefix="citybrain-test-")
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    settings.DATA_DIR = Path(folder) / os.environ.get("PYTEST_XDIST_WORKER", "main")
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    settings.STORAGES["default"]["OPTIONS"]["location"] = settings.DATA_DIR / "files"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_runtest_setup(item):
    """Only loopback addresses can be reached from a test."""
    from pytest_socket import socket_allow_hosts

    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


def empty_only_what_has_rows(connection):
    """After a test with real transactions, TRUNCATE the tables that have rows and those that refer to them.

    PostgreSQL makes new files for every table named and its indexes, whether it is empty or not; a test fills a few of
    the one hundred and fifty.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT confrelid::regclass::text, conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
        )
        referring = cursor.fetchall()
    empty_all = connection.ops.sql_flush

    def sql_flush(style, tables, *, reset_sequences=False, allow_cascade=False):
        given = {"reset_sequences": reset_sequences, "allow_cascade": allow_cascade}
        if reset_sequences or not tables:  # a sequence may have moved although its table is empty
            return empty_all(style, tables, **given)
        quote = connection.ops.quote_name
        with connection.cursor() as cursor:
            cursor.execute(
                " UNION ALL ".join(f"(SELECT '{name}' FROM {quote(name)} LIMIT 1)" for name in tables)
            )
            wanted = {name for (name,) in cursor.fetchall()}
        while more := {refers for to, refers in referring if to in wanted} - wanted:
            wanted |= more
        return empty_all(style, [name for name in tables if name in wanted], **given)

    connection.ops.sql_flush = sql_flush


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The audit log refuses TRUNCATE; tests with real transactions are cleaned up that way."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_auditentry DISABLE TRIGGER kernel_audit_table")
        empty_only_what_has_rows(connection)
    yield django_db_setup
    # A served test's thread or a cluster's client may still hold a connection; the database is thrown away next.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


@pytest.fixture(autouse=True)
def fresh_calendar():
    """The cached holiday calendar does not outlive a test's rollback."""
    from citybrain.kernel import workdays

    workdays.forget()
    yield
    workdays.forget()


@pytest.fixture
def lake(db, settings, tmp_path):
    """A lake of its own: own catalogue name, own folder; the catalogue's rows go with the test database."""
    from uuid import uuid4

    from citybrain.hub.data.lake import catalog, engine

    settings.LAKE_WAREHOUSE = str(tmp_path / "lake")
    settings.LAKE_CATALOG = f"test-{uuid4().hex[:12]}"
    yield tmp_path / "lake"
    catalog.forget()
    engine.forget()


@pytest.fixture(scope="session")
def store():
    """An S3 server in a process of its own, for the whole run."""
    from citybrain.hub.data.tests import store

    with store.served() as made:
        yield made


@pytest.fixture
def stored_lake(lake, store, settings):
    """A lake of its own in a bucket of that store; the bucket's name."""
    bucket = settings.LAKE_CATALOG
    store.files.create_dir(bucket)
    settings.LAKE_STORE = store.settings()
    settings.LAKE_WAREHOUSE = f"s3://{bucket}/lake"
    return bucket


@pytest.fixture(scope="session")
def with_packs(django_db_setup, django_db_blocker):
    """``with with_packs("food-licence"):`` has shipped packs (and what they need) installed, and rolls back after it."""
    from django.db import transaction

    from citybrain.hub.packs import api as packs
    from citybrain.kernel import workdays
    from citybrain.kernel.actor import Actor

    @contextmanager
    def installed(*names, demo=False):
        with django_db_blocker.unblock():
            with transaction.atomic():
                try:
                    for name in names:
                        packs.install(name, by=Actor.system("tests"), demo=demo)
                    workdays.forget()
                    yield
                finally:
                    transaction.set_rollback(True)
            workdays.forget()

    return installed


@pytest.fixture(scope="session")
def pki(tmp_path_factory):
    """The folder of one demo authority for all tests: two RSA keys take up to a second."""
    return tmp_path_factory.mktemp("pki")


@pytest.fixture
def plain_files(tmp_path, settings, pki):
    """Static addresses without a manifest; uploads in a folder of the test."""
    settings.DATA_DIR = tmp_path
    (tmp_path / "pki").symlink_to(pki)
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}
