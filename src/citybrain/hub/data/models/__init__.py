"""Tables of the data room, one noun a file."""

from citybrain.hub.data.models.code_table import CodeTable
from citybrain.hub.data.models.column_lineage import ColumnLineage
from citybrain.hub.data.models.entity_decision import EntityDecision, MatchPair
from citybrain.hub.data.models.job import Job
from citybrain.hub.data.models.lake_model import LakeModel, ModelRun
from citybrain.hub.data.models.read_log import ReadLog
from citybrain.hub.data.models.resource import Item, Resource
from citybrain.hub.data.models.subject_file import FileRead, Objection, SubjectFile

__all__ = [
    "CodeTable", "ColumnLineage", "EntityDecision", "FileRead", "Item", "Job", "LakeModel", "MatchPair", "ModelRun", "Objection",
    "ReadLog", "Resource", "SubjectFile",
]  # fmt: skip
