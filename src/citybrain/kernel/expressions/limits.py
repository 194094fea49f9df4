"""The bounds every expression lives under. They are small on purpose: a condition is a sentence, not a program."""

from decimal import Decimal

MAX_CHARS = 2_000  # length of the text
MAX_DEPTH = 32  # nesting of brackets, functions, if, not, minus
MAX_STEPS = 20_000  # nodes visited and list members read in one evaluation
MAX_SECONDS = 0.25  # wall time of one evaluation
MAX_DIGITS = 30  # digits of a number literal, and the largest power of ten a result may reach
MAX_NUMBER = Decimal(10) ** MAX_DIGITS
MAX_STRING = 10_000  # characters of a string made while evaluating
DIVISION_PLACES = Decimal(1).scaleb(-10)  # quotients are rounded half up to ten decimals
