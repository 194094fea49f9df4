"""The door of cases: open a case, act on it, see it, list it. Re-exports only.

Shapes are the frozen records of ``data``. Errors: ``NotFound`` (404, also for what the actor may not know of),
``NotAllowed`` (403, audited), ``Refused`` (409, with a code), ``Invalid`` (422, names the field), ``Conflict`` (409).
"""

from citybrain.hub.cases.actions.act import act
from citybrain.hub.cases.actions.bench import assign, bulk_act, comment, hand_over, release, take
from citybrain.hub.cases.actions.drafts import save_data, update_draft
from citybrain.hub.cases.actions.effects import register_effect
from citybrain.hub.cases.actions.files import StoredFile, attach, attachment_for, detach, store
from citybrain.hub.cases.actions.filling import Filling, begin, filling
from citybrain.hub.cases.actions.links import follow
from citybrain.hub.cases.actions.materials import give_material, set_materials, take_back_material
from citybrain.hub.cases.actions.migrate import migrate_case
from citybrain.hub.cases.actions.open import open_case, opened_before
from citybrain.hub.cases.actions.timers import fire_due_timers, tell_overdue
from citybrain.hub.cases.actions.waiting_files import claim, keep_waiting
from citybrain.hub.cases.data import (
    ActionView,
    AttachmentRecord,
    CaseId,
    CaseRecord,
    CaseView,
    ChildRecord,
    ClockRecord,
    Closed,
    Decided,
    DocumentRecord,
    Filters,
    MaterialRecord,
    Opened,
    Overdue,
    Page,
    Refused,
    TaskRow,
    Transitioned,
    TransitionRecord,
)
from citybrain.hub.cases.forms import api as forms
from citybrain.hub.cases.queries.diagrams import diagram, export_bpmn, import_bpmn
from citybrain.hub.cases.queries.filling import draft_for
from citybrain.hub.cases.queries.machines import machine, machines
from citybrain.hub.cases.queries.open_tasks import counts
from citybrain.hub.cases.queries.progress import Progress, progress, query_code
from citybrain.hub.cases.queries.reports import lights, recent_transitions
from citybrain.hub.cases.queries.shown import show_case_data
from citybrain.hub.cases.queries.views import (
    actions_for,
    case_for,
    comments,
    document_for,
    documents,
    timeline,
)
from citybrain.hub.cases.queries.worklists import my_cases, search_cases, worklist

__all__ = [
    "ActionView",
    "AttachmentRecord",
    "CaseId",
    "CaseRecord",
    "CaseView",
    "ChildRecord",
    "ClockRecord",
    "Closed",
    "Decided",
    "DocumentRecord",
    "Filling",
    "Filters",
    "MaterialRecord",
    "Opened",
    "Overdue",
    "Page",
    "Progress",
    "Refused",
    "StoredFile",
    "TaskRow",
    "TransitionRecord",
    "Transitioned",
    "act",
    "actions_for",
    "assign",
    "attach",
    "attachment_for",
    "begin",
    "bulk_act",
    "case_for",
    "claim",
    "comment",
    "comments",
    "counts",
    "detach",
    "diagram",
    "document_for",
    "documents",
    "draft_for",
    "export_bpmn",
    "filling",
    "fire_due_timers",
    "follow",
    "forms",
    "give_material",
    "hand_over",
    "import_bpmn",
    "keep_waiting",
    "lights",
    "machine",
    "machines",
    "migrate_case",
    "my_cases",
    "open_case",
    "opened_before",
    "progress",
    "query_code",
    "recent_transitions",
    "register_effect",
    "release",
    "save_data",
    "search_cases",
    "set_materials",
    "show_case_data",
    "store",
    "take",
    "take_back_material",
    "tell_overdue",
    "timeline",
    "update_draft",
    "worklist",
]  # fmt: skip
