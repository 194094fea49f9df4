"""The content scanner: how well it recognises synthetic columns, and that nothing changes before a person says so."""

import random

import pytest
from stdnum import luhn

from citybrain.hub.data.catalogue.actions.suggestions import confirm_suggestion, refuse_suggestion
from citybrain.hub.data.catalogue.domain.detectors import PROVINCES
from citybrain.hub.data.catalogue.domain.scanning import findings
from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.jobs.running import do_next
from citybrain.hub.data.models import Item, Job, Suggestion
from citybrain.hub.data.tests import factories as lake_rows
from citybrain.hub.identity.domain.identifiers import citizen_check_character, uscc_check_character
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.errors import Conflict, Invalid
from citybrain.kernel.models import AuditEntry

CHANCE = random.Random(20261130)
DIGITS = "0123456789"
ROADS = ["蕉城南路", "闽东中路", "八一五西路", "环城路", "东湖路"]
TOWNS = ["宁德市蕉城区", "福安市城北街道", "霞浦县松城街道", "古田县城东街道", "福鼎市桐山街道"]


def digits(n):
    return "".join(CHANCE.choice(DIGITS) for _ in range(n))


def citizen(year=None):
    day = f"{year or CHANCE.randint(1940, 2005)}{CHANCE.randint(1, 12):02d}{CHANCE.randint(1, 28):02d}"
    s17 = f"350902{day}{CHANCE.randint(1, 9):03d}"
    return s17 + citizen_check_character(s17)


def uscc():
    s17 = "91350902MA" + "".join(CHANCE.choice("0123456789ABCDEFGHJKLMNPQRTUWXY") for _ in range(7))
    return s17 + uscc_check_character(s17)


def card():
    stem = "622202" + digits(12)
    return stem + luhn.calc_check_digit(stem)


def mobile():
    return f"1{CHANCE.choice('3578')}{CHANCE.choice(DIGITS)}{digits(8)}"


def plate():
    return f"{CHANCE.choice(PROVINCES)}{CHANCE.choice('ABCDEFGH')}{CHANCE.choice('ABCDEF')}{digits(4)}"


def address():
    return f"福建省{CHANCE.choice(TOWNS)}{CHANCE.choice(ROADS)}{CHANCE.randint(1, 300)}号{CHANCE.randint(1, 20)}栋{CHANCE.randint(101, 2204)}室"


def person():
    return CHANCE.choice("林陈黄张吴刘郑王") + "".join(
        CHANCE.choice("小明华志强丽芳伟建国") for _ in range(CHANCE.randint(1, 2))
    )


def diagnosis():
    return CHANCE.choice(
        [
            "原发性高血压2级",
            "2型糖尿病",
            "诊断为急性支气管炎",
            "左侧股骨骨折",
            "慢性乙型肝炎",
            "冠心病,门诊随访",
        ]
    )


def spot():
    return f"{CHANCE.uniform(118.5, 120.5):.6f},{CHANCE.uniform(26.3, 27.6):.6f}"


def mostly(make, share=0.9, other=lambda: "未知"):
    """A column as it comes: some cells empty, some wrong."""
    return [make() if CHANCE.random() < share else CHANCE.choice([None, "", other()]) for _ in range(300)]


