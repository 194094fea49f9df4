"""Compute indicators: live ones by today's index range, past days settled now and then, periodic ones when due."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import F, Q, Sum

from citybrain.hub.indicators.actions.judge import REFRESH, Present, judge
from citybrain.hub.indicators.actions.store_values import forget_members, store_values
from citybrain.hub.indicators.domain.counting import Parts, Subject
from citybrain.hub.indicators.domain.periods import RENEW, day_key, window_days
from citybrain.hub.indicators.models import Definition, Headline, Indicator, Value
from citybrain.hub.indicators.queries.counting import Found, count_days, count_now, count_period
from citybrain.kernel import clock

SETTLED_DAYS = 35  # how far back corrections (late decisions, rectifications) still move a day's value
HISTORY_DAYS = 400  # how far back a new definition is filled


REFILL = timedelta(hours=20)  # the history is counted again once a day
LOCK = 0x696E6463  # one turn writes values at a time: two in another order would block each other


def take_turn() -> None:
    """Wait for the other loops' turn to end; the lock goes with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def subjects(*, frequencies: Sequence[str] = (), codes: Sequence[str] = ()) -> list[Subject]:
    """Definitions in force that have something to count."""
    rows = Definition.objects.select_related("indicator").filter(indicator__hidden=False)
    rows = rows.filter(version=F("indicator__version"))
    if frequencies:
        rows = rows.filter(indicator__frequency__in=frequencies)
    if codes:
        rows = rows.filter(indicator_id__in=codes)
    return [Subject(row.document(), row.rule_hash) for row in rows if row.document().numerator is not None]


def refresh_live(*, whole: bool = False) -> int:
    """One turn of the live loop: count today, renew headlines, warn. Returns how many headlines changed.

    A turn sums only the windows whose today moved; ``whole`` sums all of them, for a caller that has just counted
    days itself, so that this turn would see nothing move.
    """
    chosen = subjects(frequencies=["live"])
    today = clock.today()
    by_days = [s for s in chosen if s.definition.by_days]
    momentary = [s for s in chosen if s.definition.window == "now"]
    with transaction.atomic():
        take_turn()
        moved = set(store_values(by_days, count_days(by_days, today, today)))
        current = count_now(momentary, today)
        store_values(momentary, current)
        presents = [
            *windows(by_days if whole else to_sum(by_days, moved, today), today),
            *now_presents(momentary, current),
        ]
        return len(judge(presents))


def to_sum(by_days: Sequence[Subject], moved: set[str], today: date) -> list[Subject]:
    """Whose window has to be summed again: today's value moved, the headline is a minute old, or a day has passed."""
    rows = Headline.objects.filter(
        dimension="", as_of__gt=clock.now() - REFRESH, period__endswith=day_key(today)
    )
    shown = set(rows.values_list("indicator_id", "version"))
    return [s for s in by_days if s.code in moved or (s.code, s.definition.version) not in shown]


def windows(chosen: Sequence[Subject], today: date) -> list[Present]:
    """Sums of day values over each indicator's window, for the city and every member."""
    grouped: dict[str, list[Subject]] = defaultdict(list)
    for subject in chosen:
        grouped[subject.definition.window].append(subject)
    found: list[Present] = []
    for window, several in grouped.items():
        span = window_days(window, today)
        assert span is not None
        found += window_presents(several, span)
    return found


def window_presents(several: Sequence[Subject], span: tuple[date, date]) -> list[Present]:
    """The sums over one window of days."""
    first, last = span[0], span[1] - timedelta(days=1)
    by_code = {subject.code: subject for subject in several}
    versions = Q()
    for subject in several:
        versions |= Q(indicator_id=subject.code, version=subject.definition.version)
    rows = (
        Value.objects.filter(versions, period__gte=day_key(first), period__lte=day_key(last))
        .values("indicator_id", "dimension", "member")
        .annotate(top=Sum("numerator"), bottom=Sum("denominator"))
    )
    period = day_key(last) if first == last else f"{day_key(first)}/{day_key(last)}"
    return [
        Present(
            by_code[r["indicator_id"]],
            period,
            r["dimension"],
            r["member"],
            summed(r, by_code[r["indicator_id"]]),
        )
        for r in rows
    ]


