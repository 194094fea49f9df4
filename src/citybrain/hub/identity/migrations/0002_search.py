"""Trigram index for the directory's search, which looks for pieces of Chinese names and pinyin."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(
            "CREATE INDEX identity_org_search ON identity_organisation USING gin (search_text gin_trgm_ops)",
            "DROP INDEX identity_org_search",
        ),
    ]
