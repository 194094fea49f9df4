"""Requests for data (依申请开放): the wish in public words; who asked stands in the case only."""

from django.db import models

from citybrain.kernel.ids import new_id


class DataRequest(models.Model):
    """One request, decided as a case."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case_id = models.UUIDField(unique=True)
    account_id = models.UUIDField(db_index=True)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=20, default="submitted")
    outcome = models.CharField(max_length=20, blank=True)
    dataset = models.ForeignKey(
        "opendata.OpenDataset", on_delete=models.SET_NULL, null=True, related_name="requests"
    )
    answer = models.ForeignKey(
        "opendata.OpenDataset", on_delete=models.SET_NULL, null=True, related_name="answers"
    )
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-asked_at"]

    class Privacy:
        personal: list[str] = ["account_id", "title"]

    def __str__(self) -> str:
        return self.title
