"""Door of the data room: announce datasets, count them, read their rows under guard.

``measure`` answers with totals only and asks nobody's permission; ``read`` returns rows and asks for permission,
scope and purpose every time.
"""

from citybrain.hub.data.catalogue.actions.declare import declare_resource, note_delivery, publish_resource
from citybrain.hub.data.catalogue.actions.sync_catalogue import sync_catalogue
from citybrain.hub.data.catalogue.queries.resources import catalogue, resource
from citybrain.hub.data.data import (
    Column,
    Dataset,
    GrantEnded,
    GrantIssued,
    ItemRecord,
    ObjectionRaised,
    ObjectionSettled,
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
from citybrain.hub.data.registers.actions.build import begin_build
from citybrain.hub.data.registers.actions.objections import (
    raise_objection,
    register_objection,
    review_objection,
    settle_objection,
)
from citybrain.hub.data.registers.queries.lineage import lineage_of
from citybrain.hub.data.registers.queries.objections import under_objection

__all__ = [
    "Column",
    "Dataset",
    "GrantEnded",
    "GrantIssued",
    "ItemRecord",
    "ObjectionRaised",
    "ObjectionSettled",
    "ProblemsCured",
    "ProblemsFound",
    "Question",
    "RecordCorrected",
    "ResourcePublished",
    "ResourceRecord",
    "Rows",
    "RowsDelivered",
    "Run",
    "begin_build",
    "begin_job",
    "catalogue",
    "condition",
    "csv_text",
    "dataset",
    "datasets",
    "declare_resource",
    "forget_dataset",
    "has_dataset",
    "job",
    "keep_doing_jobs",
    "lineage_of",
    "measure",
    "measure_all",
    "note_delivery",
    "publish_resource",
    "question",
    "raise_objection",
    "read",
    "register_dataset",
    "register_objection",
    "resource",
    "review_objection",
    "safe_cell",
    "settle_objection",
    "stream",
    "sync_catalogue",
    "under_objection",
]  # fmt: skip
