"""Tables of indicators."""

from citybrain.hub.indicators.models.indicator import Definition, Indicator
from citybrain.hub.indicators.models.task import Task
from citybrain.hub.indicators.models.value import Headline, Value

__all__ = ["Definition", "Headline", "Indicator", "Task", "Value"]
