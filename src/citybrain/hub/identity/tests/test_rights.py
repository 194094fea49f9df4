"""Role × organisation subtree × matter set, default deny, and the directory cache."""

import pytest
from django.db import transaction

from citybrain.hub.identity import api as identity
from citybrain.hub.identity.models import Organisation, OrganisationEdge, PostHolding
from citybrain.hub.identity.queries import directory as cache
from citybrain.hub.identity.tests import factories as f
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed, NotFound
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.usefixtures("town")
READ = "identity.directory"
PERSONS = "identity.persons"


def test_a_right_reaches_the_units_below_and_not_the_neighbours():
    actor = f.actor(f.official("window", f.post("receiver", "350902-xgw", scope="350902-zf")))
    assert identity.may(actor, PERSONS, organisation="350902-scjg")
    assert identity.may(actor, PERSONS, organisation="350902001-jdb")
    assert not identity.may(actor, PERSONS, organisation="350921-scjg")
    assert not identity.may(actor, PERSONS, organisation="350900-fgw")


def test_own_reach_does_not_include_units_below():
    actor = f.actor(f.official("gov", f.post("receiver", "350902-zf", reach="own")))
    assert identity.may(actor, PERSONS, organisation="350902-zf")
    assert not identity.may(actor, PERSONS, organisation="350902-scjg")


def test_a_service_centre_reaches_the_units_of_its_own_place_only():
    actor = f.actor(f.official("hall", f.post("receiver", "350900-fgw", reach="place")))
    assert identity.may(actor, PERSONS, organisation="350900-zf")
    assert not identity.may(actor, PERSONS, organisation="350902-scjg")


def test_line_reach_follows_business_guidance():
    OrganisationEdge.objects.create(
        source_code="350900-fgw", target_code="350921-scjg", kind="business_guides"
    )
    actor = f.actor(f.official("line", f.post("receiver", "350900-fgw", reach="line")))
    assert identity.may(actor, PERSONS, organisation="350921-scjg")
    assert not identity.may(actor, PERSONS, organisation="350902-scjg")


def test_a_right_for_one_matter_is_none_for_another():
    actor = f.actor(f.official("food", f.post("receiver", "350902-scjg", matters=["food-licence-new"])))
    assert identity.may(actor, PERSONS, organisation="350902-scjg", matter="food-licence-new")
    assert not identity.may(actor, PERSONS, organisation="350902-scjg", matter="shop-sign")


def test_nobody_without_a_post_may_anything():
    actor = f.actor(f.official("idle"))
    assert not identity.may(actor, READ)
    assert not identity.scope(actor, READ)
    assert not identity.may(Actor.anonymous(), READ)


def test_the_system_may_and_reaches_everything():
    scope = identity.scope(Actor.system("tests"), READ)
    assert scope.organisations is identity.ALL
    assert scope.allows("350921-scjg", "anything")


def test_scope_gives_codes_for_work_lists():
    actor = f.actor(f.official("leader", f.post("leader", "350902-zf")))
    scope = identity.scope(actor, READ)
    assert "350902-scjg" in scope.organisations
    assert "350921-scjg" not in scope.organisations
    found = Organisation.objects.filter(identity.scope_q(scope, "code"))
    assert {o.code for o in found} == set(scope.organisations)
    sql, params = scope.sql("c.organisation", "c.matter")
    assert sql == "((c.organisation = ANY(%s)))"
    assert params == [sorted(scope.organisations)]


def test_two_grants_are_a_union_of_rectangles_never_their_product():
    one = f.post("receiver", "350902-scjg", matters=["food"])
    f.PostRole.objects.create(
        post=one, role_key="receiver", organisation_code="350902-wjw", matters=["hygiene"]
    )
    f.touch()
    actor = f.actor(f.official("both", one))
    scope = identity.scope(actor, PERSONS)
    assert scope.allows("350902-scjg", "food")
    assert scope.allows("350902-wjw", "hygiene")
    assert not scope.allows("350902-scjg", "hygiene")
    assert not scope.allows("350902-wjw", "food")


def test_a_refusal_is_audited_even_when_the_act_is_rolled_back(rf):
    from citybrain.hub.identity.middleware import ActorMiddleware

    actor = f.actor(f.official("clerk", f.post("receiver", "350902-scjg")))
    with pytest.raises(NotAllowed) as caught, transaction.atomic():
        identity.require(actor, "identity.accounts", obj="account:1")
    assert not AuditEntry.objects.filter(action="identity.refuse").exists()
    ActorMiddleware(lambda r: None).process_exception(rf.get("/"), caught.value)
    row = AuditEntry.objects.get(action="identity.refuse")
    assert row.after["permission"] == "identity.accounts"
    assert row.account_id == actor.account_id


