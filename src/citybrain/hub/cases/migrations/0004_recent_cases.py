"""Newest first over many units: open cases, closed ones, and the walk a search for a common word takes."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_signatures")]
    operations = [
        migrations.AddIndex("case", models.Index(fields=["-opened_at", "-id"], name="cases_recent")),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["organisation", "-opened_at"],
                name="cases_open",
                condition=Q(closed_at__isnull=True, submitted_at__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                fields=["-opened_at", "-id"], name="cases_done", condition=Q(closed_at__isnull=False)
            ),
        ),
    ]
