"""Officials at posts of the shipped directory, and requests taken as far as a test needs them."""

from datetime import date, timedelta

from citybrain.apps.sharing.actions.requests import Asked, open_request
from citybrain.apps.sharing.models import DataRequest
from citybrain.hub.cases import api as cases
from citybrain.hub.identity.models import Account, Post
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import clock, events
from citybrain.kernel.actor import Actor


def at(username: str, post: str) -> Account:
    """An official at a post of the directory."""
    return people.official(username, Post.objects.get(key=post))


def acting(account: Account) -> Actor:
    return people.actor(account)


def asked(**values) -> Asked:
    """A sound request for the register of people."""
    given = {
        "resource": "gaj.person", "items": ["number", "name"], "purpose_kind": "duty", "purpose_code": "mzj-aid",
        "purpose_text": "核对救助对象身份", "basis": "社会救助暂行办法", "ways": ["api", "verify"],
    }  # fmt: skip
    return Asked(**{**given, **values})


def request(by: Account, **values) -> DataRequest:
    """A submitted request."""
    return open_request(asked(**values), by=acting(by))


def step(row: DataRequest, action: str, by: Account, **data) -> DataRequest:
    """One act on the case, its events delivered; the row as it then stands."""
    cases.act(row.case_id, action, by=acting(by), data=data)
    events.deliver_own()
    row.refresh_from_db()
    return row


def next_year() -> date:
    """A day some months ahead."""
    return clock.today() + timedelta(days=200)
