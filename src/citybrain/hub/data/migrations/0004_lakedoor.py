"""Clients of the lake's door."""

import citybrain.kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("data", "0003_lake")]

    operations = [
        migrations.CreateModel(
            name="LakeClient",
            fields=[
                (
                    "id",
                    models.UUIDField(default=citybrain.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=80)),
                ("organisation", models.CharField(db_index=True, max_length=80)),
                ("purpose", models.CharField(max_length=200)),
                ("secret_hash", models.CharField(max_length=64)),
                ("grants", models.JSONField(default=list)),
                ("grade", models.CharField(default="L2", max_length=2)),
                ("expires_at", models.DateTimeField()),
                ("disabled_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.JSONField(default=dict)),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={"ordering": ["-created_at"]},
        )
    ]
