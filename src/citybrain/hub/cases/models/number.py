"""Numbers: profiles from packs, and the rows that hand out serials without a queue."""

from django.db import models

from citybrain.kernel.ids import new_id


class NumberingProfile(models.Model):
    """How the numbers of some case types are built."""

    key = models.CharField(primary_key=True, max_length=60)
    pack = models.CharField(max_length=80)
    name = models.JSONField(default=dict)
    pattern = models.CharField(max_length=120)
    without_code = models.CharField(max_length=120, blank=True, default="")
    serial = models.PositiveSmallIntegerField(default=4)
    hidden_at = models.DateTimeField(null=True)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key


class NumberSequence(models.Model):
    """One stripe of a scope's serials: stripe ``n`` hands out n, n+8, n+16 …, so eight writers never wait."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.CharField(max_length=120)
    stripe = models.PositiveSmallIntegerField()
    value = models.PositiveIntegerField()  # next serial of this stripe

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "stripe"], name="cases_sequence_stripe")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.scope
