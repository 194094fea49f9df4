"""What sharing hears of: a corrected record is told to its past readers."""

from citybrain.hub.data.data import RecordCorrected
from citybrain.hub.data.grants.actions.corrections import broadcast_correction
from citybrain.kernel import events


@events.subscriber(RecordCorrected, name="data.broadcast_correction")
def on_correction(event: RecordCorrected, meta: events.Meta) -> None:
    """A notice to every past reader."""
    broadcast_correction(event, by=meta.by)
