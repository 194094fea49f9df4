"""Who wants to hear when a resource changes or is withdrawn."""

from django.db import models

from citybrain.hub.data.models.resource import Resource


class Subscription(models.Model):
    """An official's account that watches a resource."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="subscriptions")
    account_id = models.UUIDField(db_index=True)
    organisation = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["resource", "account_id"], name="data_subscription_once")
        ]

    class Privacy:
        personal: list[str] = ["account_id"]

    def __str__(self) -> str:
        return f"{self.resource_id}"
