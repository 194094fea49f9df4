"""Where a holder can be reached outside, as identity knows it at the moment of delivery."""

from citybrain.hub.identity import api as identity
from citybrain.hub.messages.models import Message
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

SYSTEM = Actor.system("messages.deliver")


def address_of(message: Message, channel: str) -> str:
    """The phone number (sms) of the message's holder; "" when identity knows none. Mail needs a given address."""
    if channel != "sms":
        return ""
    try:
        if message.holder_kind == "person":
            return identity.person(SYSTEM, message.holder_id).phone
        if message.holder_kind == "legal_person":
            return identity.legal_person(SYSTEM, message.holder_id).phone
    except NotFound:
        return ""
    return ""
