"""Tables of the data room, one noun a file."""

from citybrain.hub.data.models.dispute import CorrectionNotice, DisputedRecord
from citybrain.hub.data.models.exchange import Exchange
from citybrain.hub.data.models.grant import Grant, GrantUse
from citybrain.hub.data.models.job import Job
from citybrain.hub.data.models.read_log import ReadLog
from citybrain.hub.data.models.resource import Item, Resource
from citybrain.hub.data.models.share_key import ShareApplication, ShareKey, ShareNonce
from citybrain.hub.data.models.share_log import ShareLog

__all__ = [
    "CorrectionNotice", "DisputedRecord", "Exchange", "Grant", "GrantUse", "Item", "Job", "ReadLog", "Resource",
    "ShareApplication", "ShareKey", "ShareLog", "ShareNonce",
]  # fmt: skip
