"""Ties between cases: child of a bundle, merged into, follows."""

from django.db import models

from citybrain.kernel.ids import new_id


class Link(models.Model):
    """``case`` is the parent (or the one merged into, or followed); ``other`` the child (merged, following)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="links_out")
    other = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="links_in")
    kind = models.CharField(max_length=10)  # child merged follows
    role = models.CharField(max_length=80, blank=True, default="")  # key of the child within its bundle
    prerequisites = models.JSONField(default=list)  # roles of siblings that must be granted first
    held = models.BooleanField(default=False)  # waits for its prerequisites
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "other", "kind"], name="cases_link_once"),
        ]
        indexes = [models.Index(fields=["other", "kind"], name="cases_link_other")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.kind} {self.role}"