def test_an_official_with_several_posts_acts_in_one_at_a_time():
    receiver, leader = f.post("receiver", "350902-xgw"), f.post("leader", "350902-scjg")
    account = f.official("two", receiver, leader)
    first, second = f.actor(account), f.actor(account, f"post:{leader.id}")
    assert (first.organisation, second.organisation) == ("350902-xgw", "350902-scjg")
    assert identity.may(first, PERSONS)
    assert not identity.may(second, PERSONS)
    stranger = f.post("leader", "350921-scjg")
    assert f.actor(account, f"post:{stranger.id}").organisation == "350902-xgw"


def test_an_unconfirmed_or_ended_post_gives_nothing():
    post = f.post("receiver", "350902-scjg")
    account = f.official("wait")
    holding = PostHolding.objects.create(account=account, post=post)
    assert f.actor(account).permissions == frozenset()
    for state in ("refused", "ended"):
        holding.state = state
        holding.save()
        assert f.actor(account).post_id is None


def test_those_to_notify_are_the_units_own_holders_first():
    own = f.official("own", f.post("receiver", "350902-scjg"))
    centre = f.official("centre", f.post("receiver", "350902-xgw", scope="350902-zf"))
    assert identity.persons_holding("receiver", "350902-scjg") == [own.pk]
    assert identity.persons_holding("receiver", "350902-wjw") == [centre.pk]
    own.is_active = False
    own.save()
    assert identity.persons_holding("receiver", "350902-scjg") == []


def test_a_change_of_the_directory_is_seen_at_once_and_a_rollback_forgotten():
    assert identity.organisation("350902-scjg").code == "350902-scjg"
    with transaction.atomic():
        f.role("temporary", [READ])
        assert "temporary" in identity.directory().roles
        transaction.set_rollback(True)
    assert "temporary" not in identity.directory().roles


def test_an_abolished_unit_leads_to_its_successor():
    from datetime import date

    Organisation.objects.filter(code="350902-wjw").update(
        valid_to=date(2025, 1, 1), successor_code="350902-scjg"
    )
    cache.touch()
    assert identity.current_successor("350902-wjw").code == "350902-scjg"
    assert "350902-wjw" not in [u.code for u in identity.organisations(jurisdiction="350902")]
    assert "350902-wjw" in [u.code for u in identity.organisations(jurisdiction="350902", include_past=True)]
    with pytest.raises(NotFound):
        identity.organisation("350999-xx")


def test_the_actor_costs_one_query_beside_the_session(client, django_assert_num_queries):
    account = f.official("quick", f.post("receiver", "350902-scjg"))
    identity.directory()
    from citybrain.hub.identity.queries.actor import AccountBackend, actor_of

    with django_assert_num_queries(1):
        loaded = AccountBackend().get_user(account.pk)
        actor = actor_of(loaded)
    with django_assert_num_queries(1):  # inside a transaction the directory's version is asked for
        assert identity.may(actor, PERSONS, organisation="350902-scjg")


def test_a_request_asks_for_the_directory_once_until_it_changes_it(django_assert_num_queries):
    actor = f.actor(f.official("quick", f.post("receiver", "350902-scjg")))
    with cache.pinned(identity.directory()):
        with django_assert_num_queries(0):
            assert identity.may(actor, PERSONS, organisation="350902-scjg")
        f.role("receiver", [READ])
        assert not identity.scope(actor, PERSONS)


def test_stand_ins_of_different_roles_are_different_people():
    receiver, leader = (
        identity.stand_in("receiver", "350902-scjg"),
        identity.stand_in("leader", "350902-scjg"),
    )
    assert receiver.account_id != leader.account_id
    assert identity.may(receiver, PERSONS, organisation="350902-scjg")
    assert identity.stand_in("receiver", "350902-scjg").account_id == receiver.account_id


def test_a_journey_is_played_by_the_unit_it_names():
    from types import SimpleNamespace

    from citybrain.hub.identity.actions.stand_in import for_journey

    world = SimpleNamespace(given={"organisation": "350902-scjg", "applicant": {"kind": "legal_person"}})
    assert for_journey(world, "receiver").organisation == "350902-scjg"
    assert for_journey(world, "leader@350902-wjw").organisation == "350902-wjw"
    assert identity.subject_of(for_journey(world, "applicant")).kind == "legal_person"
    world.given = {"organisation": "350902-scjg", "applicant": {"kind": "person"}}
    assert identity.subject_of(for_journey(world, "applicant")).kind == "person"
