"""An objection becomes a case; the record is flagged meanwhile; a correction is written back and told to every reader."""

import pytest

from citybrain.apps.sharing.models import ObjectionCase
from citybrain.apps.sharing.tests import factories as f
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.hub.data.lake import reading
from citybrain.hub.data.models import CorrectionNotice
from citybrain.hub.data.tests import factories as rows
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import events
from citybrain.kernel.errors import Conflict

NUMBER = "11010519491231002X"


@pytest.fixture
def objected(city):
    rows.deliver(
        "gaj.person", [{"number": NUMBER, "name": "张山"}, {"number": "350902199001010010", "name": "李四"}]
    )
    data.raise_objection(
        resource_key="gaj.person",
        record=NUMBER,
        item="name",
        claimed="张三",
        reason="姓名登记有误",
        by=f.acting(city.asking),
    )
    events.deliver_own()
    return ObjectionCase.objects.get()


def test_it_goes_to_the_source_and_the_record_is_flagged(city, objected):
    assert (objected.state, objected.provider, objected.consumer) == ("raised", "350900-gaj", "350900-mzj")
    assert not data.under_objection("gaj.person", NUMBER)
    f.step(objected, "register", city.officer)
    assert objected.state == "source_check"
    assert data.under_objection("gaj.person", NUMBER)


def test_a_correction_is_written_back_and_the_flag_falls(city, objected):
    f.step(objected, "register", city.officer)
    f.step(objected, "correct", city.giving, new_value="张三", evidence="户籍档案")
    events.deliver_own()
    assert objected.state == "corrected"
    names = reading.query("SELECT name FROM gaj.person ORDER BY number").rows
    assert names == [("张三",), ("李四",)]
    assert not data.under_objection("gaj.person", NUMBER)


def test_past_readers_are_told(city, objected):
    grant = data.issue_grant(
        resource="gaj.person", items=["number", "name"], consumer="350900-mzj", basis="社会救助暂行办法", ways=["api"],
        purpose=data.Purpose("duty", "mzj-aid", "核对救助对象身份"), expires_on=f.next_year(), quota_per_day=100,
        by=f.acting(city.officer),
    )  # fmt: skip
    data.shared_read(
        grant.id, caller=data.Caller("350900-mzj"), purpose=grant.purpose_word, way="api",
        wanted=data.Wanted(filters=(data.Filter("number", "=", NUMBER),)),
    )  # fmt: skip
    f.step(objected, "register", city.officer)
    f.step(objected, "correct", city.giving, new_value="张三", evidence="户籍档案")
    events.deliver_own()
    notice = CorrectionNotice.objects.get()
    assert notice.consumer == "350900-mzj"
    assert notice.old_hash
    assert notice.old_hash != notice.new_hash


def test_kept_and_reviewed(city, objected):
    f.step(objected, "register", city.officer)
    f.step(objected, "keep", city.giving, reason="与户籍档案一致")
    assert not data.under_objection("gaj.person", NUMBER)
    f.step(objected, "ask_review", city.asking, ground="档案有误")
    assert data.under_objection("gaj.person", NUMBER)
    f.step(objected, "uphold", city.head, reason="经复核属实")
    assert objected.state == "upheld"
    assert not data.under_objection("gaj.person", NUMBER)


def test_not_registered(city, objected):
    f.step(objected, "dismiss", city.officer, reason="所指记录不存在")
    assert objected.state == "dismissed"
    assert data.objection(objected.objection_id).state == "dismissed"


def test_the_same_value_is_objected_to_once_at_a_time(city, objected):
    with pytest.raises(Conflict):
        data.raise_objection(
            resource_key="gaj.person", record=NUMBER, item="name", claimed="张三", reason="姓名登记有误",
            by=f.acting(city.asking),
        )  # fmt: skip


def test_what_is_claimed_is_not_in_the_list(city, objected, client):
    client.force_login(city.asking)
    assert "张三" not in client.get("/sharing/objections/").content.decode()


def test_what_a_person_sends_reaches_the_authority_at_once(city):
    rows.deliver("gaj.person", [{"number": NUMBER, "name": "张山"}])
    citizen = people.actor(people.citizen())
    data.raise_objection(
        resource_key="gaj.person", record=NUMBER, item="name", claimed="张三", reason="登记有误", by=citizen, subject="mark"
    )  # fmt: skip
    events.deliver_own()
    row = ObjectionCase.objects.get()
    assert (row.state, row.raised_by) == ("raised", "subject")
    f.step(row, "register", city.officer)
    assert row.state == "source_check"
    assert cases.case_for(citizen, row.case_id, purpose="own").record.state == "source_check"
