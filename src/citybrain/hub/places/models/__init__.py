"""Tables of places."""

from citybrain.hub.places.models.division import Division
from citybrain.hub.places.models.jurisdiction import Jurisdiction
from citybrain.hub.places.models.layer import Layer
from citybrain.hub.places.models.source import Decision, Source

__all__ = ["Decision", "Division", "Jurisdiction", "Layer", "Source"]
