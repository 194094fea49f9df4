"""Identifiers (reference §7.2, check A09)."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.hub.certificates.domain import numbers

VECTORS = [
    ("11100000000013338W032", "11220000013544541J", "2430599", 1, "F"),
    ("11100000000013338W011", "11430000006122244L", "20230000403", 1, "U"),
    ("11100000MB03271699022", "340100", "000000016", 1, "9"),
    ("11100000000013338W009", "11330105002500287C", "2025052201", 2, "0"),
]
FIFTH = "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"


@pytest.mark.parametrize(("kind", "issuer", "serial", "version", "check"), VECTORS)
def test_the_public_samples_get_their_check_character(kind, issuer, serial, version, check):
    made = numbers.make_identifier(type_code=kind, issuer=issuer, serial=serial, version=version)
    assert made.check == check
    assert numbers.parse_identifier(str(made)) == (made, [])


def test_a_foreign_identifier_with_another_check_is_a_warning_not_a_drop():
    identifier, faults = numbers.parse_identifier(FIFTH)
    assert identifier.check == "M"
    assert [f.code for f in faults] == ["check"]
    assert "D" in faults[0].en


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.2.3", "root"),
        ("1.2.156.3005.2.A.B", "parts"),
        ("1.2.156.3005.2.SHORT.340100.1.001.0", "type"),
        ("1.2.156.3005.2.11100000MB03271699022.34.1.001.0", "issuer"),
        ("1.2.156.3005.2.11100000MB03271699022.340100.a.001.0", "serial"),
        ("1.2.156.3005.2.11100000MB03271699022.340100.1.000.0", "version"),
    ],
)
def test_each_fault_of_an_identifier_has_its_own_code(text, code):
    with pytest.raises(numbers.NumberFault) as fault:
        numbers.parse_identifier(text)
    assert fault.value.code == code


@given(st.text(string.digits + string.ascii_uppercase, min_size=1, max_size=32), st.data())
def test_any_single_wrong_character_is_noticed(serial, data):
    at = data.draw(st.integers(0, len(serial) - 1))
    other = data.draw(st.sampled_from([c for c in numbers.ALPHABET if c != serial[at]]))
    assert numbers.check_character(serial) != numbers.check_character(serial[:at] + other + serial[at + 1 :])


def test_printed_numbers_follow_the_pattern():
    made = numbers.printed_number(
        "JY{division}{year}{serial:6}", serial=42, on=date(2026, 3, 2), division="350902001000"
    )
    assert made == "JY3509022026000042"


@pytest.mark.parametrize("pattern", ["{serial}", "no serial", "{serial:6}{__class__}", "{serial:6.__x}"])
def test_other_placeholders_are_refused(pattern):
    assert numbers.pattern_problem(pattern)
