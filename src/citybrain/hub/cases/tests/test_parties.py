"""Cases between units: a role acts in the unit of its party, everybody who had a turn keeps sight, nobody else does."""

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.tests.factories import install_machine, load_holidays, official
from citybrain.kernel.errors import NotAllowed, NotFound

BUREAU, ASKING, GIVING, STRANGER = "350900-fgw", "350900-mzj", "350900-gaj", "350900-ybj"
MACHINE = {
    "key": "asking", "name": "数据申请", "numbering": "task", "number_on": "submit", "kind": "task",
    "roles": {"requester": "receiver", "checker": "reviewer", "provider": "receiver"},
    "parties": {"requester": "consumer", "provider": "provider"},
    "states": {
        "draft": {"name": "草稿", "kind": "start", "owner": "requester"},
        "checking": {"name": "审查", "owner": "checker"},
        "asked": {"name": "待答复", "owner": "provider"},
        "done": {"name": "已答复", "kind": "end", "outcome": "granted"},
    },
    "transitions": [
        {"from": "draft", "to": "checking", "action": "submit", "name": "提交", "by": "requester"},
        {"from": "checking", "to": "asked", "action": "forward", "name": "转办", "by": "checker"},
        {"from": "asked", "to": "done", "action": "agree", "name": "同意", "by": "provider"},
    ],
}  # fmt: skip


@pytest.fixture
def asked(base):
    load_holidays()
    install_machine(MACHINE)
    requester = official("receiver", org=ASKING)
    record = cases.open_case(
        case_type="asking", by=requester, organisation=BUREAU,
        context={"parties": {"consumer": ASKING, "provider": GIVING}},
    )  # fmt: skip
    return record.id, requester


def test_each_party_acts_in_its_turn(asked):
    case_id, requester = asked
    provider, checker = official("receiver", org=GIVING), official("reviewer", org=BUREAU)
    with pytest.raises(NotFound):
        cases.act(case_id, "submit", by=provider)
    cases.act(case_id, "submit", by=requester)
    assert [row.case.id for row in cases.worklist(checker).rows] == [case_id]
    cases.act(case_id, "forward", by=checker)
    with pytest.raises(NotAllowed):
        cases.act(case_id, "agree", by=requester)
    assert [row.case.id for row in cases.worklist(provider).rows] == [case_id]
    assert cases.act(case_id, "agree", by=provider).state == "done"


def test_parties_keep_sight_and_strangers_have_none(asked):
    case_id, requester = asked
    cases.act(case_id, "submit", by=requester)
    cases.act(case_id, "forward", by=official("reviewer", org=BUREAU))
    assert cases.case_for(requester, case_id).record.state == "asked"
    assert not cases.worklist(requester).rows
    with pytest.raises(NotFound):
        cases.case_for(official("receiver", org=STRANGER), case_id)


def test_a_party_names_a_role_of_the_machine():
    with pytest.raises(ValueError, match="'nobody' is not a role"):
        Machine.model_validate({**MACHINE, "parties": {"nobody": "consumer"}})
