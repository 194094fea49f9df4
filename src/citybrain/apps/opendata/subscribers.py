"""What open data does when rows arrive and when requests for data are decided."""

from typing import Any

from citybrain.apps.opendata.actions.propose import begin_version
from citybrain.apps.opendata.actions.release import publish_effect, settle_effect, withdraw_effect
from citybrain.apps.opendata.models import DataRequest, OpenDataset
from citybrain.apps.opendata.queries import case_pages
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.kernel.actor import Actor
from citybrain.kernel.events import Meta, subscriber

cases.register_effect("publish_open_dataset", publish_effect)
cases.register_effect("settle_open_dataset", settle_effect)
cases.register_effect("withdraw_open_dataset", withdraw_effect)
cases.show_case_data("open_release", case_pages.release_pages)
cases.show_case_data("open_withdrawal", case_pages.release_pages)
cases.show_case_data("open_request", case_pages.request_pages)


@subscriber(data.RowsDelivered, name="opendata.renew_after_delivery")
def renew_after_delivery(event: data.RowsDelivered, meta: Meta) -> None:
    """A delivery into the source of a public dataset makes its next version."""
    for dataset in OpenDataset.objects.filter(source=f"resource:{event.resource}", state="published"):
        begin_version(dataset, by=Actor.system("opendata.keeper"))


@subscriber(cases.Transitioned, name="opendata.follow_request")
def follow_request(event: cases.Transitioned, meta: Meta) -> None:
    """The public line of a request for data follows its case."""
    if event.case_type != "open_request":
        return
    values: dict[str, Any] = {"state": event.to_state}
    if event.outcome:
        values |= {"outcome": event.outcome, "decided_at": event.at}
    DataRequest.objects.filter(case_id=event.case_id).update(**values)
