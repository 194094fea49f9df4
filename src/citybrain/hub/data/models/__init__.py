"""Tables of the data room, one noun a file."""

from citybrain.hub.data.models.catalogue_class import CatalogueClass
from citybrain.hub.data.models.catalogue_import import CatalogueImport
from citybrain.hub.data.models.code_table import CodeTable
from citybrain.hub.data.models.collection import Collection, CollectionRun, CollectionVersion, RunBatch
from citybrain.hub.data.models.contract import Contract
from citybrain.hub.data.models.dispute import CorrectionNotice
from citybrain.hub.data.models.duty import Duty, DutyBinding
from citybrain.hub.data.models.edition import Edition
from citybrain.hub.data.models.entity_decision import EntityDecision, MatchPair
from citybrain.hub.data.models.exchange import Exchange
from citybrain.hub.data.models.grant import Grant, GrantUse
from citybrain.hub.data.models.job import Job
from citybrain.hub.data.models.lake import LakeBatch, LakeGrave
from citybrain.hub.data.models.lake_client import LakeClient
from citybrain.hub.data.models.lake_model import LakeModel, ModelRun
from citybrain.hub.data.models.lineage import Lineage
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
from citybrain.hub.data.models.resource_words import ResourceWords
from citybrain.hub.data.models.share_batch import ShareBatch, ShareBatchPart
from citybrain.hub.data.models.share_key import ShareApplication, ShareKey, ShareNonce
from citybrain.hub.data.models.share_log import ShareLog
from citybrain.hub.data.models.source import Receipt, Source
from citybrain.hub.data.models.subject_file import FileRead, Objection, SubjectFile
from citybrain.hub.data.models.subscription import Subscription
from citybrain.hub.data.models.suggestion import Suggestion

__all__ = [
    "CatalogueClass", "CatalogueImport", "CodeTable", "Collection", "CollectionRun", "CollectionVersion",
    "Contract", "CorrectionNotice", "Duty", "DutyBinding", "Edition", "EntityDecision",
    "Exchange", "FileRead", "Grant", "GrantUse", "Item", "Job", "LakeBatch", "LakeClient", "LakeGrave",
    "LakeModel", "Lineage", "MatchPair", "ModelRun", "Objection", "ProblemRow", "QualityProfile",
    "QualityResult", "QualityRule", "QualityScan", "QualityScore", "QualityWeight", "ReadLog", "Receipt",
    "Resource", "ResourceWords", "RunBatch", "ShareApplication", "ShareBatch", "ShareBatchPart", "ShareKey", "ShareLog", "ShareNonce", "Source",
    "SubjectFile", "Subscription", "Suggestion", "ValidRecords",
]  # fmt: skip
