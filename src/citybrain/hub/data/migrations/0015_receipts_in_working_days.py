"""When a receipt is due is reckoned in working days; empty while the holiday table of the year is missing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("data", "0010_objections")]

    operations = [
        migrations.AlterField(
            model_name="correctionnotice", name="due_at", field=models.DateTimeField(null=True)
        ),
    ]
