"""Tables of the data room, one noun a file."""

from citybrain.hub.data.models.job import Job
from citybrain.hub.data.models.lake_client import LakeClient
from citybrain.hub.data.models.read_log import ReadLog
from citybrain.hub.data.models.resource import Item, Resource

__all__ = ["Item", "Job", "LakeClient", "ReadLog", "Resource"]
