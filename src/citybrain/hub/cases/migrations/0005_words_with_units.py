"""The unit beside the words: of cases in their index, of open tasks in a column of their own. The index of a work list
carries what its counts ask."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import migrations, models
from django.db.models import Q

from citybrain.hub.cases.models.case import MarkedWords

WORDS_OF_OPEN_TASKS = """
UPDATE cases_task t SET search = coalesce(c.search, ''::tsvector) || array_to_tsvector(ARRAY['@' || t.organisation])
  FROM cases_case c WHERE c.id = t.case_id AND t.closed_at IS NULL"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0004_recent_cases")]
    operations = [
        migrations.AddField("task", "search", SearchVectorField(null=True)),
        migrations.RunSQL(WORDS_OF_OPEN_TASKS, migrations.RunSQL.noop),
        migrations.AddIndex(
            "task",
            GinIndex(
                fields=["search"],
                name="cases_task_words",
                condition=Q(closed_at__isnull=True),
                fastupdate=True,
                gin_pending_list_limit=512,
            ),
        ),
        migrations.AddIndex(
            "case", GinIndex(MarkedWords(), name="cases_words", fastupdate=True, gin_pending_list_limit=512)
        ),
        migrations.RemoveIndex("case", "cases_search"),
        migrations.RemoveIndex("task", "cases_task_list"),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["organisation", "role", "sort_at", "id"],
                name="cases_task_list",
                condition=Q(closed_at__isnull=True),
                include=["due_at", "yellow_at", "paused", "taken_by"],
            ),
        ),
    ]
