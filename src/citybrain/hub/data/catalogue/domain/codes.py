"""Codes of classes and resources (GB/T 21063 practice, reference §6.2): 类 1 digit, 项 2, 目 3, 细目 any further digits.

A resource's code is its class code, a slash and a serial number of six or more digits: ``101001/000012``.
"""

LEVELS = {1: 1, 3: 2, 6: 3}
LONGEST = 20


def class_level(code: str) -> int:
    """1 类, 2 项, 3 目, 4 细目; 0 when the code does not follow the rule."""
    if not (code.isascii() and code.isdigit()) or len(code) > LONGEST:
        return 0
    return LEVELS.get(len(code), 4 if len(code) > 6 else 0)


def parent_code(code: str) -> str:
    """The code of the class above; empty for a 类 and for a code outside the rule. The parent of a 细目 is its 目."""
    level = class_level(code)
    return {2: code[:1], 3: code[:3], 4: code[:6]}.get(level, "")


def resource_code(class_code: str, serial: int) -> str:
    """The code of the ``serial``-th resource of a class."""
    return f"{class_code}/{serial:06d}"
