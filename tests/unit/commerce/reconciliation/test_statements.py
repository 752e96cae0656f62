"""The channels' files: read back to the fen, their own summaries checked, broken rows kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.reconciliation.rules import READERS, StatementUnreadable, read
from tests.cast.statements import FileRow, file_of

DAY = date(2026, 9, 6)
SAMPLES = Path(__file__).parents[4] / "docs" / "reference" / "samples"
amounts = st.lists(st.tuples(st.integers(1, 10**11), st.booleans(), st.integers(0, 10**6)), max_size=20)


@settings(deadline=None)
@given(st.sampled_from(sorted(READERS)), amounts)
def test_a_file_is_read_to_the_fen_and_agrees_with_its_summary(channel, content):
    rows = [
        FileRow(f"T{n}", fen, "refund" if back else "payment", f"P{n}" if back else "", 0 if back else fee)
        for n, (fen, back, fee) in enumerate(content)
    ]
    found = read(channel, file_of(channel, DAY, rows))
    assert found.agrees and not found.errors
    assert found.payments_fen == sum(row.amount_fen for row in rows if row.kind == "payment")
    assert found.refunds_fen == sum(row.amount_fen for row in rows if row.kind == "refund")
    assert [line.kind for line in found.lines] == [row.kind for row in rows]
    if channel in ("wechat", "alipay"):
        assert [line.parent for line in found.lines] == [row.parent for row in rows]
    if channel in ("wechat", "alipay", "card"):
        assert sum(line.fee_fen for line in found.lines) == sum(row.fee_fen for row in rows)


def one(channel: str) -> bytes:
    return file_of(channel, DAY, [FileRow("T1", 12_345), FileRow("T2", 100, "refund", "T1")])


@pytest.mark.parametrize("channel", sorted(READERS))
def test_a_file_that_was_cut_off_or_is_of_another_channel_is_refused(channel):
    body = one(channel)
    other = one("alipay" if channel == "wechat" else "wechat")
    for wrong in (b"", b"\x00\xff\x00", body[: len(body) // 3], other, b"a,b\n1,2\n"):
        with pytest.raises(StatementUnreadable):
            read(channel, wrong)


@pytest.mark.parametrize("channel", sorted(READERS))
def test_a_changed_amount_disagrees_and_a_broken_one_is_an_error(channel):
    encoding = "utf-8" if channel == "wechat" else "gb18030"
    text = one(channel).decode(encoding)
    changed = read(
        channel, text.replace("123.45", "123.46", 1 if channel != "wechat" else 2).encode(encoding)
    )
    assert not changed.agrees
    broken = read(channel, text.replace("123.45", "12x", 2 if channel == "wechat" else 1).encode(encoding))
    assert broken.errors == 1
    assert [bool(line.problem) for line in broken.lines] == [True, False]


@pytest.mark.parametrize(
    "name, channel, total",
    [
        ("wechat-tradebill.csv", "wechat", 23_545),
        ("alipay-signcustomer.csv", "alipay", 8_050),
        ("pos.csv", "card", 150_000),
        ("bank-day.csv", "transfer", 500_000),
    ],
)
def test_the_golden_samples_of_the_documentation_are_read(name, channel, total):
    found = read(channel, (SAMPLES / name).read_bytes())
    assert found.agrees and not found.errors
    assert found.payments_fen - found.refunds_fen == total
