"""A certificate without its file waits in line by itself."""

from django.db import migrations, models

WAITING = "UPDATE certificates_certificate SET file_due = issued_at WHERE file_hash = ''"


class Migration(migrations.Migration):
    dependencies = [("certificates", "0001_initial")]
    operations = [
        migrations.AddField("certificate", "file_due", models.DateTimeField(null=True)),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
        migrations.AddIndex(
            "certificate",
            models.Index(
                fields=["file_due"], name="certificates_waiting", condition=models.Q(file_due__isnull=False)
            ),
        ),
    ]
