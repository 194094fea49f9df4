"""Whether a column holds a sound identifier, inside the engine: GB 11643 citizen numbers, GB 32100 credit codes."""

CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


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
