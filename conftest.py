"""What every test shares: no network but this machine, quick password hashes, a data folder of its own."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest


def pytest_configure(config):
    """Settings that make tests quicker and keep them out of the real data folder; never other behaviour."""
    from django.conf import settings

    from citybrain.project import translations

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


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The audit log refuses TRUNCATE; tests with real transactions are cleaned up that way."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_auditentry DISABLE TRIGGER kernel_audit_table")
    yield django_db_setup
    # A served test's thread or a cluster's client may still hold a connection; the database is thrown away next.
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
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


@pytest.fixture
def plain_files(tmp_path, settings):
    """Static addresses without a manifest; uploads in a folder of the test."""
    settings.DATA_DIR = tmp_path
    storage = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": storage}
