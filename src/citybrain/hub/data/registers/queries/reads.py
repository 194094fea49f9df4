"""Who looked into the file of a person or firm; for that person or firm."""

from django.db.models import QuerySet

from citybrain.hub.data.models import FileRead


def reads_of(subject: str) -> QuerySet[FileRead]:
    """Looks of others into the file, newest first; ``subject`` is the mark of ``queries.objections.subject_mark``."""
    return FileRead.objects.filter(subject=subject, own=False).order_by("-at")
