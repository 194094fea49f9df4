"""Rules applied row by row in plain Python: what the compiled scan must agree with."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from citybrain.hub.data.quality.domain.rule import Rule
from citybrain.hub.identity import api as identity

TODAY = date(2026, 11, 30)


def empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip(" \t\r\n\u3000\ufeff\xa0") == "")


def is_date(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{8}", text):
        return False
    digits = text.replace("-", "")
    try:
        date(int(digits[:4]) or 4, int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def sound(kind: str, value: str) -> bool:
    problems = (
        identity.check_citizen_number(value, today=TODAY)
        if kind == "citizen_number"
        else identity.check_uscc(value)
    )
    return all(p.severity != "error" for p in problems)


def fits(rule: Rule, value: Any) -> bool:
    """Whether one value passes a rule about one item."""
    said = rule.params
    match rule.kind:
        case "pattern":
            return re.fullmatch(said["pattern"], value) is not None
        case "format" if said["format"] == "date":
            return is_date(value)
        case "format":
            return re.fullmatch(r"[+-]?[0-9]{1,18}", value, re.ASCII) is not None
        case "length":
            return said.get("least", 0) <= len(value) <= said.get("most", 10**9)
        case "code":
            return str(value) in said["codes"]
        case "identifier":
            return sound(said["identifier"], value)
        case "range":
            return Decimal(said["least"]) <= value <= Decimal(said["most"])
    raise AssertionError(rule.kind)


def counts(rule: Rule, rows: list[dict], others: list[dict]) -> tuple[int, int]:
    """(judged, failed) of a rule over rows in the order they were received."""
    if rule.kind == "required":
        return len(rows), sum(any(empty(row[name]) for name in rule.items) for row in rows)
    if rule.kind == "condition":  # amount > 3
        known = [row for row in rows if row["amount"] is not None]
        return len(known), sum(not row["amount"] > 3 for row in known)
    if rule.kind == "unique":
        keys = [
            tuple(row[n] for n in rule.items) for row in rows if not any(empty(row[n]) for n in rule.items)
        ]
        return len(keys), len(keys) - len(set(keys))
    if rule.kind == "same_value":
        there = [(o["code"], o["name"]) for o in others if o["code"] is not None and o["name"] is not None]
        known = [
            r for r in rows if not empty(r["code"]) and not empty(r["name"]) and r["code"] in dict(there)
        ]
        return len(known), sum((row["code"], row["name"]) not in there for row in known)
    values = [row[rule.items[0]] for row in rows if not empty(row[rule.items[0]])]
    if rule.kind == "relation":
        there = {o["code"] for o in others}
        return len(values), sum(value not in there for value in values)
    return len(values), sum(not fits(rule, value) for value in values)
