"""Log lines that name their room: one JSON object a line, or plain text for a person at a terminal."""

import json
import logging
import re
from datetime import UTC, datetime

# Citizen numbers and mobile numbers; engines quote the value they stumble over, and it would lie in the log for ever.
PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])([1-9][0-9]{5})[0-9]{8}([0-9]{3}[0-9Xx])(?![0-9A-Za-z])|(?<![0-9A-Za-z.])(1[3-9][0-9])[0-9]{4}([0-9]{4})(?![0-9A-Za-z])"
)


def hushed(text: str) -> str:
    """The text with such numbers masked."""
    return PERSONAL.sub(lambda m: f"{m[1]}********{m[2]}" if m[1] else f"{m[3]}****{m[4]}", text)


def room_of(logger: str) -> str:
    """``citybrain.hub.cases.actions`` → ``cases``; anything else keeps its first word."""
    parts = logger.split(".")
    if parts[0] != "citybrain" or len(parts) < 2:
        return parts[0]
    return parts[2] if parts[1] in {"hub", "apps"} and len(parts) > 2 else parts[1]


class RoomFormatter(logging.Formatter):
    """``style`` is ``json`` or ``text``."""

    def __init__(self, style: str = "json") -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s")
        self.as_json = style == "json"

    def format(self, record: logging.LogRecord) -> str:
        if not self.as_json:
            return hushed(f"[{room_of(record.name)}] {super().format(record)}")
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "room": room_of(record.name),
            "process": record.process,
            "message": hushed(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = hushed(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
