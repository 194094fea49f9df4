"""What counts as nothing around and instead of a value, wherever it is collected or judged."""

BLANK = (
    " \t\r\n\u3000\ufeff\xa0"  # blanks people type, the wide one of Chinese keyboards, what files bring along
)
