"""Scans as jobs, the loops that queue them, and what is known about reaching a resource."""

from citybrain.hub.data.jobs.kinds import job
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.data.models import CollectionRun
from citybrain.hub.data.quality.actions.begin import RECHECK, SCAN, begin_daily, begin_due
from citybrain.hub.data.quality.actions.scan import scan
from citybrain.hub.data.quality.domain.reach import register_probe
from citybrain.kernel.loops import every


@job(SCAN, zh="质量检测", en="Check quality", pausable=True)
def scan_table(run: Run) -> dict:
    """All rules of a table."""
    return scan(run, mode=run.arguments.get("mode", "whole"))


@job(RECHECK, zh="质量复检", en="Re-check quality", pausable=True)
def recheck_rules(run: Run) -> dict:
    """Some rules of a table after a correction."""
    return scan(run, mode="recheck", only_rules=run.arguments.get("rules", []))


@every(seconds=15, name="data.scan_changed")
def scan_changed() -> None:
    """Tables that got rows and have been quiet since."""
    begin_due()


@every(seconds=300, name="data.scan_daily")
def scan_daily() -> None:
    """Every table once a day, a few at a time."""
    begin_daily()


def last_collection(key: str) -> bool | None:
    """Whether the newest finished collection of a resource succeeded; None when it was never collected by a job."""
    runs = CollectionRun.objects.filter(collection__resource=key, job__state__in=("done", "failed"))
    state = runs.order_by("-began_at").values_list("job__state", flat=True).first()
    return None if state is None else state == "done"


register_probe("collection", last_collection)
