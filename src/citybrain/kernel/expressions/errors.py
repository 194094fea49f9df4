"""The one error of the expression language."""


class ExpressionError(ValueError):
    """What is wrong with an expression or its values, where, in both languages.

    ``code``: syntax | name | type | limit | value | sql. ``line`` and ``col`` count from 1 (0: whole expression).
    """

    def __init__(self, code: str, *, zh: str, en: str, line: int = 0, col: int = 0) -> None:
        self.code, self.zh, self.en, self.line, self.col = code, zh, en, line, col
        where = f" (line {line}, column {col})" if line else ""
        super().__init__(f"{en}{where}")

    @property
    def text(self) -> dict[str, str]:
        """The sentence as bilingual text, with its position."""
        if not self.line:
            return {"zh": self.zh, "en": self.en}
        return {
            "zh": f"第{self.line}行第{self.col}列：{self.zh}",
            "en": f"line {self.line}, column {self.col}: {self.en}",
        }
