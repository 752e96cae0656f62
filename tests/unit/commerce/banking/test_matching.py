"""Whose money is it: rules judged one by one."""

from __future__ import annotations

import pytest

from denghuo.commerce.banking.rules import Evidence, numbers_in, ranked
from denghuo.kernel.identifiers import NumberKind, number

ACCOUNT = number(NumberKind.ACCOUNT, "45", 7)
POINT = number(NumberKind.SUPPLY_POINT, "45", 7)
BILL = number(NumberKind.BILL, "202608", 7)


def test_a_remark_gives_the_numbers_whose_check_digit_agrees():
    wrong = ACCOUNT[:-1] + str((int(ACCOUNT[-1]) + 1) % 10)
    found = numbers_in(f"8月电费{ACCOUNT}，户号:{POINT} {BILL} {wrong} 20260907 9{ACCOUNT}9")
    assert found == [
        (NumberKind.ACCOUNT, ACCOUNT),
        (NumberKind.SUPPLY_POINT, POINT),
        (NumberKind.BILL, BILL),
    ]


@pytest.mark.parametrize(
    "evidence, trusted, certain",
    [
        ([("account_number", 1, 500)], ("account_number",), {1}),
        ([("account_number", 1, 999)], ("account_number",), {1}),
        ([("account_number", 1, 500)], (), set()),
        ([("account_number", 1, 500), ("account_number", 2, 500)], ("account_number",), set()),
        ([("account_number", 1, 500), ("name", 2, 500)], ("account_number",), {1}),
        ([("payer_account", 1, 500)], ("payer_account",), {1}),
        ([("payer_account", 1, 499)], ("payer_account",), set()),
        ([("payer_account", 1, 500), ("payer_account", 2, 0)], ("payer_account",), set()),
        ([("name_amount", 1, 500), ("name_amount", 2, 500)], ("name_amount",), set()),
    ],
)
def test_only_one_trusted_way_without_doubt_is_certain(evidence, trusted, certain):
    found = ranked([Evidence(*item) for item in evidence], amount_fen=500, trusted=trusted)
    assert {proposal.account_id for proposal in found if proposal.certain} == certain


def test_a_number_ranks_before_a_name_and_all_reasons_are_shown():
    found = ranked(
        [Evidence("name", 2, 100), Evidence("payer_account", 1, 500), Evidence("bill_number", 1, 500)],
        amount_fen=500,
    )
    assert [proposal.account_id for proposal in found] == [1, 2]
    assert found[0].rules == ("bill_number", "payer_account")
    assert found[0].exact and not found[1].exact
