"""Official numbers, the pinyin of names, masking and the joining of two edits."""

from __future__ import annotations

import pytest

from denghuo.records.customers import rules


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_identity_numbers_of_the_standards_own_examples_are_valid(number):
    assert rules.identity_number_is_valid(number)


@pytest.mark.parametrize(
    "number", ["110105194912310021", "11010519491231002x", "1101051949123100", "", "4405241880010100１4"]
)
def test_a_wrong_identity_number_is_caught(number):
    assert not rules.identity_number_is_valid(number)


@pytest.mark.parametrize("code", ["91350100M000100Y43", "914403001922038216"])
def test_credit_codes_are_valid(code):
    assert rules.credit_code_is_valid(code)


def test_every_single_wrong_character_of_a_credit_code_is_caught():
    code = "91350100M000100Y43"
    for position in range(17):
        other = "1" if code[position] != "1" else "2"
        assert not rules.credit_code_is_valid(code[:position] + other + code[position + 1 :])


@pytest.mark.parametrize("code", ["91350100I000100Y43", "91350100M000100Y4", "", "９1350100M000100Y43"])
def test_a_credit_code_of_other_characters_is_refused(code):
    assert not rules.credit_code_is_valid(code)


@pytest.mark.parametrize(
    "name, full, initials",
    [
        ("王秀英", "wangxiuying", "wxy"),
        ("陈记面馆", "chenjimianguan", "cjmg"),
        ("灯火铸造有限公司", "denghuozhuzaoyouxiangongsi", "dhzzyxgs"),
        ("A1电力 Ltd", "a1dianliltd", "a1dlltd"),
        ("😀", "", ""),
    ],
)
def test_pinyin_keys(name, full, initials):
    assert rules.pinyin_keys(name) == (full, initials)


def test_pinyin_keys_fit_their_columns():
    full, initials = rules.pinyin_keys("庄" * 80)
    assert len(full) <= rules.PINYIN_LENGTH and len(initials) <= rules.INITIALS_LENGTH


@pytest.mark.parametrize(
    "field, value, person, shown",
    [
        ("name", "王秀英", True, "王*英"),
        ("name", "陈记面馆", False, "陈记面馆"),
        ("phone", "13800138001", True, "138****8001"),
        ("phone", "13800138001", False, "138****8001"),
        ("address", "灯火镇梧桐巷12-301", True, "灯火镇梧桐巷***"),
        ("address", "灯火镇工业路6号", False, "灯火镇工业路6号"),
        ("email", "", True, ""),
    ],
)
def test_what_is_shown_of_a_customer(field, value, person, shown):
    assert rules.masked(field, value, person=person) == shown


def test_edits_of_different_fields_join():
    base = {"name": "王秀英", "phone": "1", "email": ""}
    joined, clashes = rules.merge(base, {**base, "phone": "2"}, {**base, "email": "w@x.cn"})
    assert joined == {"name": "王秀英", "phone": "2", "email": "w@x.cn"}
    assert clashes == ()


def test_edits_of_one_field_are_for_a_person_to_decide():
    base = {"phone": "1"}
    joined, clashes = rules.merge(base, {"phone": "2"}, {"phone": "3"})
    assert clashes == ("phone",) and joined["phone"] == "3"


def test_the_same_edit_twice_is_no_clash():
    assert rules.merge({"phone": "1"}, {"phone": "2"}, {"phone": "2"}) == ({"phone": "2"}, ())
