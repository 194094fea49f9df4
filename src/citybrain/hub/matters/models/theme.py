"""Entries of the browse axes: topics for people and organisations, life events, groups."""

from django.db import models

from citybrain.kernel.ids import new_id


class Theme(models.Model):
    """One entry of one axis, in order."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pack = models.CharField(max_length=80)
    document = models.CharField(max_length=80)
    axis = models.CharField(max_length=20)
    key = models.CharField(max_length=80)
    name = models.JSONField(default=dict)
    hint = models.JSONField(default=dict)
    icon = models.CharField(max_length=80, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)
    hidden = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["axis", "key"], name="matters_theme_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.axis}/{self.key}"
