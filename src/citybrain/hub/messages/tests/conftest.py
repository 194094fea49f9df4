"""Gateways that do as they are told."""

import pytest

from citybrain.hub.messages.gateways import use_gateway
from citybrain.hub.messages.tests.factories import Gateway


@pytest.fixture
def sms():
    gateway = Gateway()
    use_gateway("sms", gateway)
    yield gateway
    use_gateway("sms", None)


@pytest.fixture
def mail():
    gateway = Gateway()
    use_gateway("mail", gateway)
    yield gateway
    use_gateway("mail", None)
