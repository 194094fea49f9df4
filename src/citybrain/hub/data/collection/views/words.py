"""How things of collecting are said."""

from typing import Any

from django.utils.translation import gettext as _

from citybrain.hub.data.collection.domain.cycle import Cycle
from citybrain.hub.data.models import Collection


def kinds() -> dict[str, str]:
    """Kinds of sources."""
    return {
        "upload": _("uploaded file"), "folder": _("watched folder"), "sftp": _("SFTP folder"), "postgresql": _("PostgreSQL"),
        "mysql": _("MySQL or MariaDB"), "rest": _("REST interface"), "push": _("pushed by their system"), "stream": _("MQTT stream"),
    }  # fmt: skip


def types() -> dict[str, str]:
    """Types of items."""
    return {
        "text": _("text"), "integer": _("whole number"), "number": _("number"), "real": _("measured number"),
        "bool": _("yes or no"), "date": _("date"), "datetime": _("time"),
    }  # fmt: skip


def identifiers() -> dict[str, str]:
    """Kinds of identifiers."""
    return {
        "": _("none"),
        "citizen_number": _("citizen number"),
        "uscc": _("unified social credit code"),
        "phone": _("phone number"),
    }


def personal() -> dict[str, str]:
    """How personal items are masked."""
    return {
        "": _("not personal"), "name": _("name"), "id_number": _("identity number"), "phone": _("phone number"),
        "address": _("address"), "account": _("account number"), "email": _("e-mail"), "yes": _("personal, hidden"),
    }  # fmt: skip


def modes() -> dict[str, str]:
    """What a run does with the rows there are."""
    return {
        "append": _("Add the rows to those there are"), "replace": _("Replace the whole table"),
        "upsert": _("Newest row of each key counts"),
    }  # fmt: skip


def states() -> dict[str, str]:
    """States of a collection."""
    return {"draft": _("draft"), "active": _("active"), "paused": _("paused")}


def settled() -> dict[str, str]:
    """What a version of a collection settles."""
    return {
        "title": _("title"), "thing": _("table, file or topic"), "shape": _("how the file is read"), "columns": _("columns of the source"),
        "mapping": _("items and rules"), "resource": _("dataset"), "resource_title": _("title of the dataset"),
        "mode": _("what a run does"), "cycle": _("cycle"), "drift": _("what happens when the source changes"),
        "follow": _("followed column"),
    }  # fmt: skip


def reason(code: str) -> str:
    """Why a value or row was rejected."""
    return {
        "type": _("cannot be read as the item's type"), "required": _("is missing"), "length": _("is too long"),
        "pattern": _("does not have the wanted form"), "codes": _("is not one of the allowed codes"),
        "lowest": _("is too small"), "highest": _("is too large"), "citizen_number": _("is no valid citizen number"),
        "uscc": _("is no valid unified social credit code"), "phone": _("is no phone number"),
        "lost": _("holds bytes that are no text in this encoding"), "columns": _("the row has another number of columns"),
        "quotes": _("the quotes of the row do not match"), "too_long": _("the line is longer than any row may be"),
        "width": _("the line has another width"), "object": _("this is no object"),
    }.get(code, code)  # fmt: skip


def reason_line(column: str, code: str) -> str:
    """A reason with its column."""
    return f"{column}: {reason(code)}" if column else reason(code)


def cycle(made: Collection) -> str:
    """The cycle in words."""
    own = Cycle(**made.cycle) if made.cycle else Cycle()
    days = {
        1: _("Monday"),
        2: _("Tuesday"),
        3: _("Wednesday"),
        4: _("Thursday"),
        5: _("Friday"),
        6: _("Saturday"),
        7: _("Sunday"),
    }
    said = {
        "manual": _("by hand"), "minutes": _("every %(n)s minutes") % {"n": own.number},
        "daily": _("daily at %(at)s") % {"at": own.at},
        "weekly": _("%(day)s at %(at)s") % {"day": days.get(own.number, "?"), "at": own.at},
        "monthly": _("day %(n)s of the month at %(at)s") % {"n": own.number, "at": own.at},
    }[own.every]  # fmt: skip
    return f"{said}, {_('working days only')}" if own.workdays and own.every != "manual" else said


def common() -> dict[str, Any]:
    """The words most pages need."""
    return {
        "kinds": kinds(),
        "types": types(),
        "modes": modes(),
        "states": states(),
        "reason_line": reason_line,
        "cycle_of": cycle,
    }
