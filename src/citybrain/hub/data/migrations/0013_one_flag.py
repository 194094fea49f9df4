from django.db import migrations, models

import citybrain.kernel.fields
from citybrain.kernel.crypto import blind_index


def mark_again(apps, schema_editor):
    """Objections name their record by the same mark as the access log."""
    for row in apps.get_model("data", "Objection").objects.filter(record_value__isnull=False).iterator(500):
        value = (row.record_value or "").strip().upper()
        if value:
            row.record = blind_index(f"{row.resource}\n{value}")
            row.save(update_fields=["record"])


class Migration(migrations.Migration):
    dependencies = [("data", "0012_collection_versions")]

    operations = [
        migrations.DeleteModel(name="DisputedRecord"),
        migrations.AddField(
            model_name="objection",
            name="stood",
            field=citybrain.kernel.fields.EncryptedTextField(blank=True, editable=True),
        ),
        migrations.AddField(
            model_name="objection",
            name="corrected_to",
            field=citybrain.kernel.fields.EncryptedTextField(editable=True, null=True),
        ),
        migrations.AddField(model_name="modelrun", name="read_to", field=models.DateTimeField(null=True)),
        migrations.AddField(
            model_name="modelrun", name="hash", field=models.CharField(blank=True, max_length=64)
        ),
        migrations.AddField(
            model_name="subjectfile", name="relations", field=models.CharField(blank=True, max_length=120)
        ),
        migrations.AddIndex(
            model_name="objection",
            index=models.Index(fields=["resource", "state"], name="data_objection_state"),
        ),
        migrations.RunPython(mark_again, migrations.RunPython.noop),
    ]
