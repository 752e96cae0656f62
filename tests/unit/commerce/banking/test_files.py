"""Debit files: what is written can be read, and what was changed on the way is refused."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.banking import rules
from denghuo.commerce.banking.rules import PROFILES, FileUnreadable, ReturnRow
from tests.unit.commerce.banking import DAY

amounts = st.integers(0, 10**12)
words = st.text(st.characters(exclude_categories=("C",)), max_size=40).map(str.strip)
lines = st.lists(st.tuples(amounts, words), max_size=30)


@settings(deadline=None)
@given(bank=st.sampled_from(sorted(PROFILES)), content=lines)
def test_what_a_bank_writes_is_read_back_to_the_fen(bank, content):
    rows = [
        ReturnRow(number, f"S{number}", "6217000012345678", fen, "X", message)
        for number, (fen, message) in enumerate(content, start=2)
    ]
    profile = PROFILES[bank]
    body = rules.write_return(profile, batch_number="D20260910001", debit_date=DAY, rows=rows)
    read = rules.read_return(profile, body)
    assert read.batch_number == "D20260910001"
    assert [(row.serial, row.amount_fen, row.code) for row in read.rows] == [
        (row.serial, row.amount_fen, row.code) for row in rows
    ]
    assert not any(row.problem for row in read.rows)


def answer(*amounts_fen: int) -> bytes:
    rows = [ReturnRow(n, f"S{n}", "6217", fen, "0000") for n, fen in enumerate(amounts_fen, start=2)]
    return rules.write_return(PROFILES["denghuo_city"], batch_number="D1", debit_date=DAY, rows=rows)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body[: len(body) // 2],
        lambda body: b"",
        lambda body: body.replace(b"S2,6217,1000", b"S2,6217,1001"),
        lambda body: b"\r\n".join(line for line in body.split(b"\r\n") if not line.startswith(b"D,S3")),
        lambda body: (
            body.replace(b"S2,6217,1000", b"@")
            .replace(b"S3,6217,2000", b"S2,6217,2000")
            .replace(b"@", b"S3,6217,1000")
            + b"junk,"
        ),
        lambda body: b"\xff\xfe\x00" + body,
        lambda body: body.replace(b"H,", b"X,", 1),
        lambda body: b"PK\x03\x04" + bytes(400),
    ],
)
def test_a_file_that_was_cut_or_changed_is_refused(spoil):
    with pytest.raises(FileUnreadable):
        rules.read_return(PROFILES["denghuo_city"], spoil(answer(1000, 2000, 3000)))


def test_swapped_amounts_change_the_control_sum():
    assert rules.control_sum([1000, 2000]) != rules.control_sum([2000, 1000])


def test_a_row_that_makes_no_sense_is_kept_with_its_problem():
    body = answer(1000, 2000).replace(b"S3,6217,2000", b"S3,6217,20.5")
    rows = rules.read_return(PROFILES["denghuo_city"], body).rows
    assert [bool(row.problem) for row in rows] == [False, True]
