"""Citizen numbers and credit codes: every kind of fault is told apart."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.hub.identity.domain.identifiers import (
    USCC_ALPHABET,
    birth_date,
    check_citizen_number,
    check_uscc,
    citizen_check_character,
    is_sound,
    sex,
    uscc_check_character,
)

TODAY = date(2026, 11, 23)


def codes(found):
    return [p.code for p in found]


@pytest.mark.parametrize("number", ["11010519491231002X", "35090219900101001X", "35098219851231002X"])
def test_reference_citizen_numbers_are_sound(number):
    assert check_citizen_number(number, today=TODAY) == []


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("35090219900101001", "length"),
        ("35090219900101001x", "lower_case"),
        ("3509O219900101001X", "letter_o"),
        ("3509I219900101001X", "letter_i"),
        ("35090219900101001*", "characters"),
        ("X5090219900101001X", "characters"),
        ("３50902199001010019", "fullwidth"),
        ("350902 19900101001X", "space"),
        ("350902199002300010", "date_impossible"),
        ("350902209901010010", "date_future"),
        ("350902180001010010", "date_too_old"),
        ("350902199001010011", "check_character"),
    ],
)
def test_each_fault_of_a_citizen_number_has_its_own_code(number, code):
    found = check_citizen_number(number, today=TODAY)
    assert code in codes(found)
    assert not is_sound(found)


def test_an_abolished_division_is_valid_with_a_warning():  # A10
    found = check_citizen_number("352225197603030092", today=TODAY)
    assert codes(found) == ["division_historical"]
    assert is_sound(found)
    assert "历史区划" in found[0].zh


def test_an_unknown_division_is_a_warning_not_a_refusal():
    s17 = "99999919900101001"
    found = check_citizen_number(s17 + citizen_check_character(s17), today=TODAY)
    assert codes(found) == ["division_unknown"]
    assert is_sound(found)


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_single_wrong_digit_is_found(position, shift):
    good = "350902199001010010"[:17]
    good += citizen_check_character(good)
    digit = str((int(good[position]) + shift) % 10)
    bad = good[:position] + digit + good[position + 1 :]
    assert "check_character" in codes(check_citizen_number(bad, today=TODAY)) or not is_sound(
        check_citizen_number(bad, today=TODAY)
    )


def test_birth_date_and_sex_are_read_from_the_number():
    assert birth_date("35090219900101001X") == date(1990, 1, 1)
    assert (sex("35090219900101001X"), sex("35098219851231002X")) == ("1", "2")


@pytest.mark.parametrize(
    "code",
    [
        "11100000000013338W", "11430000006122244L", "11330105002500287C", "113700000045046442", "11220000013544541J",
        "11100000MB03271699", "91350000158142711F", "91350900587527783P",
    ],
)  # fmt: skip
def test_reference_credit_codes_are_sound(code):
    assert is_sound(check_uscc(code))


def test_letter_o_wrong_check_and_lower_case_are_three_codes():  # A08
    letter = codes(check_uscc("9135000015814271OF"))
    check = codes(check_uscc("91350000158142711E"))
    lower = codes(check_uscc("91350000158142711f"))
    assert (letter, check, lower) == (["letter_o"], ["check_character"], ["lower_case"])


def test_a_code_seen_in_public_material_with_a_wrong_check_is_refused():
    assert codes(check_uscc("913509005811327999")) == ["check_character"]


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("9135000015814271", "length"),
        ("91350000158142711S", "characters"),
        ("91350000158142721F", "organisation_check"),
        ("00350000158142711F", "registrar"),
        (" 91350000158142711F", "space"),
    ],
)
def test_each_fault_of_a_credit_code_has_its_own_code(code, fault):
    assert fault in codes(check_uscc(code))


@given(st.integers(0, 17), st.integers(1, 30))
def test_any_single_wrong_character_of_a_credit_code_is_found(position, shift):
    good = "91350000158142711F"
    wrong = USCC_ALPHABET[(USCC_ALPHABET.index(good[position]) + shift) % 31]
    bad = good[:position] + wrong + good[position + 1 :]
    assert not is_sound(check_uscc(bad))


@given(st.text(max_size=40))
def test_no_input_breaks_the_checks(text):
    check_citizen_number(text, today=TODAY)
    check_uscc(text)


def test_check_characters_are_computed():
    assert uscc_check_character("91350000158142711") == "F"
    assert citizen_check_character("11010519491231002") == "X"
