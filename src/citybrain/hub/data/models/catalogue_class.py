"""Classes of the catalogue (资源分类): 类 one digit, 项 two more, 目 three more, 细目 any further digits."""

from django.db import models

KINDS = [(word, word) for word in ("base", "theme", "department")]


class CatalogueClass(models.Model):
    """One class. Its code begins with its parent's; ``serial`` is the last number given to a resource in it."""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.JSONField()
    kind = models.CharField(max_length=12, choices=KINDS)
    organisation = models.CharField(max_length=80, blank=True)
    pack = models.CharField(max_length=60, blank=True)
    hidden = models.BooleanField(default=False)
    serial = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["code"]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.code
