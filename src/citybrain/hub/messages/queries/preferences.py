"""Which channels somebody wants."""

from uuid import UUID

from citybrain.hub.messages.data import Preferences
from citybrain.hub.messages.models import Preference
from citybrain.hub.messages.queries.inbox import holders
from citybrain.kernel.actor import Actor


def preferences_of(holder_id: UUID) -> Preferences:
    """The holder's channels; all on when nothing was said."""
    row = Preference.objects.filter(pk=holder_id).first()
    return Preferences(row.inbox, row.sms, row.mail) if row else Preferences()


def preferences(actor: Actor) -> Preferences:
    """The actor's own channels."""
    ids = holders(actor)
    return preferences_of(ids[0]) if ids else Preferences()
