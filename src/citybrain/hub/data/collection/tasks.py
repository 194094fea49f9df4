"""What repeats: beginning what is due, listening to streams, words about contracts. Importing ``running`` announces the job kind."""

from citybrain.hub.data.collection import running
from citybrain.hub.data.collection.actions.runs import enqueue_due
from citybrain.hub.data.collection.actions.warn_of_contracts import warn_of_contracts
from citybrain.hub.data.collection.stream import listen
from citybrain.kernel.loops import every


@every(seconds=15, name="data.enqueue_collections")
def enqueue_collections() -> int:
    """Begin what is due."""
    return enqueue_due()


@every(seconds=5, name="data.listen_streams")
def listen_streams() -> bool:
    """A few seconds of listening; true when there is a stream source, so that the next turn follows at once."""
    return listen()


@every(seconds=3600, name="data.warn_of_contracts")
def contracts() -> None:
    """Before the end of contracts of bought data, and at it."""
    warn_of_contracts()


__all__ = ["contracts", "enqueue_collections", "listen_streams", "running"]
