"""Asking the engine what rules find. A rule the engine cannot compute is reported and never hides the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from citybrain.hub.data.lake import reading
from citybrain.hub.data.quality.domain.predicates import Test
from citybrain.hub.data.quality.domain.rule import Rule, Surroundings
from citybrain.hub.data.quality.domain.statements import Sql, copies, counting, sampling
from citybrain.kernel.errors import Unavailable
from citybrain.kernel.text import Text

SECONDS = 3600.0


@dataclass
class Found:
    """Rows seen; rule → (judged, failed); rule → why it could not be computed."""

    rows: int = 0
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    broken: dict[str, Text] = field(default_factory=dict)


def asked(sql: Sql, as_of: datetime | None, seconds: float = SECONDS) -> list[tuple]:
    """Rows of a statement over the table as it was."""
    return reading.query(reading.Asked(sql.text, sql.params, as_of=as_of, seconds=seconds)).rows


def one_pass(
    key: str,
    found: Mapping[str, Test],
    *,
    as_of: datetime | None,
    only: Sequence[str] = (),
    sample: int = 0,
    seconds: float = SECONDS,
) -> Found:
    """Counts of several rules in one scan; when the engine refuses, the rules are halved until the guilty one stands alone."""
    try:
        row = asked(counting(key, found, only, sample), as_of, seconds)[0]
    except (duckdb.Error, Unavailable) as error:
        if not found:
            raise
        if len(found) == 1:
            return Found(broken={next(iter(found)): words_of(error)})
        return halved(key, found, as_of=as_of, only=only, sample=sample, seconds=seconds)
    pairs = zip(row[1::2], row[2::2], strict=True)
    return Found(int(row[0]), {rule: (int(j), int(f)) for rule, (j, f) in zip(found, pairs, strict=True)})


def halved(key: str, found: Mapping[str, Test], **how) -> Found:
    """Both halves on their own."""
    every = list(found.items())
    middle = len(every) // 2
    one, other = (one_pass(key, dict(half), **how) for half in (every[:middle], every[middle:]))
    return Found(max(one.rows, other.rows), one.counts | other.counts, one.broken | other.broken)


def words_of(error: Exception) -> Text:
    """Why a rule cannot be computed, without values of rows: the engine's own sentence may carry them."""
    if isinstance(error, Unavailable):
        return Text(zh="计算超时或内存不足", en="takes too long or too much memory")
    return Text(
        zh=f"查询引擎不能计算这条规则({type(error).__name__})",
        en=f"the engine cannot compute this rule ({type(error).__name__})",
    )


def own_pass(rule: Rule, test: Test, around: Surroundings, *, as_of: datetime | None) -> Found:
    """Counts of a rule that reads the table again, or another one."""
    if rule.kind != "unique":
        return one_pass(rule.resource, {rule.key: test}, as_of=as_of)
    try:
        judged, failed = asked(copies(rule, around), as_of)[0]
    except (duckdb.Error, Unavailable) as error:
        return Found(broken={rule.key: words_of(error)})
    return Found(0, {rule.key: (int(judged), int(failed))})


def sampled(
    rule: Rule,
    test: Test,
    names: Sequence[str],
    *,
    as_of: datetime | None,
    only: Sequence[str] = (),
    sample: int = 0,
    seconds: float = SECONDS,
) -> list[tuple]:
    """Some rows that fail: delivery, number in it, then the named items."""
    return asked(sampling(rule, test, names, only, sample), as_of, seconds)
