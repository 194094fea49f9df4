"""Work on open data: versions made by jobs, harvests, and what is looked after every few minutes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q

from citybrain.apps.opendata.actions.alarms import alarm_late
from citybrain.apps.opendata.actions.build import make_version, refuse_hindered
from citybrain.apps.opendata.actions.harvest import harvest_portal
from citybrain.apps.opendata.actions.propose import begin_version
from citybrain.apps.opendata.actions.release import publish_version, sweep_files, withdraw_dataset
from citybrain.apps.opendata.actions.stories import KIND, tell_stories
from citybrain.apps.opendata.actions.workspace import sweep_workspaces
from citybrain.apps.opendata.data import NotOpenable
from citybrain.apps.opendata.models import OpenDataset, Portal
from citybrain.hub.data import api as data
from citybrain.kernel import clock, ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.loops import every

KEEPER = Actor.system("opendata.keeper")
EARLY = timedelta(hours=12)
TRY_AGAIN = 6 * 3600.0  # seconds: a source without rows is not asked every minute
HARVEST_EVERY = timedelta(days=1)
MOST = 20


@data.job("opendata_version", zh="生成开放数据版本", en="Make a version of an open dataset")
def version_job(run: data.Run) -> dict[str, Any]:
    """A version; published at once when the dataset is public under the same treatment and the checks pass."""
    dataset = OpenDataset.objects.get(pk=run.arguments["dataset"])
    there = dataset.versions.filter(number=run.arguments["number"]).exclude(state="candidate").first()
    if there is not None:  # an earlier run of this job did its work and was killed before it could say so
        return {"rows": there.rows, "passed": there.state != "held", "faults": there.report.get("faults", [])}
    made = make_version(dataset, run.arguments["number"], by=run.by)
    run.step(done=made.rows, total=made.rows)
    released = dataset.state == "published" or (dataset.pack and dataset.state == "draft")
    if released and made.report["passed"]:
        publish_version(dataset.pk, made.number, by=run.by)
    elif released:
        dataset.versions.filter(pk=made.pk).update(state="held")
    return {"rows": made.rows, "passed": made.report["passed"], "faults": made.report["faults"]}


@data.job("opendata_harvest", zh="采集开放目录", en="Harvest a catalogue")
def harvest_job(run: data.Run) -> dict[str, Any]:
    """One portal's feed into our list."""
    return harvest_portal(Portal.objects.get(pk=run.arguments["portal"]), by=run.by)


@data.job(KIND, zh="演示城市的数据开放", en="Open data of the demo city")
def stories_job(run: data.Run) -> dict[str, Any]:
    """Releases, remarks and requests of the demo city."""
    return tell_stories(run)


@every(seconds=60, name="opendata.look_after")
def look_after() -> None:
    """Renew what has a source of its own before it is late, note what is, remove dead files."""
    renew()
    sweep_files()
    sweep_workspaces()
    alarm_late(by=KEEPER)


def renew() -> int:
    """Begin versions for standing datasets that have none yet or are nearly due."""
    now = clock.now()
    wanted = Q(state="draft") | Q(state="published", due_at__lte=now + EARLY)
    found = OpenDataset.objects.filter(wanted, kind="own", source__startswith="standing:").exclude(pack="")
    begun = 0
    for dataset in found[:MOST]:
        if not ratelimit.refused_for(f"opendata.renew:{dataset.pk}", 1, TRY_AGAIN):
            begin_version(dataset, by=KEEPER)
            begun += 1
    return begun


@every(seconds=300, name="opendata.take_off_hindered")
def take_off_hindered() -> int:
    """Withdraw public datasets whose source was graded up or closed meanwhile (A22 holds every day, not once)."""
    count = 0
    for dataset in OpenDataset.objects.filter(state="published", source__startswith="resource:"):
        try:
            refuse_hindered(dataset)
        except NotOpenable as found:
            if found.code in ("l4", "not_opened", "personal"):
                withdraw_dataset(dataset.pk, reason=str(found), by=KEEPER)
                count += 1
        except NotFound:
            continue
    return count


@every(seconds=600, name="opendata.harvest")
def harvest() -> None:
    """Begin the daily harvest of every active portal."""
    late = clock.now() - HARVEST_EVERY
    for portal in Portal.objects.filter(Q(harvested_at=None) | Q(harvested_at__lte=late), active=True)[:MOST]:
        begin_harvest(portal, by=KEEPER)


def begin_harvest(portal: Portal, *, by: Actor) -> Any:
    """The job of one portal."""
    return data.begin_job(
        "opendata_harvest",
        by=by,
        subject=f"portal:{portal.pk}",
        arguments={"portal": str(portal.pk)},
        alone=True,
    )
