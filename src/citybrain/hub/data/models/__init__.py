"""Tables of the data room, one noun a file."""

from citybrain.hub.data.models.code_table import CodeTable
from citybrain.hub.data.models.job import Job
from citybrain.hub.data.models.quality_rule import QualityProfile, QualityRule, QualityWeight
from citybrain.hub.data.models.quality_scan import (
    ProblemRow,
    QualityResult,
    QualityScan,
    QualityScore,
    ValidRecords,
)
from citybrain.hub.data.models.read_log import ReadLog
from citybrain.hub.data.models.resource import Item, Resource

__all__ = [
    "CodeTable", "Item", "Job", "ProblemRow", "QualityProfile", "QualityResult", "QualityRule", "QualityScan",
    "QualityScore", "QualityWeight", "ReadLog", "Resource", "ValidRecords",
]  # fmt: skip
