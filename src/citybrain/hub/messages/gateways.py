"""Which adapter stands behind which port, as the settings say.

``CITYBRAIN_SMS_GATEWAY`` / ``CITYBRAIN_MAIL_GATEWAY`` (or Django settings of the same words) name a class; by default
messages are written to files in the data folder, so a demonstration sends nothing to anybody.
"""

import os
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

DEFAULTS = {
    "sms": "citybrain.connectors.outbox_files.SmsFiles",
    "mail": "citybrain.connectors.outbox_files.MailFiles",
}
_made: dict[str, Any] = {}


def gateway_for(channel: str) -> Any:
    """The adapter of a channel, made once in the process."""
    if channel not in _made:
        word = f"{channel.upper()}_GATEWAY"
        dotted = getattr(settings, word, "") or os.environ.get(f"CITYBRAIN_{word}") or DEFAULTS[channel]
        _made[channel] = import_string(dotted)()
    return _made[channel]


def use_gateway(channel: str, gateway: Any | None) -> None:
    """Put another adapter in place (tests); None goes back to the settings."""
    if gateway is None:
        _made.pop(channel, None)
    else:
        _made[channel] = gateway


def check_gateways() -> list[str]:
    """Problems of all configured gateways, for the doctor."""
    return [f"{channel}: {problem}" for channel in DEFAULTS for problem in gateway_for(channel).check()]
