"""Whether a column holds a sound identifier, inside the engine: GB 11643 citizen numbers, GB 32100 credit codes."""

from citybrain.hub.data.domain.check_digits import CITIZEN_WEIGHTS, USCC_ALPHABET, USCC_WEIGHTS


def sound_identifier(register: str, column: str = "number") -> str:
    """SQL condition for ``person`` or ``firm``; KeyError otherwise. Unknown for a missing value."""
    return {"person": sound_citizen, "firm": sound_uscc}[register](column)


def sound_citizen(column: str) -> str:
    """18 signs with the right check sign."""
    total = " + ".join(
        f"{w} * TRY_CAST(substr({column}, {n}, 1) AS INTEGER)" for n, w in enumerate(CITIZEN_WEIGHTS, 1)
    )
    form = f"regexp_full_match({column}, '[0-9]{{17}}[0-9X]')"
    return f"({form} AND substr('10X98765432', ({total}) % 11 + 1, 1) = substr({column}, 18, 1))"


def sound_uscc(column: str) -> str:
    """18 signs of the alphabet with the right check sign."""
    total = " + ".join(
        f"{w} * (strpos('{USCC_ALPHABET}', substr({column}, {n}, 1)) - 1)"
        for n, w in enumerate(USCC_WEIGHTS, 1)
    )
    form = f"regexp_full_match({column}, '[{USCC_ALPHABET}]{{18}}')"
    return (
        f"({form} AND substr('{USCC_ALPHABET}', (31 - ({total}) % 31) % 31 + 1, 1) = substr({column}, 18, 1))"
    )
