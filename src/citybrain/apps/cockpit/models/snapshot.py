"""The last computed picture of a board: what every screen shows, so that a thousand screens cost one computation."""

from django.db import models


class Snapshot(models.Model):
    """``version`` grows when the content changes; ``checked_at`` says when it was last found unchanged or changed."""

    board = models.OneToOneField("cockpit.Board", models.CASCADE, primary_key=True, related_name="snapshot")
    version = models.BigIntegerField(default=0)
    content = models.JSONField(default=dict)
    hash = models.CharField(max_length=64, default="")
    changed_at = models.DateTimeField()
    checked_at = models.DateTimeField()

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return f"{self.board_id} v{self.version}"
