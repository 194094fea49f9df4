"""Blank forms and samples that a pack carries, kept in the database so that a guide never points at a missing file."""

from django.db import models

from citybrain.kernel.ids import new_id


class MatterFile(models.Model):
    """One file of a pack, as named in a matter (``files/…``)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    pack = models.CharField(max_length=80)
    path = models.CharField(max_length=200)
    media_type = models.CharField(max_length=80)
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["pack", "path"], name="matters_file_once")]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.pack}/{self.path}"
