"""Keys for the data interface. Only a digest is kept: a key is shown once, when it is made."""

from django.db import models

from citybrain.kernel.ids import new_id


class ApiKey(models.Model):
    """A citizen's key."""

    id = models.UUIDField(primary_key=True, default=new_id)
    account_id = models.UUIDField(db_index=True)
    label = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    tail = models.CharField(max_length=6)
    made_at = models.DateTimeField()
    used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]

    class Privacy:
        personal: list[str] = ["account_id", "label"]

    def __str__(self) -> str:
        return f"…{self.tail}"
