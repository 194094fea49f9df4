"""Shared fixtures of collecting: loopback counts as the government network, a clerk with a unit of their own."""

from uuid import uuid4

import psycopg
import pytest
from django.db import connection

from citybrain.hub.identity.tests import factories as people


@pytest.fixture(autouse=True)
def near(settings, tmp_path):
    """Servers of the tests run on this machine; shares lie in the test's own folder."""
    settings.COLLECTION_PRIVATE = ["127.0.0.1"]
    settings.COLLECTION_FOLDERS = [f"350902-scjg={tmp_path}"]


@pytest.fixture
def clerk(db):
    """A clerk of 蕉城 市场监管局 who collects there."""
    people.town()
    people.role("collector", ["data.view", "data.collect", "data.work", "data.contracts"])
    return people.official("collector", people.post("collector", "350902-scjg"))


@pytest.fixture
def neighbour(db):
    """The same post in another county."""
    people.town()
    people.role("collector", ["data.view", "data.collect", "data.work", "data.contracts"])
    return people.official("neighbour", people.post("collector", "350921-scjg"))


@pytest.fixture
def second_postgres(db):
    """Another database on the test run's server, as a department's would be."""
    given = connection.settings_dict
    name = f"dept_{uuid4().hex[:8]}"
    words = {
        "host": given["HOST"],
        "port": given["PORT"],
        "user": given["USER"],
        "password": given["PASSWORD"],
    }
    with psycopg.connect(**words, dbname="postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            with psycopg.connect(**words, dbname=name, autocommit=True) as made:
                made.execute(
                    'CREATE TABLE firm (id int PRIMARY KEY, name text, founded date, "odd \'name" numeric)'
                )
                made.execute(
                    "INSERT INTO firm VALUES (1, '甲店', '2020-01-02', 1.5), (2, '乙''店', NULL, NULL)"
                )
                yield (
                    made,
                    {
                        **{k: v for k, v in words.items() if k != "password"},
                        "database": name,
                        "secret": words["password"],
                    },
                )
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
