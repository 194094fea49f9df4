"""Tables of the data room, one noun a file."""

from citybrain.hub.data.models.catalogue_class import CatalogueClass
from citybrain.hub.data.models.catalogue_import import CatalogueImport
from citybrain.hub.data.models.duty import Duty, DutyBinding
from citybrain.hub.data.models.edition import Edition
from citybrain.hub.data.models.job import Job
from citybrain.hub.data.models.lineage import Lineage
from citybrain.hub.data.models.read_log import ReadLog
from citybrain.hub.data.models.resource import Item, Resource
from citybrain.hub.data.models.resource_words import ResourceWords
from citybrain.hub.data.models.subscription import Subscription
from citybrain.hub.data.models.suggestion import Suggestion

__all__ = [
    "CatalogueClass", "CatalogueImport", "Duty", "DutyBinding", "Edition", "Item", "Job", "Lineage", "ReadLog",
    "Resource", "ResourceWords", "Subscription", "Suggestion",
]  # fmt: skip
