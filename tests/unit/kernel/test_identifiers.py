import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.kernel import identifiers
from denghuo.kernel.identifiers import NumberKind

KINDS = st.sampled_from(list(NumberKind))


def test_the_check_digit_is_that_of_the_standard():
    assert identifiers.check_digit("0794") == "5"  # the example of ISO/IEC 7064 for MOD 11,10


@given(KINDS, st.integers(0, 10**5 - 1))
def test_a_composed_number_is_recognised(kind, serial):
    number = identifiers.number(kind, "45", serial)
    assert len(number) == kind.digits
    assert identifiers.classify(number) is kind


@given(KINDS, st.integers(0, 10**5 - 1), st.data())
def test_any_single_wrong_digit_is_caught(kind, serial, data):
    number = identifiers.number(kind, "45", serial)
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != number[place]]))
    assert identifiers.classify(number[:place] + wrong + number[place + 1 :]) is None


def test_a_serial_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        identifiers.number(NumberKind.CUSTOMER, "45", 10**7)


@pytest.mark.parametrize("text", ["", "abc", "１２３４５６７８９０", "13812345678"])
def test_other_texts_name_nothing(text):
    assert identifiers.classify(text) is None
