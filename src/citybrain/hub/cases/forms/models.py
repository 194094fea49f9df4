"""Stored elements and forms. A form keeps the elements it was written with, so an old case reads as it was asked."""

from django.db import models

from citybrain.kernel.ids import new_id


class Element(models.Model):
    """One data element of the dictionary, as its pack last wrote it."""

    key = models.CharField(max_length=60, primary_key=True)
    pack = models.CharField(max_length=80, db_index=True)
    group = models.CharField(max_length=80)
    spec = models.JSONField()
    hidden = models.BooleanField(default=False)

    class Meta:
        db_table = "cases_element"

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key


class Form(models.Model):
    """One version of a form with its resolved elements. Frozen once a case was opened with it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    pack = models.CharField(max_length=80, db_index=True)
    document = models.JSONField()
    elements = models.JSONField(default=dict)
    hash = models.CharField(max_length=64)
    hidden = models.BooleanField(default=False)
    used = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "cases_form"
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="cases_form_version")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"
