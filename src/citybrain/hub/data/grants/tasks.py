"""What repeats: the end of grants by time, warnings before it, reminders of receipts, due exchanges, used nonces."""

from citybrain.hub.data.grants.actions.authenticate import sweep_nonces
from citybrain.hub.data.grants.actions.batches import sweep_batches
from citybrain.hub.data.grants.actions.corrections import remind_of_corrections
from citybrain.hub.data.grants.actions.exchanges import begin_due_exchanges
from citybrain.hub.data.grants.actions.expire_grants import expire_grants, warn_of_expiry
from citybrain.kernel.actor import Actor
from citybrain.kernel.loops import every

BY = Actor.system("sharing of data")


@every(seconds=60, name="data.expire_grants")
def expiry() -> int:
    """Grants end on their day."""
    return expire_grants()


@every(seconds=3600, name="data.warn_of_expiry")
def warnings() -> None:
    """Thirty and seven days before."""
    warn_of_expiry()


@every(seconds=3600, name="data.remind_of_corrections")
def reminders() -> None:
    """Receipts that are overdue."""
    remind_of_corrections(by=BY)


@every(seconds=30, name="data.begin_exchanges")
def exchanges() -> None:
    """Exchanges whose time has come become jobs."""
    begin_due_exchanges(by=BY)


@every(seconds=300, name="data.sweep_nonces")
def nonces() -> None:
    """Nonces whose window is over."""
    sweep_nonces()


@every(seconds=3600, name="data.sweep_batches")
def batches() -> None:
    """Batches that were kept long enough."""
    sweep_batches()
