"""How alike two records are: comparisons, their weights, blocking and thresholds for people and for firms.

The weights (m: how often records of one person agree so; u: how often records of two people do) were measured on
labelled synthetic twins by ``./citybrain bench matching --train``; u is rounded up, because real names and addresses
repeat more than made-up ones. They are numbers of this file, so that a match can be explained and stays the same. Fellegi and Sunter's model; computed by ``splink``.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Level:
    """One way two values can agree: words, SQL over ``<item>_l``/``<item>_r``, m and u."""

    words: str
    sql: str
    m: float
    u: float


@dataclass(frozen=True)
class Matching:
    """A matching model. ``auto``: joined at once; from ``review`` to ``auto`` a person looks."""

    register: str
    prefix: str
    comparisons: dict[str, tuple[Level, ...]]
    # Each block is what two records must have in common to be compared at all: SQL over the columns of one record.
    blocks: tuple[tuple[str, ...], ...]
    prior: float
    auto: float
    review: float


def unknown(item: str) -> str:
    """One side does not say."""
    return f"{item}_l IS NULL OR {item}_r IS NULL"


SWAPPED = "substr(birth_l, 1, 4) = substr(birth_r, 1, 4) AND substr(birth_l, 6, 2) = substr(birth_r, 9, 2) AND substr(birth_l, 9, 2) = substr(birth_r, 6, 2)"

# The engine counts edits in bytes, and a Chinese sign has three: signs are compared place by place.
ONE_SIGN = (
    "length(name_l) = length(name_r) AND length(name_l) > 2 AND "
    + " + ".join(f"CAST(substr(name_l, {n}, 1) = substr(name_r, {n}, 1) AS INTEGER)" for n in (1, 2, 3, 4))
    + " >= 3"
)

PEOPLE = Matching(
    register="person",
    prefix="P",
    comparisons={
        "name": (
            Level("same", "name_l = name_r", 0.86, 0.0005),
            Level("same sound", "sound_l = sound_r", 0.065, 0.0005),
            Level("one sign differs", ONE_SIGN, 0.055, 0.004),
            Level("different", "ELSE", 0.02, 0.995),
        ),
        "birth": (
            Level("same", "birth_l = birth_r", 0.91, 0.0003),
            Level("month and day swapped", SWAPPED, 0.02, 0.0001),
            Level("one digit differs", "levenshtein(birth_l, birth_r) <= 1", 0.055, 0.004),
            Level("different", "ELSE", 0.015, 0.9956),
        ),
        "phone": (
            Level("same", "phone_l = phone_r", 0.80, 0.001),
            Level("one digit differs", "levenshtein(phone_l, phone_r) <= 1", 0.04, 0.0002),
            Level("different", "ELSE", 0.16, 0.9988),
        ),
        "address": (
            Level("same", "address_l = address_r", 0.62, 0.002),
            Level("nearly the same", "jaro_winkler_similarity(address_l, address_r) > 0.92", 0.16, 0.01),
            Level("different", "ELSE", 0.22, 0.988),
        ),
        "sex": (Level("same", "sex_l = sex_r", 0.99, 0.5), Level("different", "ELSE", 0.01, 0.5)),
    },
    blocks=(
        ("sound", "substr(birth, 1, 4)"),
        ("birth", "sex"),
        ("phone",),
        ("sound", "address"),
        ("sound", "sex", "substr(birth, 6)"),
    ),
    prior=0.0005,
    auto=0.95,
    review=0.30,
)

FIRMS = Matching(
    register="firm",
    prefix="F",
    comparisons={
        "name": (
            Level("same", "name_l = name_r", 0.56, 0.001),
            Level("same core", "core_l = core_r", 0.34, 0.001),
            Level("nearly the same core", "jaro_winkler_similarity(core_l, core_r) > 0.9", 0.09, 0.02),
            Level("different", "ELSE", 0.01, 0.978),
        ),
        "representative": (
            Level("same", "representative_l = representative_r", 0.84, 0.003),
            Level("same sound", "sound_l = sound_r", 0.06, 0.001),
            Level("different", "ELSE", 0.10, 0.996),
        ),
        "phone": (
            Level("same", "phone_l = phone_r", 0.72, 0.002),
            Level("different", "ELSE", 0.28, 0.998),
        ),
        "address": (
            Level("same", "address_l = address_r", 0.62, 0.002),
            Level("nearly the same", "jaro_winkler_similarity(address_l, address_r) > 0.92", 0.16, 0.02),
            Level("different", "ELSE", 0.22, 0.978),
        ),
    },
    blocks=(
        ("core",),
        ("phone",),
        ("sound", "substr(core, 1, 2)"),
        ("address",),
    ),
    prior=0.001,
    auto=0.95,
    review=0.30,
)

MODELS = {"person": PEOPLE, "firm": FIRMS}


def key_of(block: tuple[str, ...]) -> str:
    """SQL of a block's key for one record: a number, unknown when any part is."""
    known = " AND ".join(f"{part} IS NOT NULL" for part in block)
    return f"CASE WHEN {known} THEN hash({', '.join(block)}) END"


def settings_of(model: Matching) -> dict[str, Any]:
    """The model as ``splink`` takes it: one table of records that are asked about against one of all that share a key.

    The tables carry the keys of the blocks as ``k0``, ``k1`` …; a record that is in both is not compared with itself.
    """
    return {
        "link_type": "link_only",
        "unique_id_column_name": "record",
        "probability_two_random_records_match": model.prior,
        "blocking_rules_to_generate_predictions": [
            f"l.k{n} = r.k{n} AND l.record <> r.record" for n in range(len(model.blocks))
        ],
        "comparisons": [compared(item, levels) for item, levels in model.comparisons.items()],
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": False,
    }


def compared(item: str, levels: tuple[Level, ...]) -> dict[str, Any]:
    """One comparison."""
    missing = {"sql_condition": unknown(item), "label_for_charts": "unknown", "is_null_level": True}
    return {
        "output_column_name": item,
        "comparison_levels": [missing, *(level_of(level) for level in levels)],
    }


def level_of(level: Level) -> dict[str, Any]:
    """One level with its weights."""
    return {
        "sql_condition": level.sql, "label_for_charts": level.words, "m_probability": level.m, "u_probability": level.u,
    }  # fmt: skip
