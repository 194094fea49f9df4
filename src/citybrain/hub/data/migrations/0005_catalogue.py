# The catalogue: classes, duties, editions, lineage, suggestions, subscriptions, search.

import citybrain.kernel.ids
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("data", "0004_lakedoor"),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="CatalogueClass",
            fields=[
                ("code", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("name", models.JSONField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("base", "base"), ("theme", "theme"), ("department", "department")],
                        max_length=12,
                    ),
                ),
                ("organisation", models.CharField(blank=True, max_length=80)),
                ("pack", models.CharField(blank=True, max_length=60)),
                ("hidden", models.BooleanField(default=False)),
                ("serial", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="CatalogueImport",
            fields=[
                (
                    "id",
                    models.UUIDField(default=citybrain.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("file_name", models.CharField(max_length=200)),
                ("organisation", models.CharField(blank=True, max_length=80)),
                ("account_id", models.UUIDField(null=True)),
                ("by", models.JSONField(default=dict)),
                ("at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("waiting", "waiting"), ("applied", "applied"), ("dropped", "dropped")],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("resources", models.JSONField(default=list)),
                ("problems", models.JSONField(default=list)),
            ],
            options={
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("organisation", models.CharField(db_index=True, max_length=80)),
                ("title", models.JSONField()),
                ("elements", models.JSONField(default=list)),
                ("basis", models.CharField(blank=True, max_length=300)),
                ("basis_tag", models.CharField(default="K", max_length=2)),
                ("matter", models.CharField(blank=True, max_length=80)),
                ("function", models.CharField(blank=True, max_length=300)),
                ("cycle", models.CharField(blank=True, max_length=20)),
                ("sharing", models.CharField(blank=True, max_length=20)),
                ("pack", models.CharField(blank=True, max_length=60)),
                ("hidden", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["organisation", "key"],
            },
        ),
        migrations.CreateModel(
            name="DutyBinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                (
                    "id",
                    models.UUIDField(default=citybrain.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("act", models.CharField(max_length=60)),
                ("by", models.JSONField(default=dict)),
                ("state", models.CharField(max_length=12)),
                ("body", models.JSONField()),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="Lineage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("upstream", models.CharField(max_length=160)),
                ("upstream_item", models.CharField(blank=True, max_length=60)),
                ("downstream", models.CharField(max_length=160)),
                ("downstream_item", models.CharField(blank=True, max_length=60)),
                ("made_by", models.CharField(max_length=160)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ResourceWords",
            fields=[
                (
                    "resource",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="data.resource",
                    ),
                ),
                ("name", models.CharField(max_length=300)),
                ("text", models.TextField(blank=True)),
                ("pinyin", models.TextField(blank=True)),
                ("initials", models.TextField(blank=True)),
                ("bigrams", django.contrib.postgres.search.SearchVectorField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account_id", models.UUIDField(db_index=True)),
                ("organisation", models.CharField(blank=True, max_length=80)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=citybrain.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("item", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=30)),
                ("checked", models.PositiveIntegerField(default=0)),
                ("hits", models.PositiveIntegerField(default=0)),
                ("inside", models.BooleanField(default=False)),
                ("by_name", models.BooleanField(default=False)),
                ("samples", models.JSONField(default=list)),
                ("grade", models.CharField(max_length=2)),
                ("personal", models.CharField(blank=True, max_length=30)),
                ("identifier", models.CharField(blank=True, max_length=30)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("confirmed", "confirmed"), ("refused", "refused")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.JSONField(default=dict)),
                ("reason", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ["resource", "item", "kind"],
            },
        ),
        migrations.AddField(
            model_name="item",
            name="element",
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name="item",
            name="is_source",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="resource",
            name="data_class",
            field=models.CharField(
                choices=[("general", "general"), ("important", "important"), ("core", "core")],
                default="general",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="resource",
            name="former_codes",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="resource",
            name="grade_floor",
            field=models.CharField(default="L1", max_length=2),
        ),
        migrations.AddField(
            model_name="resource",
            name="keywords",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="resource",
            name="related",
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name="resource",
            name="security_owner",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="resource",
            name="special_approval",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="resource",
            name="vertical",
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["element", "is_source"], name="data_item_element"),
        ),
        migrations.AddField(
            model_name="dutybinding",
            name="duty",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="bindings", to="data.duty"
            ),
        ),
        migrations.AddField(
            model_name="dutybinding",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="duty_bindings", to="data.resource"
            ),
        ),
        migrations.AddField(
            model_name="duty",
            name="resources",
            field=models.ManyToManyField(
                related_name="duties", through="data.DutyBinding", to="data.resource"
            ),
        ),
        migrations.AddField(
            model_name="edition",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="editions", to="data.resource"
            ),
        ),
        migrations.AddIndex(
            model_name="lineage",
            index=models.Index(fields=["upstream", "upstream_item"], name="data_lineage_up"),
        ),
        migrations.AddIndex(
            model_name="lineage",
            index=models.Index(fields=["made_by"], name="data_lineage_by"),
        ),
        migrations.AddConstraint(
            model_name="lineage",
            constraint=models.UniqueConstraint(
                fields=("downstream", "downstream_item", "upstream", "upstream_item", "made_by"),
                name="data_lineage_once",
            ),
        ),
        migrations.AddIndex(
            model_name="resourcewords",
            index=django.contrib.postgres.indexes.GinIndex(fields=["bigrams"], name="data_words_bigrams"),
        ),
        migrations.AddIndex(
            model_name="resourcewords",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("text"), name="gin_trgm_ops"
                ),
                name="data_words_text",
            ),
        ),
        migrations.AddIndex(
            model_name="resourcewords",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("pinyin"), name="gin_trgm_ops"),
                name="data_words_pinyin",
            ),
        ),
        migrations.AddIndex(
            model_name="resourcewords",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("initials"), name="gin_trgm_ops"),
                name="data_words_initials",
            ),
        ),
        migrations.AddField(
            model_name="subscription",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="subscriptions", to="data.resource"
            ),
        ),
        migrations.AddField(
            model_name="suggestion",
            name="resource",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="suggestions", to="data.resource"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutybinding",
            constraint=models.UniqueConstraint(fields=("duty", "resource"), name="data_duty_binding_once"),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(fields=("resource", "number"), name="data_edition_once"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("resource", "account_id"), name="data_subscription_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.UniqueConstraint(
                fields=("resource", "item", "kind"), name="data_suggestion_once"
            ),
        ),
    ]
