"""Stories of the demo city: told when the rows are there, each once, never in a real city."""

from types import SimpleNamespace

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.actions import stories
from citybrain.hub.packs import api as packs
from citybrain.kernel.errors import Conflict

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(settings, monkeypatch):
    """A job whose tables have as many rows as ``run.rows`` says."""
    settings.MODE = "demo"
    made = SimpleNamespace(subject="p:k", checkpoint={}, look=lambda: None, rows=1)
    made.step = lambda **kept: made.checkpoint.update(told=kept["told"])
    monkeypatch.setattr(stories, "resource", lambda key: SimpleNamespace(rows=made.rows))
    return made


def test_each_story_is_told_once_also_when_the_job_begins_anew(run):
    told: list[str] = []

    def second_time_lucky(one):
        if not told.count("stumbled"):
            told.append("stumbled")
            raise Conflict("not now")
        told.append(one)

    lines = [(told.append, "first"), (second_time_lucky, "second"), (told.append, "third")]
    with pytest.raises(Conflict):
        data.tell_stories(run, ["gaj.person"], lines)
    assert data.tell_stories(run, ["gaj.person"], lines) == {"told": 3}
    assert data.tell_stories(run, ["gaj.person"], lines) == {"told": 3}
    assert told == ["first", "stumbled", "second", "third"]


def test_without_rows_nothing_is_told_and_the_job_says_what_is_missing(run, monkeypatch):
    monkeypatch.setattr(stories, "PATIENCE", 0)
    run.rows = 0
    with pytest.raises(Conflict) as refusal:
        data.tell_stories(run, ["gaj.person"], [(pytest.fail, "told")])
    assert refusal.value.code == "no_rows"
    assert "gaj.person" in str(refusal.value)


def test_never_in_a_real_city(run, settings):
    settings.MODE = "production"
    with pytest.raises(packs.PackError):
        data.tell_stories(run, [], [(pytest.fail, "told")])
    with pytest.raises(packs.PackError):
        data.said_in(run, "data_stories")
