"""Tables of the data room, one noun a file."""

from citybrain.hub.data.models.collection import Collection, CollectionRun, RunBatch
from citybrain.hub.data.models.contract import Contract
from citybrain.hub.data.models.job import Job
from citybrain.hub.data.models.read_log import ReadLog
from citybrain.hub.data.models.resource import Item, Resource
from citybrain.hub.data.models.source import Receipt, Source

__all__ = [
    "Collection", "CollectionRun", "Contract", "Item", "Job", "ReadLog", "Receipt", "Resource", "RunBatch", "Source",
]  # fmt: skip
