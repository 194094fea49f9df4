"""Every use of a certificate, and the one-time codes with which a holder shows one."""

from django.db import models

from citybrain.hub.certificates.models.certificate import Certificate
from citybrain.kernel.ids import new_id


class CertificateUse(models.Model):
    """One use: presented in a case, shown by code, verified in public, opened by an official. Kept for life."""

    class Kind(models.TextChoices):
        PRESENT = "present"
        SHOW = "show"
        VERIFY = "verify"
        OPEN = "open"
        FILE = "file"

    id = models.UUIDField(primary_key=True, default=new_id)
    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="uses")
    kind = models.CharField(max_length=10, choices=Kind)
    purpose = models.CharField(max_length=200, blank=True)
    matter = models.CharField(max_length=80, blank=True)
    case_id = models.UUIDField(null=True, db_index=True)
    organisation = models.CharField(max_length=60, blank=True)
    by = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Privacy:
        personal: list[str] = []

    class Meta:
        indexes = [models.Index(fields=["certificate", "-at"], name="certificates_use_recent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class ShowCode(models.Model):
    """A code the holder shows on the phone: short life, one use; only its hash is kept."""

    certificate = models.ForeignKey(Certificate, on_delete=models.CASCADE, related_name="show_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.certificate_id} until {self.expires_at:%H:%M:%S}"
