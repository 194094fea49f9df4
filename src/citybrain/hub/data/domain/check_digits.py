"""Check digits in the engine's SQL, value by value the same answer as ``identity.check_citizen_number`` and ``check_uscc``.

Warnings (abolished or unknown divisions, unknown registrars) are no faults here either. Weights and alphabets: GB 11643,
GB 32100-2015, GB 11714.
"""

CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def citizen_number(value: str) -> str:
    """Form, a birth date that exists, is not in the future and not 150 years past, check character. Needs ``$today``."""
    born = f"CAST(try_strptime(substr({value}, 7, 8), '%Y%m%d') AS DATE)"
    total = " + ".join(
        f"(ascii(substr({value}, {i}, 1)) - 48) * {w}" for i, w in enumerate(CITIZEN_WEIGHTS, 1)
    )
    return (
        f"(regexp_full_match({value}, '[0-9]{{17}}[0-9X]')"
        f" AND coalesce({born} <= $today AND year($today) - year({born}) <= 150, false)"
        f" AND substr({value}, 18, 1) = substr('10X98765432', CAST(({total}) % 11 AS BIGINT) + 1, 1))"
    )


def uscc(value: str) -> str:
    """Form, digits where the division stands, the organisation's own check character, the last one."""
    whole = weighted(value, USCC_WEIGHTS, f"strpos('{USCC_ALPHABET}', substr({{v}}, {{i}}, 1)) - 1")
    digit = "CASE WHEN substr({v}, {i}, 1) <= '9' THEN ascii(substr({v}, {i}, 1)) - 48 ELSE ascii(substr({v}, {i}, 1)) - 55 END"
    inner = weighted(value, ORGANISATION_WEIGHTS, digit, start=9)
    return (
        f"(regexp_full_match({value}, '[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}')"
        f" AND substr({value}, 17, 1) = substr('0X987654321', CAST(({inner}) % 11 AS BIGINT) + 1, 1)"
        f" AND substr({value}, 18, 1) = substr('{USCC_ALPHABET}', CAST((31 - ({whole}) % 31) % 31 AS BIGINT) + 1, 1))"
    )


def weighted(value: str, weights: tuple[int, ...], digit: str, start: int = 1) -> str:
    """The weighted sum of the digits from ``start`` on."""
    return " + ".join(f"({digit.format(v=value, i=i)}) * {w}" for i, w in enumerate(weights, start))


CHECKS = {"citizen_number": citizen_number, "uscc": uscc}
