"""Tables of open data, one noun a file."""

from citybrain.apps.opendata.models.dataset import OpenDataset, Version
from citybrain.apps.opendata.models.key import ApiKey
from citybrain.apps.opendata.models.portal import Portal
from citybrain.apps.opendata.models.request import DataRequest
from citybrain.apps.opendata.models.usage import Usage
from citybrain.apps.opendata.models.voice import Comment, Reuse, Score

__all__ = ["ApiKey", "Comment", "DataRequest", "OpenDataset", "Portal", "Reuse", "Score", "Usage", "Version"]
