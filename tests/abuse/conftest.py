"""A city to attack: shipped packs and their demo people, installed once and rolled back afterwards."""

import pytest
from django.test import Client

from . import people


class Reader(Client):
    """A browser that takes downloads to their end: ``answer.body`` is what arrived."""

    def request(self, **environment):
        answer = super().request(**environment)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer


@pytest.fixture(scope="package")
def city(with_packs):
    """Installed: service-base and ningde with its demo accounts, the social security card, the food licence."""
    with with_packs("social-security-card", "food-licence", demo=True):
        yield


@pytest.fixture(autouse=True)
def _plain_files(plain_files):
    """Every page here is asked for without collected static files."""


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
