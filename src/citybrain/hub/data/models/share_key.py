"""Applications of consumers (应用系统), their keys, and the nonces their calls have used."""

from django.db import models

from citybrain.kernel.fields import EncryptedTextField
from citybrain.kernel.ids import new_id


class ShareApplication(models.Model):
    """One application of a department that calls the sharing interfaces. ``addresses``: networks it may call from."""

    id = models.UUIDField(primary_key=True, default=new_id)
    consumer = models.CharField(max_length=80, db_index=True)
    name = models.CharField(max_length=120)
    system_code = models.CharField(max_length=80, blank=True)
    addresses = models.JSONField(default=list)
    state = models.CharField(
        max_length=10, choices=[("active", "active"), ("disabled", "disabled")], default="active"
    )
    made_at = models.DateTimeField()
    by = models.JSONField(default=dict)

    class Meta:
        ordering = ["consumer", "name"]
        constraints = [
            models.UniqueConstraint(fields=["consumer", "name"], name="data_share_application_once")
        ]

    class Privacy:
        personal: list[str] = ["by"]

    def __str__(self) -> str:
        return f"{self.consumer} {self.name}"


class ShareKey(models.Model):
    """One key. The secret is shown once and never kept: only its fingerprint and the signing key derived from it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    application = models.ForeignKey(ShareApplication, on_delete=models.CASCADE, related_name="keys")
    fingerprint = models.CharField(max_length=16)
    signing_key = EncryptedTextField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.application_id} {self.fingerprint}"


class ShareNonce(models.Model):
    """A nonce a key has used; swept when its time window is over."""

    key = models.ForeignKey(ShareKey, on_delete=models.CASCADE, related_name="nonces")
    nonce = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "nonce"], name="data_share_nonce_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.key_id} {self.at}"
