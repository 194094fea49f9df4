"""Door of the data room: announce datasets, count them, read their rows under guard.

``measure`` answers with totals only and asks nobody's permission; ``read`` returns rows and asks for permission,
scope and purpose every time.
"""

from citybrain.hub.data.actions.keep_harvested import keep_harvested
from citybrain.hub.data.catalogue.actions.declare import declare_resource, note_delivery, publish_resource
from citybrain.hub.data.catalogue.actions.sync_catalogue import sync_catalogue
from citybrain.hub.data.catalogue.queries.resources import catalogue, resource
from citybrain.hub.data.data import (
    Column,
    Dataset,
    GrantEnded,
    GrantIssued,
    ItemRecord,
    ProblemsCured,
    ProblemsFound,
    RecordCorrected,
    ResourcePublished,
    ResourceRecord,
    Rows,
    RowsDelivered,
)
from citybrain.hub.data.domain.csv_text import csv_text, safe_cell
from citybrain.hub.data.domain.registry import (
    dataset,
    datasets,
    forget_dataset,
    has_dataset,
    register_dataset,
)
from citybrain.hub.data.domain.statement import Question, condition
from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.jobs.kinds import job
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.data.jobs.running import keep_doing as keep_doing_jobs
from citybrain.hub.data.queries.measure import measure, measure_all, question
from citybrain.hub.data.queries.read import read
from citybrain.hub.data.queries.stream import stream

__all__ = [
    "Column", "Dataset", "GrantEnded", "GrantIssued", "ItemRecord", "ProblemsCured", "ProblemsFound", "Question",
    "RecordCorrected", "ResourcePublished", "ResourceRecord", "Rows", "RowsDelivered", "Run", "begin_job", "catalogue",
    "condition", "csv_text", "dataset", "datasets", "declare_resource", "forget_dataset", "has_dataset", "job",
    "keep_doing_jobs", "keep_harvested", "measure", "measure_all", "note_delivery", "publish_resource", "question", "read",
    "register_dataset", "resource", "safe_cell", "stream", "sync_catalogue",
]  # fmt: skip