def summed(row: dict, subject: Subject) -> Parts:
    """Sums of counts: a side without any event is zero, not unknown."""
    bottom = row["bottom"] or Decimal(0)
    return Parts(row["top"] or Decimal(0), bottom if subject.definition.denominator else None)


def now_presents(chosen: Sequence[Subject], found: Found) -> list[Present]:
    """Momentary figures; a member that fell to nothing is zero, not what it was."""
    by_code = {subject.code: subject for subject in chosen}
    presents = [Present(by_code[c], p, d, m, parts) for (c, p, d, m), parts in found.items()]
    seen = {(p.subject.code, p.dimension, p.member) for p in presents}
    counted = {p.subject.code: p.period for p in presents}
    stored = Headline.objects.filter(indicator_id__in=counted).exclude(dimension="")
    for code, dimension, member in stored.values_list("indicator_id", "dimension", "member"):
        if (code, dimension, member) not in seen:
            parts = Parts(Decimal(0), Decimal(0) if by_code[code].definition.denominator else None)
            presents.append(Present(by_code[code], counted[code], dimension, member, parts))
    return presents


def settle_days() -> int:
    """Count the last weeks again, and once a day (or for a new definition) the whole history; rows written."""
    chosen = [s for s in subjects() if s.definition.by_days]
    today = clock.today()
    fresh = set(
        Indicator.objects.filter(filled_at__gt=clock.now() - REFILL).values_list("code", "filled_version")
    )
    new = [s for s in chosen if (s.code, s.definition.version) not in fresh]
    written = fill_history(new, today)
    if chosen:
        first = today - timedelta(days=SETTLED_DAYS)
        with transaction.atomic():
            take_turn()
            found = count_days(chosen, first, today)
            moved = store_values(chosen, found)
            written += len(moved)
            forget_members(chosen, first, today, found)
            renewed = {*moved, *(s.code for s in new)}  # a live turn looks at today only
            judge(
                windows([s for s in chosen if s.definition.frequency != "live" or s.code in renewed], today)
            )
    return written


def fill_history(new: Sequence[Subject], today: date) -> int:
    """City-wide day values of the past year and a bit."""
    if not new:
        return 0
    with transaction.atomic():
        take_turn()
        found = count_days(new, today - timedelta(days=HISTORY_DAYS), today, members=False)
        written = len(store_values(new, found))
        for subject in new:
            Indicator.objects.filter(pk=subject.code).update(
                filled_version=subject.definition.version, filled_at=clock.now()
            )
    return written


def compute_due() -> int:
    """Indicators of a period (monthly, quarterly …) and daily snapshots whose figure is due for renewal."""
    now, done = clock.now(), 0
    as_of = dict(Headline.objects.filter(dimension="").values_list("indicator_id", "as_of"))
    for subject in subjects(frequencies=list(RENEW)):
        definition = subject.definition
        last = as_of.get(subject.code)
        if definition.by_days or (last and now - last < RENEW[definition.frequency]):
            continue
        done += compute_one(subject)
    return done


def counting(dataset: str) -> list[Subject]:
    """Indicators over a dataset that are neither live nor kept by days: nobody looks at its rows every few seconds."""
    return [
        s
        for s in subjects(frequencies=list(RENEW))
        if not s.definition.by_days and any(side.dataset == dataset for side in s.definition.sides.values())
    ]


def compute_one(subject: Subject) -> int:
    """Compute one periodic or momentary indicator now; 1 when it had an answer."""
    today = clock.today()
    with transaction.atomic():
        take_turn()
        if subject.definition.window == "now":
            found = count_now([subject], today)
        else:
            found = count_period(subject, today)
        store_values([subject], found)
        judge(now_presents([subject], found))
    return 1 if found else 0


def recompute(codes: Sequence[str] = ()) -> int:
    """Compute everything (or some indicators) now: after an install, in tests, by command."""
    Indicator.objects.filter(Q(code__in=codes) if codes else Q()).update(filled_version=0)
    done = settle_days()
    for subject in subjects(codes=codes):
        if not subject.definition.by_days and subject.definition.frequency != "live":
            done += compute_one(subject)
    return done + refresh_live(whole=True)
