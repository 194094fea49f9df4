"""The duty list: one unit an element, bound resources, what is still owed."""

import pytest

from citybrain.hub.data.catalogue.actions.describe import describe_item
from citybrain.hub.data.catalogue.actions.duties import bind_duty, hide_duty, keep_duty, unbind_duty
from citybrain.hub.data.catalogue.actions.publish import publish_resource
from citybrain.hub.data.catalogue.queries.duties import duties, lines
from citybrain.hub.data.models import Duty
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.errors import Invalid

ELEMENTS = [
    {"name": "enterprise.name", "title": {"zh": "名称", "en": "Name"}},
    {"name": "enterprise.address", "title": {"zh": "住所", "en": "Address"}},
]


def duty(key="scjg-enterprise", organisation="350902-scjg", **values):
    given = {
        "title": {"zh": "市场主体登记", "en": "Enterprises"},
        "elements": ELEMENTS,
        "basis": "市场主体登记管理条例",
    }
    return keep_duty(key, by=people.SYSTEM, organisation=organisation, **{**given, **values})


def test_an_element_is_one_units(city):
    duty()
    duty(title={"zh": "改名", "en": "Renamed"})
    with pytest.raises(Invalid) as refused:
        duty("wjw-enterprise", "350902-wjw")
    assert "350902-scjg" in str(refused.value)
    assert Duty.objects.count() == 1


def test_a_duty_names_its_basis(city):
    with pytest.raises(Invalid):
        duty(basis=" ")


def test_what_is_bound_and_what_is_still_owed(draft, clerk):
    by = people.actor(clerk)
    row = duty()
    assert list(duties(unbound=True)) == [row]
    bind_duty(row.pk, draft.pk, by=by)
    [line] = lines([row])
    assert (line.state, line.missing) == ("part", ("名称", "住所"))
    describe_item(draft.pk, "firm", values={"element": "enterprise.name", "is_source": True}, by=by)
    describe_item(draft.pk, "remark", values={"element": "enterprise.address"}, by=by)
    publish_resource(draft.pk, by=by, complete=True)
    assert lines([row])[0].state == "done"
    assert not duties(unbound=True)
    unbind_duty(row.pk, draft.pk, by=by)
    assert lines([row])[0].state == "none"


def test_a_source_against_the_list_is_refused(draft, clerk):
    by = people.actor(clerk)
    duty("wjw-enterprise", "350902-wjw")
    describe_item(draft.pk, "firm", values={"element": "enterprise.name", "is_source": True}, by=by)
    with pytest.raises(Invalid) as refused:
        publish_resource(draft.pk, by=by)
    assert refused.value.problems[0].code == "duty_elsewhere"
    hide_duty("wjw-enterprise", by=by)
    assert publish_resource(draft.pk, by=by).state == "published"


def test_another_units_resource_does_not_fulfil_it(draft, clerk):
    row = duty("wjw-enterprise", "350902-wjw")
    with pytest.raises(Invalid):
        bind_duty(row.pk, draft.pk, by=people.actor(clerk))
