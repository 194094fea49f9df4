"""Text into tokens. Refuses every character outside the language and every name that begins with ``_``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from citybrain.kernel.expressions.errors import ExpressionError
from citybrain.kernel.expressions.limits import MAX_CHARS, MAX_DIGITS

KEYWORDS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "between",
        "if",
        "then",
        "else",
        "some",
        "every",
        "satisfies",
        "true",
        "false",
        "null",
    ]
)
TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\u3000]+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<string>"(?:[^"\\\n]|\\["\\n])*"|'(?:[^'\\\n]|\\['\\n])*')
      | (?P<name>[A-Za-z][A-Za-z0-9_]*)
      | (?P<symbol><=|>=|!=|==|[-+*/=<>()\[\],.])""",
    re.VERBOSE | re.ASCII,
)
ESCAPES = {'\\"': '"', "\\'": "'", "\\\\": "\\", "\\n": "\n"}


@dataclass(frozen=True)
class Token:
    """A word with its position (from 1)."""

    kind: str  # number | string | name | keyword | symbol | end
    text: str
    line: int
    col: int


def tokens(text: str) -> list[Token]:
    """All tokens of the text, an ``end`` token last."""
    if not isinstance(text, str):
        raise ExpressionError("syntax", zh="表达式必须是文本", en="an expression must be text")
    if len(text) > MAX_CHARS:
        raise ExpressionError(
            "limit",
            zh=f"表达式超过{MAX_CHARS}个字符",
            en=f"the expression is longer than {MAX_CHARS} characters",
        )
    found: list[Token] = []
    at, line, start = 0, 1, 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise _unreadable(text[at], line, at - start + 1)
        kind, word = str(match.lastgroup), match.group()
        if kind != "space":
            found.append(_token(kind, word, line, at - start + 1))
        if "\n" in word:
            line += word.count("\n")
            start = at + word.rindex("\n") + 1
        at = match.end()
    found.append(Token("end", "", line, at - start + 1))
    return found


def _token(kind: str, word: str, line: int, col: int) -> Token:
    if kind == "number" and len(word.replace(".", "")) > MAX_DIGITS:
        raise ExpressionError(
            "limit",
            zh=f"数字超过{MAX_DIGITS}位",
            en=f"a number has more than {MAX_DIGITS} digits",
            line=line,
            col=col,
        )
    if kind == "string":
        word = re.sub(r"\\.", lambda m: ESCAPES[m.group()], word[1:-1])
        if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in word):
            raise _unreadable("\\0", line, col)
    if kind == "name" and word in KEYWORDS:
        kind = "keyword"
    return Token(kind, word, line, col)


def _unreadable(char: str, line: int, col: int) -> ExpressionError:
    shown = char if char.isprintable() else f"U+{ord(char[0]):04X}"
    if char == "_":
        return ExpressionError(
            "syntax",
            zh="名称不能以下划线开头",
            en="a name may not begin with an underscore",
            line=line,
            col=col,
        )
    if char in "\"'":
        return ExpressionError(
            "syntax", zh="文本的引号没有闭合", en="a quotation mark is not closed", line=line, col=col
        )
    return ExpressionError(
        "syntax",
        zh=f"表达式里不能有“{shown}”",
        en=f"“{shown}” is not part of the expression language",
        line=line,
        col=col,
    )
