"""A city to attack: shipped packs and their demo people, installed once and rolled back afterwards."""

import pytest
from django.db import transaction
from django.test import Client

from citybrain.hub.packs import api as packs
from citybrain.kernel import workdays
from citybrain.kernel.actor import Actor

from . import people


class Reader(Client):
    """A browser that takes downloads to their end: ``answer.body`` is what arrived."""

    def request(self, **environment):
        answer = super().request(**environment)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer


@pytest.fixture(scope="package")
def city(django_db_setup, django_db_blocker):
    """Installed: service-base and ningde with its demo accounts, the social security card, the food licence."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            for name in ("social-security-card", "food-licence"):
                packs.install(name, by=Actor.system("tests"), demo=True)
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
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def visit(city, db):
    """``visit("lin.xiaomei")`` is a browser in which this demo account is signed in; ``visit()`` is nobody.

    A view that breaks answers 500 here, as it would to a person; tests look at the status.
    """

    def browser(username: str = "", **options) -> Reader:
        client = Reader(raise_request_exception=False, **options)
        if username:
            client.force_login(people.account(username))
        return client

    return browser


@pytest.fixture
def lin(visit):
    """The citizen everything here belongs to."""
    return visit("lin.xiaomei")


@pytest.fixture
def stranger(visit):
    """Another citizen, who knows every id."""
    return visit("wu.jianguo")
