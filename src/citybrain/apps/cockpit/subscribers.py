"""What the cockpit hears: cases moving, for the stream of the day. Drafts stay private; persons are never kept."""

from citybrain.apps.cockpit.actions.keep_happening import keep_happening
from citybrain.hub.cases.data import Transitioned
from citybrain.kernel.events import Meta, subscriber


@subscriber(Transitioned, name="cockpit.keep_happening")
def case_moved(event: Transitioned, meta: Meta) -> None:
    """A numbered case reached another state: one line for the stream."""
    if not event.case_no or event.from_state == event.to_state:
        return
    unit = event.organisation.split("-", 1)[0]
    keep_happening(
        event=meta.id,
        at=event.at,
        matter=event.matter_name,
        place=unit[:6] if unit.isdigit() else unit[:20],  # a town speaks for its county
        state=event.state_name,
    )
