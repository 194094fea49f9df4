"""A certificate and its append-only history."""

from django.db import models

from citybrain.hub.certificates.data import STATES
from citybrain.kernel.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from citybrain.kernel.ids import new_id

CHOICES = [(key, state["zh"]) for key, state in STATES.items()]


class Certificate(models.Model):
    """One version of one certificate. A change makes a new row with the same serial and the next version."""

    id = models.UUIDField(primary_key=True, default=new_id)
    type_key = models.CharField(max_length=60)
    type_version = models.PositiveSmallIntegerField()
    type_code = models.CharField(max_length=21)
    name = models.JSONField()
    number = models.CharField(max_length=80, db_index=True)
    serial = models.CharField(max_length=32)
    version = models.PositiveSmallIntegerField(default=1)
    identifier = models.CharField(max_length=120, unique=True)
    previous = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="next"
    )
    holder_kind = models.CharField(max_length=20)
    holder_id = models.UUIDField(null=True)
    holder_name = EncryptedTextField()
    holder_id_type = models.CharField(max_length=20, default="")
    holder_id_number = EncryptedTextField(default="")
    holder_id_number_index = BlindIndexField(source="holder_id_number")
    issuer_org = models.CharField(max_length=60)
    issuer_code = models.CharField(max_length=18)
    issuer_name = models.JSONField()
    data = EncryptedJSONField()
    public_data = models.JSONField(default=list)
    case_id = models.UUIDField(null=True, db_index=True)
    matter = models.CharField(max_length=80, blank=True, db_index=True)
    state = models.CharField(max_length=10, choices=CHOICES, default="valid")
    trust = models.CharField(max_length=1, default="A")
    issued_at = models.DateTimeField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    verify_code = models.CharField(max_length=12)
    file_hash = models.CharField(max_length=64, blank=True)
    file_size = models.PositiveIntegerField(default=0)
    file_at = models.DateTimeField(null=True)
    file_due = models.DateTimeField(
        null=True
    )  # waits to be printed from then on; NULL once the file is there
    demo = models.BooleanField(default=False)

    class Privacy:
        personal = ["holder_name", "holder_id_number", "data"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["type_code", "issuer_code", "serial", "version"], name="certificates_serial_version"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="certificates_validity_order",
            ),
        ]
        indexes = [
            models.Index(fields=["holder_id", "type_key"], name="certificates_holder"),
            models.Index(fields=["issuer_org", "-issued_at"], name="certificates_issuer"),
            models.Index(
                fields=["valid_to"],
                condition=models.Q(state__in=["valid", "suspended"], valid_to__isnull=False),
                name="certificates_ending",
            ),
            models.Index(
                fields=["file_due"], name="certificates_waiting", condition=models.Q(file_due__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type_key} {self.number}"


class CertificateHistory(models.Model):
    """What happened to a certificate, by whom and why. Never changed."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="history")
    operation = models.CharField(max_length=2)
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    at = models.DateTimeField()
    by = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    basis = models.TextField(blank=True)
    case_id = models.UUIDField(null=True)

    class Privacy:
        personal: list[str] = []

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.operation} {self.to_state}"
