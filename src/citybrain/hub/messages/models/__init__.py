"""Tables of messages."""

from citybrain.hub.messages.models.delivery import Delivery
from citybrain.hub.messages.models.message import Message
from citybrain.hub.messages.models.notice import Notice
from citybrain.hub.messages.models.preference import Preference

__all__ = ["Delivery", "Message", "Notice", "Preference"]
