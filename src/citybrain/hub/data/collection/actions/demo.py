"""A collection of the demo city: set up as a clerk does it, its files brought in one run after the other."""

import time
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile

from citybrain.hub.data.collection import staging
from citybrain.hub.data.collection.actions.collections import activate_collection, draft_collection, save_step
from citybrain.hub.data.collection.actions.runs import begin_run
from citybrain.hub.data.collection.actions.sources import upload_source
from citybrain.hub.data.collection.actions.uploads import store_upload
from citybrain.hub.data.collection.domain import guess
from citybrain.hub.data.collection.domain.checks import IDENTIFIERS, Mapped
from citybrain.hub.data.collection.domain.cycle import Cycle
from citybrain.hub.data.collection.domain.shape import recognised
from citybrain.hub.data.collection.queries.preview import preview
from citybrain.hub.data.jobs import running
from citybrain.hub.data.jobs.actions import OPEN, begin_job
from citybrain.hub.data.jobs.kinds import job
from citybrain.hub.data.models import Collection, Item, Job, Resource
from citybrain.hub.identity import api as identity
from citybrain.hub.packs import api as packs
from citybrain.kernel.actor import Actor
from citybrain.kernel.text import Text

KIND = "collect_demo"
LOOK = 0.5  # seconds between two looks at a run that another lane does


def begin_demo(pack: str, key: str, *, by: Actor) -> None:
    """Queue the collection of a document."""
    refuse_production()
    title = Text(zh="汇聚演示城市的文件", en="Collect the demo city's files")
    begin_job(KIND, by=by, subject=f"{pack}:{key}", title=title, organisation="350900-fgw", alone=True)


def refuse_production() -> None:
    """Made-up files never come into a real city's tables."""
    if settings.MODE != "demo":
        raise packs.PackError(
            zh="生产模式不装载演示数据", en="Demo files are not collected in production", code="demo_only"
        )


@job(KIND, zh="汇聚演示城市的文件", en="Collect the demo city's files")
def collect_demo(run: running.Run) -> dict[str, Any]:
    """The collection, then one run a file; a run that fails stays failed, as it does for a clerk."""
    refuse_production()
    pack, _sign, key = run.subject.partition(":")
    said: Any = next(d.data for d in packs.Library().pack(pack).docs("collections") if d.key == key)
    files = [packs.folder_of(pack) / name for name in said.files]
    by = identity.demo_actor(said.by)
    known = run.checkpoint.get("collection")
    made = Collection.objects.get(pk=known) if known else set_up(said, files[0], by)
    run.step(collection=str(made.pk))
    for number, path in enumerate(files):
        if number >= run.checkpoint.get("begun", 0):
            begun = begin_run(made, by=by, **(upload_of(path) if number else {}))
            Resource.objects.filter(pk=said.resource).update(demo=True)
            run.step(begun=number + 1)
            finish(begun.job_id)
    return {"files": len(files)}


def finish(job_id: UUID) -> None:
    """The run ends before the next file begins, whoever does it."""
    while Job.objects.filter(pk=job_id, state__in=OPEN).exists():
        with running.held(job_id) as mine:
            if mine:
                running.do(job_id)
                return
        time.sleep(LOOK)


def upload_of(path: Path) -> dict[str, Any]:
    """A file stored as an upload, with how it is to be read."""
    content = path.read_bytes()
    stored, name = store_upload(ContentFile(content, path.name))
    return {"file": stored, "file_name": name, "shape": recognised(content[: staging.HEAD], name).as_dict()}


def set_up(said: Any, path: Path, by: Actor) -> Collection:
    """The steps of the wizard: pick, look, map by titles, rules, finish."""
    given = upload_of(path)
    made = draft_collection(
        title=said.title, source=upload_source(by.organisation, by=by), thing=given["file_name"],
        sample=given["file"], sample_name=given["file_name"], by=by,
    )  # fmt: skip
    seen = preview(save_step(made, step=2, by=by, shape=given["shape"]))
    columns = [
        {"name": c.name, "kind": c.kind, "type": c.type, "identifier": c.identifier, "personal": c.personal}
        for c in seen.columns
    ]
    items = {item.name: item for item in Item.objects.filter(resource=said.resource)}
    titles = {name: (item.title.get("zh", ""), item.title.get("en", "")) for name, item in items.items()}
    found = guess.matched([c["name"] for c in columns], titles)
    mapping = [mapped(column, items[name], said.keys).as_dict() for column, name in found.items()]
    made = save_step(
        made, step=6, by=by, columns=columns, mapping=mapping, resource=said.resource, mode=said.mode,
        cycle=Cycle(every=said.cycle).as_dict(),
    )  # fmt: skip
    return activate_collection(made, by=by)


def mapped(column: str, item: Item, keys: list[str]) -> Mapped:
    """A column as the item says it."""
    return Mapped(
        column, item.name, item.type, item.required, item.length, identifier=item.identifier if item.identifier in IDENTIFIERS else "",
        title=item.title,
        personal=item.personal, grade=item.grade, is_key=item.name in keys,
    )  # fmt: skip
