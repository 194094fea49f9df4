"""Door of the data room: announce datasets, count them, read their rows under guard.

``measure`` answers with totals only and asks nobody's permission; ``read`` returns rows and asks for permission,
scope and purpose every time.
"""

from citybrain.hub.data.actions.keep_harvested import keep_harvested
from citybrain.hub.data.actions.stories import ago, begin_stories, said_in, tell_stories
from citybrain.hub.data.catalogue.actions.declare import declare_resource, note_delivery
from citybrain.hub.data.catalogue.actions.lineage import forget_lineage, record_lineage
from citybrain.hub.data.catalogue.actions.publish import publish_resource, withdraw_resource
from citybrain.hub.data.catalogue.actions.sync_catalogue import sync_catalogue
from citybrain.hub.data.catalogue.queries.known import in_packs
from citybrain.hub.data.catalogue.queries.lineage import lineage
from citybrain.hub.data.catalogue.queries.owned import resources_of
from citybrain.hub.data.catalogue.queries.resources import (
    catalogue,
    countable,
    counted_dataset,
    resource,
)
from citybrain.hub.data.data import (
    Column,
    Dataset,
    GrantEnded,
    GrantIssued,
    ItemRecord,
    JobRecord,
    ObjectionRaised,
    ObjectionSettled,
    ProblemsCured,
    ProblemsFound,
    RecordCorrected,
    ResourceChanged,
    ResourcePublished,
    ResourceRecord,
    ResourceWithdrawn,
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
from citybrain.hub.data.domain.workbook import Sheet, workbook_pieces
from citybrain.hub.data.grants.actions.corrections import confirm_correction
from citybrain.hub.data.grants.actions.end_grant import resume_grant, revoke_grant, suspend_grant
from citybrain.hub.data.grants.actions.exchanges import set_up_exchange, stop_exchange
from citybrain.hub.data.grants.actions.issue_grant import issue_grant
from citybrain.hub.data.grants.actions.keys import (
    disable_key,
    make_key,
    register_application,
    rotate_key,
)
from citybrain.hub.data.grants.data import (
    Caller,
    FactAnswer,
    Facts,
    Filter,
    GrantRecord,
    Purpose,
    SharedRows,
    Wanted,
)
from citybrain.hub.data.grants.queries.facts import fetch_facts, verify_fact
from citybrain.hub.data.grants.queries.grants import existing_grant, grant, grants_of, grants_on
from citybrain.hub.data.grants.queries.shared import shared_read
from citybrain.hub.data.grants.queries.verify import verify_record
from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.jobs.kinds import job
from citybrain.hub.data.jobs.queries import jobs_in_trouble
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.data.jobs.running import keep_doing as keep_doing_jobs
from citybrain.hub.data.quality.actions.begin import begin_scan, recheck
from citybrain.hub.data.quality.domain.reach import register_probe
from citybrain.hub.data.quality.queries.problems import problems_of, scan_result
from citybrain.hub.data.quality.records import ProblemRecord, Problems, ScanResult
from citybrain.hub.data.queries.contracts import bought
from citybrain.hub.data.queries.measure import measure, measure_all, question
from citybrain.hub.data.queries.read import read
from citybrain.hub.data.queries.stream import stream
from citybrain.hub.data.registers.actions.build import begin_build
from citybrain.hub.data.registers.actions.correct_record import correct_record
from citybrain.hub.data.registers.actions.objections import (
    dismiss_objection,
    raise_objection,
    register_objection,
    review_objection,
    settle_objection,
)
from citybrain.hub.data.registers.queries.lineage import lineage_of
from citybrain.hub.data.registers.queries.objections import objection_row as objection
from citybrain.hub.data.registers.queries.objections import under_objection

__all__ = [
    "Caller",
    "Column",
    "Dataset",
    "FactAnswer",
    "Facts",
    "Filter",
    "GrantEnded",
    "GrantIssued",
    "GrantRecord",
    "ItemRecord",
    "JobRecord",
    "ObjectionRaised",
    "ObjectionSettled",
    "ProblemRecord",
    "Problems",
    "ProblemsCured",
    "ProblemsFound",
    "Purpose",
    "Question",
    "RecordCorrected",
    "ResourceChanged",
    "ResourcePublished",
    "ResourceRecord",
    "ResourceWithdrawn",
    "Rows",
    "RowsDelivered",
    "Run",
    "ScanResult",
    "SharedRows",
    "Sheet",
    "Wanted",
    "ago",
    "begin_build",
    "begin_job",
    "begin_scan",
    "begin_stories",
    "bought",
    "catalogue",
    "condition",
    "confirm_correction",
    "correct_record",
    "countable",
    "counted_dataset",
    "csv_text",
    "dataset",
    "datasets",
    "declare_resource",
    "disable_key",
    "dismiss_objection",
    "existing_grant",
    "fetch_facts",
    "forget_dataset",
    "forget_lineage",
    "grant",
    "grants_of",
    "grants_on",
    "has_dataset",
    "in_packs",
    "issue_grant",
    "job",
    "jobs_in_trouble",
    "keep_doing_jobs",
    "keep_harvested",
    "lineage",
    "lineage_of",
    "make_key",
    "measure",
    "measure_all",
    "note_delivery",
    "objection",
    "problems_of",
    "publish_resource",
    "question",
    "raise_objection",
    "read",
    "recheck",
    "record_lineage",
    "register_application",
    "register_dataset",
    "register_objection",
    "register_probe",
    "resource",
    "resources_of",
    "resume_grant",
    "review_objection",
    "revoke_grant",
    "rotate_key",
    "safe_cell",
    "said_in",
    "scan_result",
    "set_up_exchange",
    "settle_objection",
    "shared_read",
    "stop_exchange",
    "stream",
    "suspend_grant",
    "sync_catalogue",
    "tell_stories",
    "under_objection",
    "verify_fact",
    "verify_record",
    "withdraw_resource",
    "workbook_pieces",
]  # fmt: skip
