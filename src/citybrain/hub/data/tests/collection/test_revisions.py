"""A collection in use is changed beside itself: it goes on meanwhile, runs keep the version they began under, and every
version says what changed, by whom and why."""

from dataclasses import replace

import pytest
from django.urls import reverse

from citybrain.hub.data.collection import rejects
from citybrain.hub.data.collection import running as work
from citybrain.hub.data.collection.actions.collections import activate_collection, pause_collection, save_step
from citybrain.hub.data.collection.actions.revisions import discard_revision, revise_collection
from citybrain.hub.data.collection.actions.runs import begin_run
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.domain.cycle import Cycle
from citybrain.hub.data.collection.queries.owned import run_for
from citybrain.hub.data.jobs import running
from citybrain.hub.data.models import Collection, CollectionRun, Item, Resource
from citybrain.hub.data.tests.collection import factories as f
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.errors import Conflict, Invalid
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
FILE = "编号,名称,成立,备注\n1,甲店,2020-01-02,好\n2,乙,2021-03-04,\n".encode()
COLUMNS = [{"name": name, "kind": ""} for name in ("编号", "名称", "成立", "备注")]


def changed(made: Collection, reason: str = "", **values) -> Collection:
    draft = revise_collection(made, by=f.BY)
    save_step(draft, step=6, by=f.BY, **values)
    return activate_collection(draft, by=f.BY, reason=reason)


def mapping(*rules: Mapped) -> list[dict]:
    return [m.as_dict() for m in rules]


def test_a_rule_and_an_item_are_added(lake):
    made = f.collection(FILE, columns=COLUMNS)
    assert f.done(made).rejected == 0
    rules = [f.FIRMS[0], replace(f.FIRMS[1], pattern=".*店"), f.FIRMS[2], Mapped("备注", "note")]
    again = changed(made, "店名要写全", mapping=mapping(*rules), cycle=Cycle("daily", at="03:00").as_dict())
    assert again.pk == made.pk
    assert not Collection.objects.filter(revises=made).exists()
    assert list(Item.objects.filter(resource="scjg.firm").values_list("name", flat=True)) == [
        "number",
        "name",
        "founded",
        "note",
    ]
    assert again.next_at is not None
    run = f.done(again, file=f.stored(FILE)[0])
    assert (run.version, run.accepted, run.rejected) == (2, 1, 1)
    assert next(rejects.rejected(run))["why"] == [["名称", "pattern"]]
    newest, first = again.versions.order_by("-number")
    assert (newest.number, sorted(newest.changed), newest.reason) == (2, ["cycle", "mapping"], "店名要写全")
    assert first.settled["mapping"] == mapping(*f.FIRMS)
    line = AuditEntry.objects.filter(action="data.change_collection").get()
    assert line.after["version"] == 2
    assert line.purpose == "店名要写全"


@pytest.mark.django_db(transaction=True)
def test_a_run_that_has_begun_goes_on_under_its_version(lake, monkeypatch):
    made = f.collection(FILE, columns=COLUMNS)
    run = begin_run(made, by=f.BY)
    changed(made, mapping=mapping(*f.FIRMS[:1], replace(f.FIRMS[1], pattern="无"), f.FIRMS[2]))
    running.do_next()
    run.refresh_from_db()
    assert (run.version, run.accepted, run.rejected) == (1, 2, 0)
    assert Collection.objects.get().mapping[1]["pattern"] == "无", "the run changed nothing of the collection"


@pytest.mark.django_db(transaction=True)
def test_a_run_that_stopped_half_way_ends_under_its_version(lake, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 10)
    commit = work.commit_batch

    def failing(*given):
        if given[2] == 2:
            raise RuntimeError("gone")
        return commit(*given)

    monkeypatch.setattr(work, "commit_batch", failing)
    body = ("编号,名称,成立\n" + "".join(f"{n},店{n},\n" for n in range(1, 301))).encode()
    made = f.collection(body)
    assert f.done(made).job.state == "failed"
    monkeypatch.setattr(work, "commit_batch", commit)
    again = changed(made, mapping=mapping(f.FIRMS[0], replace(f.FIRMS[1], pattern="无"), f.FIRMS[2]))
    run = begin_run(again, by=f.BY)
    running.do_next()
    run.refresh_from_db()
    assert (run.version, run.accepted, run.rejected) == (1, 300, 0)


def test_a_collection_of_before_versions_keeps_what_it_was(lake):
    made = f.collection(FILE, columns=COLUMNS)
    f.done(made)
    made.versions.all().delete()
    Collection.objects.update(version=0)
    CollectionRun.objects.update(version=0)
    changed(made, drift="continue")
    assert list(made.versions.order_by("number").values_list("number", "changed")) == [
        (1, []),
        (2, ["drift"]),
    ]
    assert CollectionRun.objects.get().version == 1


