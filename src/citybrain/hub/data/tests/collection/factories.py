"""Collections ready to run, for tests."""

from typing import Any

from django.core.files.base import ContentFile

from citybrain.hub.data.collection.actions.collections import activate_collection, draft_collection
from citybrain.hub.data.collection.actions.runs import begin_run
from citybrain.hub.data.collection.actions.sources import register_source, upload_source
from citybrain.hub.data.collection.actions.uploads import store_upload
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.domain.shape import recognised
from citybrain.hub.data.jobs import running
from citybrain.hub.data.lake import reading
from citybrain.hub.data.models import Collection, CollectionRun, Source
from citybrain.kernel.actor import Actor

BY = Actor.system("tests")
UNIT = "350902-scjg"
FIRMS = [
    Mapped("编号", "number", "integer", required=True),
    Mapped("名称", "name", "text"),
    Mapped("成立", "founded", "date"),
]


def stored(content: bytes, name: str = "firms.csv") -> tuple[str, str]:
    """An uploaded file."""
    return store_upload(ContentFile(content, name))


def source(kind: str, **settings: Any) -> Source:
    """A source of the unit."""
    secret = settings.pop("secret", "")
    return register_source(title=kind, kind=kind, organisation=UNIT, settings=settings, secret=secret, by=BY)


def collection(
    content: bytes = b"", name: str = "firms.csv", *, mapping: list[Mapped] = FIRMS, given: Source | None = None, **values: Any
) -> Collection:  # fmt: skip
    """An active collection; of an uploaded file unless a source is given."""
    made = draft_collection(title="企业", source=given or upload_source(UNIT, by=BY), by=BY)
    if content:
        made.sample, made.sample_name = stored(content, name)
        made.shape = recognised(content[:65536], name).as_dict()
    made.mapping = [m.as_dict() for m in mapping]
    made.columns = values.pop("columns", [{"name": m.column, "kind": ""} for m in mapping])
    made.resource = "scjg.firm"
    for word, value in values.items():
        setattr(made, word, value)
    made.save()
    return activate_collection(made, by=BY)


def done(made: Collection, **values: Any) -> CollectionRun:
    """A run of the collection, done."""
    run = begin_run(made, by=BY, **values)
    running.do_next()
    run.refresh_from_db()
    run.job.refresh_from_db()
    return run


def landed(sql: str = "SELECT number, name, founded FROM scjg.firm ORDER BY number") -> list[tuple]:
    """Rows of the table."""
    return reading.query(sql).rows
