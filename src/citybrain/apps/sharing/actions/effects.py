"""What transitions of data cases do in the data room: open, suspend and end grants. Database work inside the act."""

from datetime import date
from typing import Any

from citybrain.apps.sharing.models import DataRequest
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

ROBOT = Actor.system("sharing.grants")
MOVES = {"suspend": data.suspend_grant, "resume": data.resume_grant, "revoke": data.revoke_grant}


def issue_data_grant(case: cases.CaseRecord, transition: Any, args: Any, by: Actor) -> dict[str, Any]:
    """The grant that the case decided: what was asked, for the unit that asked, until the months are over."""
    asked = cases.case_for(ROBOT, case.id).data
    granted = data.issue_grant(
        resource=asked["resource"], items=asked["items"], consumer=case.context["parties"]["consumer"],
        purpose=data.Purpose(**asked["purpose"]), basis=asked["basis"], ways=asked["ways"],
        masked=asked.get("masked") or (), row_filter=asked.get("row_filter") or "",
        expires_on=months_later(clock.today(), int(asked.get("months") or 12)), quota_per_day=int(asked.get("quota") or 0),
        case_id=case.id, by=ROBOT,
    )  # fmt: skip
    DataRequest.objects.filter(case_id=case.id).update(grant_id=granted.id)
    return {"grant": str(granted.id), "until": granted.expires_on.isoformat()}


def move_data_grant(
    case: cases.CaseRecord, transition: Any, args: dict[str, str], by: Actor
) -> dict[str, Any]:
    """Suspend, resume or revoke the grant of this case for the reason given in the act."""
    grant = next(
        (g for g in data.grants_of(case.context["parties"]["consumer"]) if g.case_id == case.id), None
    )
    if grant is None:
        return {}
    MOVES[args["step"]](grant.id, reason=transition.name.zh, by=ROBOT)
    return {"grant": str(grant.id), "step": args["step"]}


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


cases.register_effect("issue_data_grant", issue_data_grant)
cases.register_effect("move_data_grant", move_data_grant)
