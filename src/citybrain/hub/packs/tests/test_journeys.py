"""Journeys: played by the product with a frozen clock, rolled back, judged."""

from datetime import timedelta

import pytest

from citybrain.hub.packs import api as packs
from citybrain.hub.packs import registry
from citybrain.hub.packs.tests.factories import YEAR, make_pack
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.models import Holiday

pytestmark = pytest.mark.django_db
YEAR_2026 = {**YEAR, "year": 2026, "days": [{"date": "2026-01-01", "kind": "holiday", "name": "元旦"}]}


@pytest.fixture(autouse=True)
def own_registry(monkeypatch):
    """Verbs of this test only."""
    monkeypatch.setattr(registry, "verbs", dict(registry.verbs))
    monkeypatch.setattr(registry, "expectations", dict(registry.expectations))
    monkeypatch.setattr(registry, "coverages", {})
    monkeypatch.setattr(registry, "stand_ins", [])
    monkeypatch.setattr(registry, "clockworks", [])


def pack_with(home, *steps, key="happy"):
    journey = {
        "name": {"zh": "故事", "en": "Story"},
        "given": {"at": "2026-03-06T09:00"},
        "steps": list(steps),
    }
    return make_pack(home, files={"holidays/y2026.yaml": YEAR_2026, f"journeys/{key}.yaml": journey})


def test_steps_run_in_order_with_the_clock_of_the_story(tmp_path):
    seen = []
    packs.register_verb(
        "note", lambda world, args: seen.append((args["say"], clock.local().isoformat()[:16]))
    )
    report = packs.run_journeys(pack_with(
        tmp_path, {"note": {"say": "start"}}, {"advance": {"workdays": 1}}, {"note": {"say": "monday"}},
        {"advance": {"hours": 2}}, {"note": {"say": "later"}}, {"at": "2026-03-10T08:00"}, {"note": {"say": "set"}},
    ))  # fmt: skip
    assert report.ok, report.problems
    assert seen == [("start", "2026-03-06T09:00"), ("monday", "2026-03-09T09:00"), ("later", "2026-03-09T11:00"),
                    ("set", "2026-03-10T08:00")]  # fmt: skip


def test_what_a_journey_does_is_undone(tmp_path):
    packs.register_verb("wreck", lambda world, args: Holiday.objects.all().delete())
    packs.install(pack_with(tmp_path, {"wreck": {}}), by=Actor.system("test"))
    before = Holiday.objects.count()
    assert packs.run_journeys(tmp_path / "mini").ok
    assert Holiday.objects.count() == before > 0


def test_a_failed_expectation_names_step_and_line(tmp_path):
    def state(world, wanted):
        raise packs.JourneyFailed("状态不对", "the state is wrong")

    packs.register_expectation("state", state)
    report = packs.run_journeys(
        pack_with(tmp_path, {"advance": {"days": 1}}, {"expect": {"state": "accepted"}})
    )
    problem = report.problems[0]
    assert (problem.code, problem.file) == ("journey", "mini/journeys/happy.yaml")
    assert "step 2" in problem.en
    assert problem.line > 1


@pytest.mark.parametrize("step", [
    {"nobody-knows": {}}, {"expect": {"nobody": 1}}, {"advance": {"workdays": -3}}, {"advance": {"years": 3}}, {"at": "x"},
    {"at": "2020-01-01T00:00"}, {"advance": {"days": 99999}},
])  # fmt: skip
def test_steps_nobody_can_do_fail_with_a_sentence(tmp_path, step):
    report = packs.run_journeys(pack_with(tmp_path, step))
    assert [p.code for p in report.problems] == ["journey"]


def test_timers_run_when_time_passes(tmp_path):
    ticks = []
    packs.register_clockwork(lambda: ticks.append(clock.now()))
    packs.run_journeys(pack_with(tmp_path, {"advance": {"days": 2}}, {"advance": {"hours": 1}}))
    assert ticks[1] - ticks[0] == timedelta(hours=1)


def test_roles_are_played_by_whom_a_room_names(tmp_path):
    cast = []
    packs.register_stand_in(
        lambda world, role: Actor(kind="official", name=role) if role != "nobody" else None
    )
    packs.register_verb("act", lambda world, args: cast.append(world.actor(args["as"])))
    report = packs.run_journeys(pack_with(tmp_path, {"act": {"as": "reviewer"}}, {"act": {"as": "reviewer"}}))
    assert report.ok
    assert cast[0] is cast[1]
    assert not packs.run_journeys(pack_with(tmp_path, {"act": {"as": "nobody"}})).ok


def test_coverage_names_what_no_journey_visits(tmp_path):
    packs.register_coverage("machines", lambda pack: ["a > b", "b > c"])
    packs.register_verb("go", lambda world, args: packs.visit("a > b"))
    report = packs.run_journeys(pack_with(tmp_path, {"go": {}}))
    assert report.coverage.share == 0.5
    assert report.coverage.missing == ["b > c"]
    packs.visit("outside a journey nothing is collected")


def test_a_claimed_grade_is_verified(tmp_path):
    root = pack_with(tmp_path, {"advance": {"days": 1}})
    report = packs.check(root)
    assert report.ok, report.problems
    silver = (root / "pack.yaml").read_text() + "grade: silver\n"
    (root / "pack.yaml").write_text(silver)
    found = packs.check(root)
    assert {p.code for p in found.problems} == {"quality_bilingual"}
    assert found.problems[0].line > 1


def test_an_exemption_needs_a_reason_and_a_todo_costs_the_grade(tmp_path):
    root = pack_with(tmp_path, {"advance": {"days": 1}})
    (root / "quality.yaml").write_text("bilingual: exempt\nreadme: todo\nnonsense: done\n")
    (root / "pack.yaml").write_text((root / "pack.yaml").read_text() + "grade: silver\n")
    codes = [p.code for p in packs.check(root).problems]
    assert sorted(codes) == ["quality_bilingual", "quality_readme", "quality_unknown"]
