"""The shipped packs these tests need, with the city's demo people, installed once and rolled back afterwards."""

import pytest
from django.db import transaction

from citybrain.apps.services.tests import factories
from citybrain.hub.packs import api as packs
from citybrain.kernel import workdays
from citybrain.kernel.actor import Actor


@pytest.fixture(scope="package")
def city(django_db_setup, django_db_blocker):
    """Installed: service-base, ningde with its demo accounts, the social security card."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            packs.install("social-security-card", by=Actor.system("tests"), demo=True)
            workdays.forget()
            yield
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)
            workdays.forget()


@pytest.fixture(autouse=True)
def _plain_files(tmp_path, settings):
    """Static addresses without a manifest; uploads in a folder of the test."""
    settings.DATA_DIR = tmp_path
    settings.STORAGES = {
        **settings.STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }  # fmt: skip


@pytest.fixture
def visit(city, db):
    """``visit("lin.xiaomei")`` is a test client in which this demo account is signed in; ``visit()`` is nobody."""
    return factories.visitor