def test_a_change_may_not_lead_elsewhere_or_bring_rows_twice(lake):
    made = f.collection(FILE, columns=COLUMNS)
    for values, path in (
        ({"resource": "scjg.other"}, "mapping"),
        ({"follow": "编号"}, "follow"),
        ({"mapping": mapping(replace(f.FIRMS[0], type="text"))}, "mapping"),
        ({"mapping": []}, "mapping"),
    ):
        with pytest.raises(Invalid) as refused:
            changed(made, **values)
        assert refused.value.problems[0].path == path
        discard_revision(Collection.objects.get(revises=made), by=f.BY)
    assert Collection.objects.get().version == 1
    assert not Resource.objects.filter(pk="scjg.other").exists()


def test_another_table_is_read_from_its_beginning_other_files_are_not_taken_again(lake, tmp_path):
    made = f.collection(
        given=f.source("postgresql", host="127.0.0.1"), thing="a", follow="编号", columns=COLUMNS
    )
    Collection.objects.update(position={"value": "9"})
    assert changed(made, thing="b").position == {}
    Resource.objects.all().delete()
    other = f.collection(given=f.source("folder", path=str(tmp_path)), thing="a*.csv", columns=COLUMNS)
    Collection.objects.filter(pk=other.pk).update(position={"taken": {"a1.csv": [1, 2]}})
    assert changed(other, thing="*.csv").position == {"taken": {"a1.csv": [1, 2]}}


def test_one_change_at_a_time_and_a_paused_collection_stays_paused(lake):
    made = f.collection(FILE, columns=COLUMNS)
    draft = revise_collection(made, by=f.BY)
    assert revise_collection(made, by=f.BY).pk == draft.pk
    with pytest.raises(Conflict):
        revise_collection(draft, by=f.BY)
    pause_collection(made, by=f.BY)
    save_step(draft, step=6, by=f.BY, cycle=Cycle("daily").as_dict())
    again = activate_collection(draft, by=f.BY)
    assert (again.state, again.next_at) == ("paused", None)
    with pytest.raises(Conflict):
        discard_revision(again, by=f.BY)


def test_rejected_rows_are_shown_and_come_back_under_the_version_they_were_rejected_by(lake, clerk):
    made = f.collection(FILE.replace("乙,2021-03-04".encode(), "乙,昨天".encode()), columns=COLUMNS)
    run = f.done(made)
    assert run.rejected == 1
    changed(made, mapping=mapping(*f.FIRMS[:2]), columns=COLUMNS[:2])
    seen = run_for(people.actor(clerk), run.pk)
    assert [m["column"] for m in seen.collection.mapping] == ["编号", "名称", "成立"]
    back = begin_run(made, by=f.BY, kind="correction", parent=run)
    assert back.version == 1


def test_a_clerk_changes_a_collection_on_the_pages(client, clerk, neighbour, lake):
    made = f.collection(FILE, columns=COLUMNS)
    client.force_login(neighbour)
    assert client.post(reverse("data:revise_collection", args=[made.pk])).status_code == 404
    client.force_login(clerk)
    begun = client.post(reverse("data:revise_collection", args=[made.pk]))
    draft = Collection.objects.get(revises=made)
    assert begun.url == reverse("data:wizard", args=[draft.pk, 2])
    assert client.post(begun.url, {}).status_code == 302
    page = client.get(reverse("data:collection", args=[made.pk])).content.decode()
    assert "变更" in page
    sent = {"resource": "scjg.firm", "dataset_title": "企业"} | {
        f"item_{n}": item for n, item in enumerate(["number", "name", "founded", "+"])
    } | {"name_3": "note", "title_3": "备注", "type_3": "text", "grade_3": "L1"}  # fmt: skip
    moved = client.post(
        reverse("data:wizard", args=[draft.pk, 3]), sent | {"resource": "+", "noun": "elsewhere"}
    )
    assert moved.status_code == 422, "another dataset is another collection"
    assert client.post(reverse("data:wizard", args=[draft.pk, 3]), sent).status_code == 302
    draft.refresh_from_db()
    kept = [(m["item"], m["required"]) for m in draft.mapping]
    assert kept == [("number", True), ("name", False), ("founded", False), ("note", False)], "rules that stay"
    rules = {
        "mode": "append",
        "every": "manual",
        "at": "02:00",
        "drift": "stop",
        "number": "1",
        "required": ["number"],
    }
    rules["pattern_1"] = ".*店"
    assert client.post(reverse("data:wizard", args=[draft.pk, 4]), rules).status_code == 302
    assert client.get(reverse("data:wizard", args=[draft.pk, 5])).status_code == 200
    done = client.post(reverse("data:wizard", args=[draft.pk, 6]), {"reason": "店名要写全"})
    assert done.url == reverse("data:collection", args=[made.pk])
    page = client.get(done.url).content.decode()
    assert "店名要写全" in page
    assert Collection.objects.get().version == 2
    client.post(reverse("data:revise_collection", args=[made.pk]))
    draft = Collection.objects.get(revises=made)
    assert client.post(reverse("data:discard_revision", args=[draft.pk])).url == done.url
    assert Collection.objects.count() == 1
