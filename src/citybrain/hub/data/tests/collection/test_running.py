"""A run takes what is right, keeps what is wrong with its reasons, takes nothing twice, and goes on where it stopped."""

from datetime import date

import pytest

from citybrain.hub.data.collection import rejects
from citybrain.hub.data.collection import running as work
from citybrain.hub.data.collection.actions.runs import begin_run, bring_corrected
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.jobs import running
from citybrain.hub.data.models import Collection, Job, Resource, RunBatch
from citybrain.hub.data.tests.collection import factories as f

pytestmark = pytest.mark.django_db
GOOD = "编号,名称,成立\n1,甲店,2020-01-02\n2,乙店,2021/3/4\n".encode("gbk")
MIXED = "编号,名称,成立\n1,甲店,2020-01-02\nx,乙店,昨天\n3,丙店,\n4,丁店\n".encode("gb18030")


def lines(count: int) -> bytes:
    return ("编号,名称,成立\n" + "".join(f"{n},店{n},2020-01-01\n" for n in range(1, count + 1))).encode()


def test_right_rows_come_in(lake):
    run = f.done(f.collection(GOOD))
    assert (run.job.state, run.collected, run.accepted, run.rejected) == ("done", 2, 2, 0)
    assert f.landed() == [(1, "甲店", date(2020, 1, 2)), (2, "乙店", date(2021, 3, 4))]
    assert Resource.objects.get(pk="scjg.firm").rows == 2


def test_wrong_rows_are_kept_with_row_column_reason_and_text(lake):
    run = f.done(f.collection(MIXED))
    assert (run.collected, run.accepted, run.rejected) == (4, 2, 2)
    first, second = rejects.rejected(run)
    assert (first["n"], first["why"]) == (3, [["编号", "type"], ["成立", "type"]])
    assert first["values"] == {"编号": "x", "名称": "乙店", "成立": "昨天"}
    assert (second["n"], second["why"], second["text"]) == (5, [["", "columns"]], "4,丁店")
    assert run.reasons == {"编号:type": 1, "成立:type": 1, ":columns": 1}


def test_a_row_in_a_wrong_encoding_is_one_rejected_row(lake):
    content = (
        "编号,名称,成立\n1,甲,2020-01-01\n".encode()
        + b"2,\xff\xfe\x81,2020-01-01\n"
        + "3,丙,2020-01-01\n".encode()
    )
    run = f.done(f.collection(content))
    assert (run.job.state, run.accepted, run.rejected) == ("done", 2, 1)
    assert next(rejects.rejected(run))["why"] == [["名称", "lost"]]


def test_the_same_run_done_again_takes_nothing_twice(lake, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 50)
    run = f.done(f.collection(lines(250)))
    assert f.landed("SELECT count(*), count(DISTINCT number) FROM scjg.firm") == [(250, 250)]
    Job.objects.update(state="running")
    running.do_next()
    assert f.landed("SELECT count(*) FROM scjg.firm") == [(250,)]
    assert RunBatch.objects.filter(run=run).count() > 1


@pytest.mark.django_db(transaction=True)
def test_a_run_goes_on_behind_the_last_committed_batch(lake, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 100)
    commit = work.commit_batch

    def failing(*given):
        if given[2] == 3:
            raise RuntimeError("the machine is gone")
        return commit(*given)

    monkeypatch.setattr(work, "commit_batch", failing)
    made = f.collection(lines(1000))
    run = f.done(made)
    assert run.job.state == "failed"
    assert 0 < run.collected < 1000
    monkeypatch.setattr(work, "commit_batch", commit)
    again = begin_run(made, by=f.BY)
    assert again.pk == run.pk, "a new run would take the first batches twice"
    running.do_next()
    run.refresh_from_db()
    assert (run.collected, run.accepted) == (1000, 1000)
    assert f.landed("SELECT count(*), count(DISTINCT number) FROM scjg.firm") == [(1000, 1000)]


def test_replace_shows_the_new_table_at_once_and_only_it(lake):
    made = f.collection(GOOD, mode="replace")
    f.done(made)
    Collection.objects.update(sample=f.stored("编号,名称,成立\n9,新,2022-02-02\n".encode("gbk"))[0])
    f.done(made)
    assert f.landed() == [(9, "新", date(2022, 2, 2))]


def test_upsert_keeps_the_newest_of_each_key(lake):
    mapping = [Mapped("编号", "number", "integer", is_key=True), *f.FIRMS[1:]]
    made = f.collection(GOOD, mode="upsert", mapping=mapping)
    f.done(made)
    newer = "编号,名称,成立\n2,乙改,2021-03-04\n3,丙,\n2,乙再改,2021-03-04\n"
    Collection.objects.update(sample=f.stored(newer.encode("gbk"))[0])
    f.done(made)
    assert [row[:2] for row in f.landed()] == [(1, "甲店"), (2, "乙再改"), (3, "丙")]


def test_a_changed_source_stops_the_run_with_a_sentence(lake):
    made = f.collection(GOOD)
    Collection.objects.update(sample=f.stored("编号,名字,成立\n1,x,\n".encode("gbk"))[0])
    run = f.done(made)
    assert run.job.state == "failed"
    assert "来源缺少列“名称”" in run.job.error
    assert "来源新增列“名字”" in run.job.error
    assert f.landed() == []


def test_a_changed_source_goes_on_where_a_person_said_so(lake):
    made = f.collection(GOOD, drift="continue")
    Collection.objects.update(sample=f.stored("编号,名字,成立\n1,x,\n".encode("gbk"))[0])
    assert f.done(made).job.state == "done"
    assert f.landed() == [(1, None, None)]


def test_corrected_rows_come_back_tied_to_their_run(lake):
    run = f.done(f.collection(MIXED))
    file, name = f.stored(
        "编号,名称,成立,错误说明 error\n2,'=乙店,2020-02-02,第3行\n".encode("utf-8-sig"), "corrected.csv"
    )
    back = bring_corrected(run, file=file, file_name=name, by=f.BY)
    running.do_next()
    back.refresh_from_db()
    assert (back.parent_id, back.accepted, back.kind) == (run.pk, 1, "correction")
    assert f.landed()[1] == (2, "=乙店", date(2020, 2, 2))


def test_one_run_at_a_time(lake):
    made = f.collection(GOOD)
    assert begin_run(made, by=f.BY).pk == begin_run(made, by=f.BY).pk


@pytest.mark.django_db(transaction=True)
def test_pause_and_resume(lake, monkeypatch):
    from citybrain.hub.data.jobs.actions import wish_of_job

    monkeypatch.setattr(work, "BATCH", 100)
    commit = work.commit_batch

    def pausing(*given):
        if given[2] == 2:
            wish_of_job(given[0].job_id, "pause", by=f.BY)
        return commit(*given)

    monkeypatch.setattr(work, "commit_batch", pausing)
    run = f.done(f.collection(lines(1000)))
    assert run.job.state == "paused"
    assert run.batches.count() == 2
    wish_of_job(run.job_id, "resume", by=f.BY)
    running.do_next()
    assert f.landed("SELECT count(*), count(DISTINCT number) FROM scjg.firm") == [(1000, 1000)]


def test_an_uploaded_file_is_collected_once(lake):
    made = f.collection(GOOD)
    f.done(made)
    assert f.done(made).collected == 0
    later, name = f.stored("编号,名称,成立\n3,丙,\n".encode("gbk"))
    assert f.done(made, file=later, file_name=name, shape=made.shape).accepted == 1
    assert f.done(made).collected == 0
    assert len(f.landed()) == 3
