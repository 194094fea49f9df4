"""Draft, published, changed, withdrawn: what each step refuses, keeps and tells."""

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.catalogue.actions.describe import (
    add_item,
    describe_item,
    describe_resource,
    new_resource,
)
from citybrain.hub.data.catalogue.actions.publish import publish_resource, withdraw_resource
from citybrain.hub.data.catalogue.actions.subscribe import subscribe, unsubscribe
from citybrain.hub.data.catalogue.queries.editions import compared, editions
from citybrain.hub.data.models import Resource, Subscription
from citybrain.hub.data.tests.catalogue.factories import described, licence_items
from citybrain.hub.identity.tests import factories as people
from citybrain.hub.messages.models import Message, Notice
from citybrain.kernel.dispatch import dispatch_once as dispatch
from citybrain.kernel.errors import Conflict, Invalid, NotFound
from citybrain.kernel.models import AuditEntry


def test_a_draft_gets_the_code_of_its_class_and_is_published(draft, clerk):
    assert draft.code == "301001/000001"
    row = publish_resource(draft.pk, by=people.actor(clerk), complete=True)
    assert (row.state, row.grade) == ("published", "L3")
    assert data.resource(draft.pk).published_at is not None


def test_publishing_names_everything_at_once(draft, clerk):
    by = people.actor(clerk)
    describe_resource(draft.pk, values={"sharing": "none", "security_owner": "", "cycle": ""}, by=by)
    with pytest.raises(Invalid) as refused:
        publish_resource(draft.pk, by=by, complete=True)
    assert {p.path for p in refused.value.problems} == {"sharing_basis", "security_owner", "cycle"}
    assert Resource.objects.get(pk=draft.pk).state == "draft"


def test_the_second_source_of_an_element_is_refused_with_the_first_named(draft, clerk):
    by = people.actor(clerk)
    source = {"element": "enterprise.name", "is_source": True}
    describe_item(draft.pk, "firm", values=source, by=by)
    publish_resource(draft.pk, by=by, complete=True)
    items = [{**item, **(source if item["name"] == "firm" else {})} for item in licence_items()]
    new_resource("scjg.shop", values=described(), items=items, by=by)
    with pytest.raises(Invalid) as refused:
        publish_resource("scjg.shop", by=by)
    assert "scjg.licence" in str(refused.value)
    describe_item("scjg.shop", "firm", values={"is_source": False}, by=by)
    assert publish_resource("scjg.shop", by=by).state == "published"


def test_a_published_resource_cannot_be_made_unlawful(draft, clerk):
    by = people.actor(clerk)
    publish_resource(draft.pk, by=by, complete=True)
    with pytest.raises(Invalid):
        describe_resource(draft.pk, values={"opening": "unconditional"}, by=by)
    with pytest.raises(Invalid):
        describe_item(draft.pk, "remark", values={"grade": "L4"}, by=by)


def test_versions_say_who_changed_which_item_when(draft, clerk):
    by = people.actor(clerk)
    describe_item(draft.pk, "remark", values={"grade": "L2"}, by=by)
    describe_resource(draft.pk, values={"cycle": "weekly"}, by=by)
    describe_resource(draft.pk, values={"cycle": "weekly"}, by=by)  # says nothing new
    row = Resource.objects.get(pk=draft.pk)
    assert row.version == 3
    listed = editions(row)
    assert [line.edition.number for line in listed] == [3, 2, 1]
    assert [(c.item, c.field, c.before, c.after) for c in listed[1].changes] == [
        ("remark", "grade", "L1", "L2")
    ]
    assert listed[1].edition.by["name"] == "clerk"
    _older, _newer, changes = compared(row, 1, 3)
    assert {(c.item, c.field) for c in changes} == {("remark", "grade"), ("", "cycle")}
    with pytest.raises(NotFound):
        compared(row, 1, 9)
    entry = AuditEntry.objects.get(action="data.describe_item")
    assert (entry.before, entry.after) == ({"remark.grade": "L1"}, {"remark.grade": "L2"})


