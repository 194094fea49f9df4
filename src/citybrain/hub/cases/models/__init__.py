"""Tables of the case engine, one noun a file."""

from citybrain.hub.cases.forms.models import Element, Form
from citybrain.hub.cases.models.case import Case, Material
from citybrain.hub.cases.models.clock import Clock, ClockInterval
from citybrain.hub.cases.models.history import Comment, Document, Transition
from citybrain.hub.cases.models.link import Link
from citybrain.hub.cases.models.machine import MachineVersion
from citybrain.hub.cases.models.number import NumberingProfile, NumberSequence
from citybrain.hub.cases.models.paper import Attachment
from citybrain.hub.cases.models.task import Task

__all__ = [
    "Attachment",
    "Case",
    "Clock",
    "ClockInterval",
    "Comment",
    "Document",
    "Element",
    "Form",
    "Link",
    "MachineVersion",
    "Material",
    "NumberSequence",
    "NumberingProfile",
    "Task",
    "Transition",
]
