"""What every test shares: no network but this machine, quick password hashes, a data folder of its own."""

import os
import tempfile

import pytest

os.environ.setdefault("CITYBRAIN_MODE", "demo")
os.environ["CITYBRAIN_HASHED_STATIC"] = "0"
if "CITYBRAIN_TEST_DATA_DIR" not in os.environ:
    os.environ["CITYBRAIN_TEST_DATA_DIR"] = tempfile.mkdtemp(prefix="citybrain-test-")
os.environ["CITYBRAIN_DATA_DIR"] = os.environ["CITYBRAIN_TEST_DATA_DIR"]


def pytest_configure(config):
    """Settings that only make tests quicker, never different."""
    from django.conf import settings

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
    return django_db_setup


@pytest.fixture(autouse=True)
def fresh_calendar():
    """The cached holiday calendar does not outlive a test's rollback."""
    from citybrain.kernel import workdays

    workdays.forget()
    yield
    workdays.forget()
