"""Six digits, and which ones would be guessed at once."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.sign_in.pins import problem_with

GUESSED = """
    000000 111111 121212 123123 112233 998877 123456 234567 654321 098765 024680 086420 010101 111222 100000
    010190 311299 140285 199003 200112 850214 991231
"""


@pytest.mark.parametrize("pin", GUESSED.split())
def test_a_pin_that_is_tried_first_is_refused_with_a_sentence(pin):
    assert problem_with(pin).endswith((".", "date."))
    assert problem_with(pin) != ""


@pytest.mark.parametrize("pin", ["714082", "905163", "483926", "379461", "860943"])
def test_an_ordinary_pin_may_be_used(pin):
    assert problem_with(pin) == ""


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12a456", " 71408", "７１４０８２", "-71408", "71408²"])
def test_only_six_digits_are_six_digits(pin):
    assert problem_with(pin) == "Choose six digits."


def test_the_digits_of_the_user_name_are_no_secret():
    assert "user name" in problem_with("714082", username="nurse714082")


@given(st.dates())
def test_no_birthday_in_any_usual_order_is_taken(day):
    for order in ("%d%m%y", "%m%d%y", "%y%m%d"):
        assert problem_with(day.strftime(order)) != "", (day, order)


def test_most_pins_are_left_to_choose_from():
    left = sum(problem_with("".join(digits)) == "" for digits in product("0123456789", repeat=6))
    assert 850_000 < left < 950_000
