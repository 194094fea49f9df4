"""The masks of ``kernel.masking`` as SQL, so that a masked value never leaves the engine. Both engines understand them."""

from collections.abc import Callable


def stars(count: str) -> str:
    """So many stars."""
    return f"repeat('*', CAST({count} AS integer))"


def name(v: str) -> str:
    return f"CASE WHEN length({v}) = 0 THEN '' ELSE left({v}, 1) || {stars(f'greatest(1, least(length({v}) - 1, 8))')} END"


def id_number(v: str) -> str:
    return (
        f"CASE WHEN length({v}) >= 15 THEN left({v}, 6) || {stars(f'length({v}) - 10')} || right({v}, 4)"
        f" WHEN length({v}) >= 5 THEN left({v}, 1) || {stars(f'length({v}) - 2')} || right({v}, 1)"
        f" ELSE {stars(f'length({v})')} END"
    )


def phone(v: str) -> str:
    return (
        f"CASE WHEN length({v}) >= 11 THEN left({v}, CAST(length({v}) - 8 AS integer)) || '****' || right({v}, 4)"
        f" WHEN length({v}) > 2 THEN {stars(f'length({v}) - 2')} || right({v}, 2)"
        f" ELSE {stars(f'length({v})')} END"
    )


def email(v: str) -> str:
    return (
        f"CASE WHEN strpos({v}, '@') > 0 THEN left(split_part({v}, '@', 1), 1) || '***@'"
        f" || substring({v}, CAST(strpos({v}, '@') + 1 AS integer)) ELSE {stars(f'length({v})')} END"
    )


def address(v: str) -> str:
    return (
        f"CASE WHEN length({v}) > 6 THEN left({v}, 6) || {stars(f'least(8, greatest(1, length({v}) - 6))')}"
        f" ELSE {stars(f'length({v})')} END"
    )


def account(v: str) -> str:
    return (
        f"CASE WHEN length({v}) > 6 THEN {stars(f'length({v}) - 4')} || right({v}, 4)"
        f" ELSE {stars(f'length({v})')} END"
    )


def hidden(v: str) -> str:
    return stars(f"least(length({v}), 8)")


KINDS: dict[str, Callable[[str], str]] = {
    "name": name, "id_number": id_number, "phone": phone, "email": email, "address": address, "account": account,
}  # fmt: skip


def masked(kind: bool | str, expression: str) -> str:
    """SQL of the masked text of an expression; unknown stays unknown, an unknown kind hides everything."""
    text = f"trim(CAST({expression} AS text))"
    shown = KINDS[kind](text) if isinstance(kind, str) and kind in KINDS else hidden(text)
    # Spelt out: least() of PostgreSQL passes over unknown, and eight stars would stand for nothing.
    return f"CASE WHEN {expression} IS NULL THEN NULL ELSE {shown} END"
