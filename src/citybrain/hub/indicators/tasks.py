"""The loops of indicators in the worker: live figures, settled days, figures that are due."""

import time

from citybrain.hub.data import api as data
from citybrain.hub.indicators.actions import compute
from citybrain.kernel.loops import every

# However slow the database, counting takes at most a twentieth of its time.
SHARE = 20
_rest_until = 0.0
RECOUNT = "indicators_recount"


@every(seconds=5, name="indicators.refresh_live")
def refresh_live() -> None:
    """Renew live figures; after a slow turn, rest in proportion."""
    global _rest_until
    if time.monotonic() < _rest_until:
        return
    began = time.monotonic()
    compute.refresh_live()
    _rest_until = began + (time.monotonic() - began) * SHARE


@every(seconds=300, name="indicators.settle_days")
def settle_days() -> None:
    """Count the last weeks again and fill in new definitions."""
    compute.settle_days()


@every(seconds=60, name="indicators.compute_due")
def compute_due() -> None:
    """Compute periodic figures that are due."""
    compute.compute_due()


@data.job(RECOUNT, zh="重新计算指标", en="Count indicators again")
def recount(run: data.Run) -> dict[str, int]:
    """Indicators over the table the job is about."""
    return {"counted": sum(compute.compute_one(subject) for subject in compute.counting(run.subject))}
