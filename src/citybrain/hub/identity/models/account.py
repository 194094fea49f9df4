"""Accounts: the thing a person signs in with."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from citybrain.kernel.ids import new_id


class Account(AbstractUser):
    """One sign-in identity of a person."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)

    class Privacy:
        personal = ["username", "first_name", "last_name", "email"]
