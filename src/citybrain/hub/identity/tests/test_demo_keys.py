"""Officials of the demo sign what they did in the past, in whatever order it is told."""

from datetime import timedelta

import pytest

from citybrain.hub.identity import api as identity
from citybrain.hub.identity.tests import factories as f
from citybrain.kernel import clock
from citybrain.kernel.errors import NotAllowed

DIGEST = bytes(range(32))
pytestmark = pytest.mark.usefixtures("town")


@pytest.fixture
def clerk():
    f.role("clerk", ["data.work"])
    return f.actor(f.official("demo-clerk", f.post("clerk", "350902-scjg"), demo=True))


def holds(actor) -> str:
    """``""`` when a signature made now stands."""
    made = identity.sign(actor, DIGEST)
    return identity.verify_signature(made.key_id, DIGEST, made.value, account_id=actor.account_id, at=made.at)


def test_without_a_former_key_an_earlier_act_told_later_does_not_hold(clerk):
    assert holds(clerk) == ""
    with clock.travel(-timedelta(days=90)):
        assert holds(clerk) == "out_of_validity"


def test_with_one_every_order_holds_and_who_has_a_key_keeps_it(clerk, settings):
    settings.MODE = "demo"
    assert identity.begin_demo_keys() >= 1
    assert identity.begin_demo_keys() == 0
    assert holds(clerk) == ""
    with clock.travel(-timedelta(days=90)):
        assert holds(clerk) == ""


def test_a_real_city_has_no_keys_of_the_past(clerk, settings):
    settings.MODE = "production"
    with pytest.raises(NotAllowed):
        identity.begin_demo_keys()
