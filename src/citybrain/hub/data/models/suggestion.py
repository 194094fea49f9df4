"""What the content scanner found in a column and proposes; a person confirms or refuses it."""

from django.db import models

from citybrain.hub.data.models.resource import Resource
from citybrain.kernel.ids import new_id

STATES = [(word, word) for word in ("open", "confirmed", "refused")]


class Suggestion(models.Model):
    """One finding. ``samples`` are masked before they are stored; ``checked`` counts values that were not empty."""

    id = models.UUIDField(primary_key=True, default=new_id)
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="suggestions")
    item = models.CharField(max_length=60)
    kind = models.CharField(max_length=30)
    checked = models.PositiveIntegerField(default=0)
    hits = models.PositiveIntegerField(default=0)
    inside = models.BooleanField(default=False)
    by_name = models.BooleanField(default=False)
    samples = models.JSONField(default=list)
    grade = models.CharField(max_length=2)
    personal = models.CharField(max_length=30, blank=True)
    identifier = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=10, choices=STATES, default="open")
    found_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.JSONField(default=dict)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["resource", "item", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "item", "kind"], name="data_suggestion_once")
        ]

    class Privacy:
        personal: list[str] = ["samples", "decided_by"]

    def __str__(self) -> str:
        return f"{self.resource_id}.{self.item} {self.kind}"

    @property
    def rate(self) -> float:
        """Share of the values looked at that are of the kind."""
        return self.hits / self.checked if self.checked else 0.0
