"""The figures of the data room come from its own tables: indicators compute from them."""

from citybrain.apps.sharing.tests import factories as f
from citybrain.hub.data import api as data
from citybrain.hub.data.tests import factories as rows
from citybrain.hub.indicators import api as indicators


def test_requests_and_rows_are_counted(city):
    row = f.request(city.asking, resource="gaj.station", items=["name"])
    f.step(row, "grant", city.officer)
    assert data.measure("sharing.request", where="decided_at != null and answered_late = false") == 1
    rows.deliver("gaj.person", [{"number": "1"}, {"number": "2"}])
    data.note_delivery("gaj.person", batch="b", rows=2, by=f.acting(city.officer))
    assert data.measure("data.resource", measure="sum:rows", where='key = "gaj.person"') == 2
    assert data.measure("data.resource", where='key = "gaj.person" and fresh = true') == 1


def test_indicators_of_the_room_are_there(city):
    indicators.recompute()
    values = {reading.code: reading.value for reading in indicators.readings(family="data")}
    assert set(values) == {f"DAT0{n}" for n in range(1, 9)}
    assert values["DAT02"] >= 2
