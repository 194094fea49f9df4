"""What an administrator does to the kernel from the command line: audit, keys, events, and a check-up.

Each function takes the words after the command and returns the exit code: 0 well, 1 trouble found, 2 wrong usage.
"""

from collections.abc import Callable
from datetime import timedelta

from citybrain.kernel import audit as log
from citybrain.kernel import clock, crypto, events, rotation, workdays
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError
from citybrain.kernel.models import AuditEntry, Delivery, OutboxEvent

BY = Actor.system("command line")
WHY = {
    "edited": "the row was changed after it was written",
    "missing": "a row that was sealed is gone",
    "cut_off": "the anchor file in the data folder knows later rows: they are gone (or it belongs to a former database)",
    "out_of_order": "rows were exchanged, or one was removed and the gap closed",
    "rewritten": "the chain was made anew: it differs from the anchor file",
    "key_unknown": "the key the row names is not in the key store",
}
LATE = timedelta(minutes=10)


def audit(words: list[str]) -> int:
    """``audit verify``: check every row and the chain, name the first broken row."""
    if words != ["verify"]:
        return _usage("audit verify")
    verdict = log.verify()
    if verdict.ok:
        print(
            f"the audit chain is intact: {verdict.sealed} rows sealed, {verdict.unsealed} waiting for the seal"
        )
        return 0
    print(f"the audit chain is broken at row {verdict.broken} {verdict.entry_id}: {WHY[verdict.reason]}")
    print(f"{verdict.sealed} rows before it are intact")
    return 1


def keys(words: list[str]) -> int:
    """``keys rotate field|audit|sign`` makes a new key; ``keys renew`` seals stored values under the newest one."""
    if len(words) == 2 and words[0] == "rotate" and words[1] in ("field", "audit", "sign"):
        key_id = crypto.keys().rotate(words[1])
        log.record("kernel.rotate_key", by=BY, obj=f"key:{key_id}")
        print(f"new writes use {key_id}; older values stay readable")
        return 0
    if words == ["renew"]:
        for name, count in rotation.renew_all(by=BY).items():
            print(f"{name}: {count} values sealed anew")
        return 0
    return _usage("keys rotate field|audit|sign", "keys renew")


def dead_events(words: list[str]) -> int:
    """``events dead`` lists what subscribers gave up; ``events retry <number>``; ``events discard <number> <reason>``."""
    if words == ["dead"]:
        letters = events.dead_letters()
        for letter in letters:
            print(
                f"{letter.pk}\t{letter.subscriber}\t{letter.event.name}\t{letter.aggregate}\t{letter.error}"
            )
        print(f"{len(letters)} dead letters")
        return 1 if letters else 0
    try:
        if len(words) == 2 and words[0] == "retry" and words[1].isdecimal():
            events.retry(int(words[1]), by=BY)
        elif len(words) >= 3 and words[0] == "discard" and words[1].isdecimal():
            events.discard(int(words[1]), by=BY, reason=" ".join(words[2:]))
        else:
            return _usage("events dead", "events retry <number>", "events discard <number> <reason>")
    except CityError as error:
        print(error)
        return 1
    return 0


def check_up() -> list[tuple[str, str]]:
    """Troubles of the kernel as (what, what to do), for the doctor. Reads only."""
    found = []
    for year in workdays.years_wanted():
        found.append((
            f"the holiday table of {year} is not loaded: limits that reach into it are refused",
            f"add holidays/{year}.yaml to the city's pack once the State Council office has published it",
        ))  # fmt: skip
    dead = Delivery.objects.filter(state=Delivery.DEAD).count()
    if dead:
        found.append((f"{dead} events were given up by a subscriber", "./citybrain events dead"))
    old = clock.now() - LATE
    if OutboxEvent.objects.filter(routed=False, at__lt=old).exists():
        found.append(("events wait for more than ten minutes", "is the worker running?"))
    if AuditEntry.objects.filter(number=None, at__lt=old).exists():
        found.append(("audit rows wait for their seal for more than ten minutes", "is the worker running?"))
    return found


def _usage(*forms: str) -> int:
    print("usage: " + "\n       ".join(f"./citybrain {form}" for form in forms))
    return 2


COMMANDS: dict[str, Callable[[list[str]], int]] = {"audit": audit, "keys": keys, "events": dead_events}
