"""The food licence and what it needs, installed once per module and rolled back after it."""

import pytest
from django.db import transaction

from citybrain.hub.packs import api as packs
from citybrain.kernel import workdays
from citybrain.kernel.actor import Actor


@pytest.fixture(scope="module")
def catalogue(django_db_setup, django_db_blocker):
    """Installed: service-base, ningde, food-licence (no demo data)."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            packs.install("food-licence", by=Actor.system("tests"), demo=False)
            workdays.forget()
            yield
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)
            workdays.forget()
