"""The duty list (数据责任清单): which department must provide what, and by which basis."""

from django.db import models

from citybrain.hub.data.models.resource import Resource


class Duty(models.Model):
    """One line of the list. ``elements`` are things of registers (``population.name``) with their titles.

    ``basis_tag`` says how sure the basis is (reference §0.1: V V2 T K K? D).
    """

    key = models.CharField(max_length=80, primary_key=True)
    organisation = models.CharField(max_length=80, db_index=True)
    title = models.JSONField()
    elements = models.JSONField(default=list)
    basis = models.CharField(max_length=300, blank=True)
    basis_tag = models.CharField(max_length=2, default="K")
    matter = models.CharField(max_length=80, blank=True)
    function = models.CharField(max_length=300, blank=True)
    cycle = models.CharField(max_length=20, blank=True)
    sharing = models.CharField(max_length=20, blank=True)
    pack = models.CharField(max_length=60, blank=True)
    hidden = models.BooleanField(default=False)
    changed_at = models.DateTimeField()
    resources = models.ManyToManyField(Resource, through="DutyBinding", related_name="duties")

    class Meta:
        ordering = ["organisation", "key"]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return self.key

    def element_names(self) -> list[str]:
        """The elements' names."""
        return [element["name"] for element in self.elements]


class DutyBinding(models.Model):
    """A resource that fulfils a duty, wholly or in part."""

    duty = models.ForeignKey(Duty, on_delete=models.CASCADE, related_name="bindings")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="duty_bindings")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["duty", "resource"], name="data_duty_binding_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.duty_id} {self.resource_id}"
