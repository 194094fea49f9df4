"""A release from proposal to withdrawal, by people, with duties separated."""

import pytest
from django.urls import reverse

from citybrain.apps.opendata.actions import release
from citybrain.apps.opendata.models import OpenDataset
from citybrain.apps.opendata.tasks import look_after, take_off_hindered
from citybrain.apps.opendata.tests import factories
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.hub.data.jobs import running
from citybrain.hub.data.models import Item
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import clock, events
from citybrain.kernel.errors import CityError

pytestmark = pytest.mark.django_db
BENCH = ["opendata.bench", "cases.work"]
REASON = {"reason": "同意发布"}


@pytest.fixture
def team(machines, lake):
    """A resource of 350902-scjg and the people who open it."""
    factories.resource()
    people.role("open_proposer", [*BENCH, "opendata.propose", "cases.open_proposer", "data.view"])
    people.role("leader", [*BENCH, "cases.leader"])
    people.role(
        "open_checker",
        [*BENCH, "opendata.withdraw", "opendata.propose", "cases.open_checker", "cases.open_proposer"],
    )
    people.role("open_approver", [*BENCH, "opendata.withdraw", "cases.open_approver"])
    posts = {"proposer": ("open_proposer", "350902-scjg", "own"), "head": ("leader", "350902-scjg", "subtree"),
             "checker": ("open_checker", "350900-fgw", "all"), "approver": ("open_approver", "350900-fgw", "all"),
             "stranger": ("open_proposer", "350921-scjg", "own")}  # fmt: skip
    return {
        name: people.official(name, people.post(role, unit, reach=reach))
        for name, (role, unit, reach) in posts.items()
    }


def made() -> OpenDataset:
    return OpenDataset.objects.get(slug="clinic-visits")


def form(**said):
    steps = {
        "visitor": "drop",
        "born": "age_band",
        "division": "county",
        "ward": "keep",
        "seen_on": "month",
        "cost": "top_code",
    }
    roles = {"born": "quasi", "division": "quasi", "ward": "sensitive"}
    given = (
        {f"step.{n}": s for n, s in steps.items()}
        | {f"role.{n}": r for n, r in roles.items()}
        | {"number.cost": "1000", "k": "3"}
    )
    words = {"slug": "clinic-visits", "title_zh": "门诊就诊", "summary_zh": "各县门诊就诊情况的统计", "theme": "health", "cycle": "monthly",
             "licence": "cc-by-4.0", "keywords": "门诊，就诊"}  # fmt: skip
    return {**words, **given, **said}


def propose(client, team, who="proposer", **said):
    client.force_login(team[who])
    return client.post(reverse("opendata:propose", args=["wjw.visit"]), form(**said))


def decided(team, dataset, upto="approve"):
    acts = [("head", "agree", {"opinion": "可以开放"}), ("checker", "pass_check", {"opinion": "通过", "report_read": True}),
            ("approver", "approve", REASON)]  # fmt: skip
    for who, action, said in acts:
        cases.act(dataset.case_id, action, by=people.actor(team[who]), data=said)
        if action == upto:
            return


def test_from_proposal_to_publication(client, team):
    assert client.get(reverse("opendata:bench")).status_code == 302
    assert propose(client, team).status_code == 302
    dataset = made()
    assert client.get(reverse("opendata:dataset", args=[dataset.slug])).status_code == 404
    assert running.do_next()
    text = client.get(reverse("opendata:bench_dataset", args=[dataset.slug])).content.decode()
    assert "检查通过" in text
    decided(team, dataset)
    dataset.refresh_from_db()
    assert (dataset.state, dataset.rows, dataset.versions.get().state) == ("published", 24, "published")
    assert client.get(reverse("opendata:dataset", args=[dataset.slug])).status_code == 200
    assert ("product:clinic-visits", "born") in {
        (s.key, s.item) for s in data.lineage("wjw.visit", "born", way="down")
    }
    assert not data.lineage("wjw.visit", "visitor", way="down"), "what is left out goes nowhere"
    release.withdraw_dataset(dataset.pk, reason="复核", by=factories.BY)
    assert not data.lineage("wjw.visit", way="down")


def test_nothing_is_published_before_a_version_passed(client, team):
    propose(client, team)
    dataset = made()
    decided(team, dataset, upto="pass_check")
    with pytest.raises(CityError) as refused:
        decided_last(team, dataset)
    assert refused.value.code == "no_version"
    assert cases.case_for(people.actor(team["approver"]), dataset.case_id).record.state == "approving"


def decided_last(team, dataset):
    cases.act(dataset.case_id, "approve", by=people.actor(team["approver"]), data=REASON)


def test_an_item_graded_up_after_the_check_blocks_the_approval(client, team):
    propose(client, team)
    dataset = made()
    running.do_next()
    decided(team, dataset, upto="pass_check")
    Item.objects.filter(resource="wjw.visit", name="ward").update(grade="L4")
    with pytest.raises(CityError) as refused:
        decided_last(team, dataset)
    assert refused.value.code == "l4"


def test_whoever_did_one_step_does_not_do_the_next(client, team):
    propose(client, team, who="checker")
    dataset = made()
    running.do_next()
    cases.act(dataset.case_id, "agree", by=people.actor(team["head"]), data={"opinion": "可以"})
    with pytest.raises(CityError) as refused:
        cases.act(
            dataset.case_id,
            "pass_check",
            by=people.actor(team["checker"]),
            data={"opinion": "通过", "report_read": True},
        )
    assert refused.value.code == "separation_of_duties"


