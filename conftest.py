"""What every test shares: no network but this machine, quick password hashes, a data folder of its own."""

import os
import tempfile

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