COLUMNS = [
    ("c1", "证件", mostly(citizen), {"citizen_number"}),
    ("c2", "字段二", mostly(citizen, 0.75), {"citizen_number"}),
    ("c3", "学生证件号", mostly(lambda: citizen(CHANCE.randint(2016, 2024))), {"minor"}),
    ("c4", "代码", mostly(uscc), {"uscc"}),
    ("c5", "卡", mostly(card), {"bank_card"}),
    ("c6", "联系", mostly(mobile), {"phone"}),
    ("c7", "座机", mostly(lambda: f"0593-2{digits(6)}"), {"phone"}),
    ("c8", "车", mostly(plate), {"plate"}),
    ("c9", "住处", mostly(address), {"address"}),
    ("c10", "情况", mostly(diagnosis), {"health"}),
    ("c11", "点位", mostly(spot), {"coordinates"}),
    ("c12", "邮箱", mostly(lambda: f"user{digits(4)}@example.com"), {"email"}),
    ("c13", "申请人姓名", mostly(person), {"name"}),
    ("c14", "备注", mostly(lambda: f"群众来电反映,请与其联系,电话{mobile()},尽快答复", 0.2, lambda: "一切正常"), {"phone"}),
    ("c15", "说明", mostly(lambda: f"经核查,申请人证件号码{citizen()}与登记一致,准予办理", 0.2), {"citizen_number"}),
    # What only looks like it.
    ("n1", "办件编号", mostly(lambda: digits(18)), set()),
    ("n2", "流水号", mostly(lambda: digits(20)), set()),
    ("n3", "订单号", mostly(lambda: "2026" + digits(12)), set()),
    ("n4", "金额", mostly(lambda: f"{CHANCE.uniform(1, 9e5):.2f}"), set()),
    ("n5", "区划代码", mostly(lambda: "350902" + digits(6)), set()),
    ("n6", "时间戳", mostly(lambda: "17" + digits(11)), set()),
    ("n7", "日期", mostly(lambda: f"2026-{CHANCE.randint(1, 12):02d}-{CHANCE.randint(1, 28):02d}"), set()),
    ("n8", "事项名称", mostly(lambda: CHANCE.choice(["食品经营许可", "公共场所卫生许可", "户口登记", "门牌编制"])), set()),
    ("n9", "单位名称", mostly(lambda: CHANCE.choice(["宁德市公安局", "蕉城区民政局", "福安市医院"])), set()),
    ("n10", "短语", mostly(lambda: CHANCE.choice(["黄色", "白天", "高级", "方案", "成功", "金属"])), set()),
    ("n11", "身高", mostly(lambda: str(CHANCE.randint(140, 190))), set()),
    ("n12", "行政区", mostly(lambda: CHANCE.choice(["蕉城区", "霞浦县", "福安市"])), set()),
    ("n13", "设备编号", mostly(lambda: f"NB{digits(10)}"), set()),
]  # fmt: skip


def test_it_recognises_what_is_there_and_little_else():
    right = wrong = missed = 0
    for name, title, values, expected in COLUMNS:
        found = {finding.kind for finding in findings(name, [title], values)}
        right += len(found & expected)
        wrong += len(found - expected)
        missed += len(expected - found)
    assert right / (right + missed) >= 0.95, f"recall {right}/{right + missed}"
    assert right / (right + wrong) >= 0.95, f"precision {right}/{right + wrong}"


def test_samples_give_nobody_away():
    for name, title, values, expected in COLUMNS[:15]:
        for finding in findings(name, [title], values):
            shown = set(finding.samples) & {str(v) for v in values}
            assert not shown or expected == {"uscc"}, finding


def test_too_few_values_are_judged_by_name_only():
    [finding] = findings("phone", ["联系电话"], [])
    assert finding.by_name
    assert findings("x", ["备注"], ["a", "b"]) == []


@pytest.fixture
def scanned(draft, clerk):
    """The table with phones in the remarks, looked at by the job."""
    rows = [
        {"licence_no": f"JY{i:06d}", "firm": "某店", "chief": "林小明", "remark": mobile()} for i in range(80)
    ]
    lake_rows.deliver(draft.pk, rows)
    begin_job("catalogue_scan", by=people.actor(clerk), subject=draft.pk)
    return draft


@pytest.fixture
def found(scanned, transactional_job):
    return Suggestion.objects.get(resource=scanned, item="remark")


@pytest.fixture
def transactional_job(scanned):
    assert do_next()
    job = Job.objects.get(kind="catalogue_scan")
    assert job.state == "done", job.error
    return job


def test_the_job_proposes_and_changes_nothing(found, transactional_job):
    assert (found.kind, found.grade, found.state, found.hits) == ("phone", "L3", "open", 80)
    assert "****" in found.samples[0]
    item = Item.objects.get(resource=found.resource_id, name="remark")
    assert (item.grade, item.personal) == ("L1", "")
    assert transactional_job.done == 4


def test_a_person_confirms_and_the_grade_rises(found, clerk):
    confirm_suggestion(found.pk, by=people.actor(clerk))
    item = Item.objects.get(resource=found.resource_id, name="remark")
    assert (item.grade, item.personal, item.identifier) == ("L3", "phone", "phone")
    assert AuditEntry.objects.filter(action="data.confirm_suggestion").exists()
    with pytest.raises(Conflict):
        confirm_suggestion(found.pk, by=people.actor(clerk))


def test_what_was_refused_is_not_brought_again(found, clerk):
    with pytest.raises(Invalid):
        refuse_suggestion(found.pk, reason=" ", by=people.actor(clerk))
    refuse_suggestion(found.pk, reason="是内部分机号", by=people.actor(clerk))
    begin_job("catalogue_scan", by=people.actor(clerk), subject=found.resource_id)
    assert do_next()
    assert Suggestion.objects.get(pk=found.pk).state == "refused"
    assert not Suggestion.objects.filter(state="open").exists()
