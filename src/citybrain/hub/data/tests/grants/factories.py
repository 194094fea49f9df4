"""People of a table of the lake, a grant on them, a key, and calls signed with it."""

import json
from datetime import timedelta
from typing import Any

from citybrain.hub.data.grants.actions import keys
from citybrain.hub.data.grants.actions.issue_grant import issue_grant
from citybrain.hub.data.grants.data import Caller, GrantRecord, Purpose
from citybrain.hub.data.grants.domain import signing
from citybrain.hub.data.tests import factories
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.ids import new_id

BY = Actor.system("tests")
CONSUMER = "350902-scjg"
OTHER = "350921-scjg"
FOOD = Purpose("matter", "food-licence-new", "核对食品经营许可申请人的身份")
ROWS = [
    {"number": "350902199001010011", "name": "林小梅", "organisation": "350902-gaj", "division": "350902000000", "income": 100},
    {"number": "350902199001010022", "name": "陈建国", "organisation": "350902-gaj", "division": "350902000000", "income": 200},
    {"number": "350921199001010033", "name": "黄阿妹", "organisation": "350921-gaj", "division": "350921000000", "income": 300},
]  # fmt: skip


def people(rows: list[dict[str, Any]] = ROWS, **values: Any) -> None:
    """The published table with its rows; needs the fixture ``lake`` and a town."""
    factories.lake_resource(**values)
    if rows:
        factories.deliver("gaj.person", [{**row, "income": float(row["income"])} for row in rows])


def grant(**values: Any) -> GrantRecord:
    """A grant on name and number for a year."""
    given: dict[str, Any] = {
        "resource": "gaj.person", "items": ["number", "name"], "consumer": CONSUMER, "purpose": FOOD,
        "basis": "食品安全法第三十五条", "ways": ["api", "verify", "batch"], "masked": (), "row_filter": "",
        "expires_on": clock.today() + timedelta(days=365), "quota_per_day": 1000, "by": BY,
    }  # fmt: skip
    return issue_grant(**{**given, **values})


def caller(consumer: str = CONSUMER) -> Caller:
    """Somebody of the consumer inside this system."""
    return Caller(consumer)


class Client:
    """An application of a consumer that signs its calls."""

    def __init__(self, http: Any, consumer: str = CONSUMER, **values: Any) -> None:
        self.http = http
        self.application = keys.register_application(
            consumer=consumer, name=f"审批系统{str(new_id())[-6:]}", by=BY, **values
        )
        self.key = keys.make_key(self.application.pk, by=BY)

    def headers(
        self, method: str, path: str, body: bytes, grant: Any, purpose: str, **changed: str
    ) -> dict[str, str]:
        """The six headers; ``changed`` are put in after signing."""
        said = {
            "Timestamp": str(int(clock.now().timestamp())), "Nonce": str(new_id()).replace("-", ""),
            "Grant": str(grant), "Purpose": purpose,
        }  # fmt: skip
        text = signing.canonical(
            method=method, path=path, timestamp=said["Timestamp"], nonce=said["Nonce"], grant=said["Grant"],
            purpose=purpose, body=body,
        )  # fmt: skip
        key = signing.signing_key(self.key.secret, str(self.key.id))
        said |= {"Key": str(self.key.id), "Signature": signing.signature(key, text), **changed}
        return {f"X-Share-{name}": value for name, value in said.items()}

    def post(self, path: str, body: Any, grant: Any, purpose: str = FOOD.word, **changed: str) -> Any:
        """A signed POST."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = self.headers("POST", path, raw, grant, purpose, **changed)
        return self.http.post(path, raw, content_type="application/json", headers=headers)

    def get(self, path: str, grant: Any, purpose: str = FOOD.word, **changed: str) -> Any:
        """A signed GET; ``path`` with its query string."""
        return self.http.get(path, headers=self.headers("GET", path, b"", grant, purpose, **changed))