@pytest.mark.parametrize(
    ("said", "told"),
    [({"step.visitor": "keep"}, "个人信息"), ({"slug": "Bad Slug"}, "小写"), ({"theme": ""}, "列表"), ({"title_zh": ""}, "名称"),
     ({"step.visitor": "drop", "reference": "gaj.none"}, "")],
)  # fmt: skip
def test_a_bad_proposal_is_refused_at_the_form(client, team, said, told):
    answer = propose(client, team, **said)
    assert answer.status_code in (404, 422)
    assert told in answer.content.decode()
    assert not OpenDataset.objects.filter(source="resource:wjw.visit").exists()


def test_an_l4_column_is_refused_at_the_form(client, team):
    Item.objects.filter(resource="wjw.visit", name="ward").update(grade="L4")
    answer = propose(client, team)
    assert answer.status_code == 422
    assert "L4" in answer.content.decode()


def test_another_unit_can_neither_propose_nor_see(client, team):
    assert propose(client, team, who="stranger").status_code == 404
    propose(client, team)
    client.force_login(team["stranger"])
    assert client.get(reverse("opendata:bench_dataset", args=["clinic-visits"])).status_code == 404
    assert client.post(reverse("opendata:renew", args=["clinic-visits"])).status_code == 404
    assert "wjw.visit" not in client.get(reverse("opendata:choose")).content.decode()
    assert (
        client.post(reverse("opendata:withdraw", args=["clinic-visits"]), {"reason": "不该公开"}).status_code
        == 403
    )


def test_what_is_sent_back_can_be_proposed_again(client, team):
    propose(client, team)
    dataset = made()
    cases.act(dataset.case_id, "return_proposal", by=people.actor(team["head"]), data={"reason": "摘要不清"})
    dataset.refresh_from_db()
    assert dataset.state == "returned"
    assert propose(client, team).status_code == 302
    assert OpenDataset.objects.filter(slug="clinic-visits", state="draft").count() == 1


def test_withdrawal_is_at_once_and_looked_at_by_a_second_person(client, team):
    propose(client, team)
    running.do_next()
    dataset = made()
    decided(team, dataset)
    client.force_login(team["checker"])
    address = reverse("opendata:withdraw", args=[dataset.slug])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "发现可重识别风险"}).status_code == 302
    dataset.refresh_from_db()
    assert dataset.state == "withdrawn"
    assert "发现可重识别风险" in client.get(reverse("opendata:dataset", args=[dataset.slug])).content.decode()
    row = next(
        r
        for r in cases.worklist(people.actor(team["approver"]), cases.Filters()).rows
        if r.case.case_type == "open_withdrawal"
    )
    with pytest.raises(CityError):
        cases.act(row.case.id, "confirm", by=people.actor(team["checker"]), data={"finding": "妥当"})
    done = cases.act(row.case.id, "confirm", by=people.actor(team["approver"]), data={"finding": "妥当"})
    assert done.state == "confirmed"


def test_a_delivery_makes_the_next_version_under_the_same_treatment(client, team):
    from citybrain.hub.data.tests import factories as lake_rows

    propose(client, team)
    running.do_next()
    dataset = made()
    decided(team, dataset)
    lake_rows.deliver("wjw.visit", [factories.visit(n) for n in range(6)])
    data.note_delivery("wjw.visit", batch="b2", rows=6, by=factories.BY)
    events.deliver_own()
    assert running.do_next()
    dataset.refresh_from_db()
    assert [(v.number, v.state, v.rows, v.change) for v in dataset.versions.all()] == [
        (2, "published", 30, 6),
        (1, "published", 24, 24),
    ]


def test_a_later_version_that_fails_is_held_back(client, team):
    from citybrain.apps.opendata.actions.propose import begin_version

    dataset = factories.published()
    Item.objects.filter(resource="wjw.visit", name="cost").update(type="real")
    OpenDataset.objects.filter(slug="clinic-visits").update(treatment={**dataset.treatment, "k": 500})
    begin_version(made(), by=factories.BY)
    running.do_next()
    dataset.refresh_from_db()
    assert dataset.versions.first().state == "held"
    assert dataset.rows == 24


def test_a_source_closed_later_takes_the_dataset_off(team):
    dataset = factories.published()
    assert take_off_hindered() == 0
    Item.objects.filter(resource="wjw.visit", name="ward").update(grade="L4")
    assert take_off_hindered() == 1
    dataset.refresh_from_db()
    assert (dataset.state, "L4" in dataset.reason) == ("withdrawn", True)


def test_the_packs_datasets_are_made_without_anybody_asking(machines):
    assert OpenDataset.objects.filter(pack="open-data-base", state="draft").count() == 5
    look_after()
    while running.do_next():
        pass
    public = {d.slug: d for d in OpenDataset.objects.filter(state="published")}
    assert {"working-days", "government-units"} <= set(public)
    assert public["working-days"].rows >= 730
    assert public["working-days"].due_at > clock.now()


def test_pages_of_the_bench_open(client, team, steward, django_assert_max_num_queries):
    factories.published()
    client.force_login(steward)
    for name, args, most in (("bench", [], 18), ("choose", [], 14), ("bench_dataset", ["clinic-visits"], 16), ("moderation", [], 14),
                             ("portals", [], 14)):  # fmt: skip
        client.get(reverse(f"opendata:{name}", args=args))
        with django_assert_max_num_queries(most):
            assert client.get(reverse(f"opendata:{name}", args=args)).status_code == 200, name
    assert client.get(reverse("opendata:propose", args=["wjw.visit"])).status_code == 200
