"""Uploaded files: a row per use, one stored file per content."""

from django.db import models

from citybrain.kernel.ids import new_id


class Attachment(models.Model):
    """A file in a case. The bytes lie under DATA_DIR/files by hash and leave only as a download."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="attachments")
    material = models.CharField(max_length=80, blank=True, default="")  # key of the material it serves
    kind = models.CharField(max_length=20, default="material")  # material result evidence other
    name = models.CharField(max_length=160)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.UUIDField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["case", "uploaded_at"], name="cases_attachment_case"),
            models.Index(fields=["sha256"], name="cases_attachment_hash"),
        ]

    class Privacy:
        personal = ["name"]

    def __str__(self) -> str:
        return self.sha256[:12]