def test_another_class_gives_another_code_and_the_old_one_still_leads_there(draft, clerk):
    from citybrain.hub.data.catalogue.actions.classify import keep_class
    from citybrain.hub.data.catalogue.queries.search import found

    keep_class("301002", name={"zh": "检查", "en": "Checks"}, kind="department")
    describe_resource(draft.pk, values={"classification": "301002"}, by=people.actor(clerk))
    row = Resource.objects.get(pk=draft.pk)
    assert (row.code, row.former_codes) == ("301002/000001", ["301001/000001"])
    assert list(found(Resource.objects.all(), "301001/000001", {})) == [row]


def test_those_who_watch_are_told_of_change_and_withdrawal(draft, clerk, stranger):
    Notice.objects.create(
        key="data_resource_changed", version=1, pack="t", title={"zh": "{resource_name}", "en": "{resource_name}"},
        body={"zh": "{what}", "en": "{what}"}, sms={}, placeholders=["resource_name", "what"], channels=["inbox"],
    )  # fmt: skip
    by = people.actor(clerk)
    publish_resource(draft.pk, by=by, complete=True)
    dispatch()
    subscribe(draft.pk, by=people.actor(stranger))
    subscribe(draft.pk, by=people.actor(stranger))
    describe_item(draft.pk, "remark", values={"required": True}, by=by)
    withdraw_resource(draft.pk, reason="重新核定", by=by)
    dispatch()
    told = Message.objects.filter(holder_id=stranger.pk)
    assert told.count() == 2
    assert any("备注" in str(message.body) for message in told)
    assert any("重新核定" in str(message.body) for message in told)
    unsubscribe(draft.pk, by=people.actor(stranger))
    assert not Subscription.objects.exists()


def test_withdrawing_needs_a_reason_and_ends_reading(draft, clerk):
    by = people.actor(clerk)
    with pytest.raises(Conflict):
        withdraw_resource(draft.pk, reason="x", by=by)
    publish_resource(draft.pk, by=by, complete=True)
    with pytest.raises(Invalid):
        withdraw_resource(draft.pk, reason="  ", by=by)
    withdraw_resource(draft.pk, reason="重复", by=by)
    from citybrain.hub.data.catalogue.queries.resources import dataset_of

    with pytest.raises(NotFound):
        dataset_of(draft.pk)


@pytest.mark.parametrize(
    "key", ["gaj.person", "std.person", "register.x", "cases.case", "scjg", "SCJG.x", "scjg.a b", "scjg.x;--"]
)
def test_a_unit_names_tables_under_its_own_word_only(city, lake, clerk, key):
    with pytest.raises(Invalid):
        new_resource(key, values=described(), items=licence_items(), by=people.actor(clerk))


def test_items_keep_their_type_and_get_a_column(draft, clerk):
    by = people.actor(clerk)
    add_item(
        draft.pk,
        name="valid_to",
        values={"type": "date", "title": {"zh": "有效期至", "en": "Valid to"}},
        by=by,
    )
    assert "valid_to" in {item.name for item in data.resource(draft.pk).items}
    with pytest.raises(Conflict):
        describe_item(draft.pk, "valid_to", values={"type": "text"}, by=by)
    for name in ("valid_to", "Bad Name", 'x"; DROP TABLE y'):
        with pytest.raises(Invalid):
            add_item(draft.pk, name=name, values={"type": "text", "title": {"zh": "x"}}, by=by)


def test_a_new_declaration_keeps_what_people_said_of_items(draft, clerk):
    by = people.actor(clerk)
    describe_item(draft.pk, "firm", values={"element": "enterprise.name", "grade": "L2"}, by=by)
    bare = [{"name": i["name"], "type": i["type"], "title": i["title"]} for i in licence_items()]
    data.declare_resource(draft.pk, title={"zh": "许可"}, items=bare, by=by)
    item = data.resource(draft.pk).item("firm")
    assert (item.element, item.grade) == ("enterprise.name", "L2")
