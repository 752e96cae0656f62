"""The schedule leaves nothing out, the states only move forward, and a callback is accepted for the right reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denghuo.commerce.channels import rules
from denghuo.commerce.channels.rules import schedule, statements, states
from denghuo.project.emulator import bills

NOON = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)
lives = st.timedeltas(timedelta(minutes=1), timedelta(days=1))
waits = st.timedeltas(timedelta(0), timedelta(days=40))


@given(lives, waits)
def test_there_is_always_a_next_question_and_never_an_idle_day(life, after):
    at = NOON + after
    following = schedule.next_query(NOON, NOON + life, at)
    assert at < following <= at + schedule.DAILY
    assert following in schedule.order_plan(NOON, NOON + life) or following > NOON + life


@given(lives)
def test_a_janitor_that_asks_when_it_is_time_asks_the_whole_plan(life):
    plan, asked, at = schedule.order_plan(NOON, NOON + life), [], NOON
    while len(asked) < len(plan):
        at = schedule.next_query(NOON, NOON + life, at)
        asked.append(at)
    assert asked == sorted(set(plan))[: len(asked)] or asked == plan
    assert any(schedule.last_call(NOON + life, at) for at in asked), "there is a last call"


@given(waits)
def test_refunds_are_asked_about_until_they_end(after):
    at = NOON + after
    assert at < schedule.next_refund_query(NOON, at) <= at + schedule.DAILY


def test_the_pauses_grow():
    plan = schedule.order_plan(NOON, NOON + timedelta(hours=2))
    assert [int((at - NOON).total_seconds()) for at in plan[:7]] == [15, 30, 60, 180, 600, 1800, 3600]


def test_what_an_order_may_become():
    assert all(states.may_become(state, "paid") for state in (*rules.OPEN, "closed", "failed"))
    assert not any(states.may_become("paid", wanted) for wanted in (*rules.OPEN, *rules.FINAL))
    assert not states.may_become("closed", "pending")


@pytest.mark.parametrize(
    "state, told, late, believed",
    [
        ("pending", "pending", False, "pending"),
        ("unknown", "pending", False, "pending"),
        ("unknown", "missing", False, "unknown"),
        ("pending", "missing", False, "pending"),
        ("pending", "missing", True, "closed"),
        ("created", "missing", True, "closed"),
        ("pending", "closed", False, "closed"),
        ("paid", "closed", True, "paid"),
        ("closed", "pending", True, "closed"),
    ],
)
def test_what_is_believed(state, told, late, believed):
    at = NOON + timedelta(hours=1 if late else 0)
    assert rules.believed(state, told, at=at, expires_at=NOON + timedelta(minutes=15)) == believed


NOTICE = rules.Notice(
    kind="payment", sent_at=NOON, merchant="M", app="A", out_trade_no="D1", state="paid",
    transaction_id="T1", amount_fen=100, paid_at=NOON,
)  # fmt: skip


@pytest.mark.parametrize(
    "changes, ordered, verdict",
    [
        ({}, 100, None),
        ({"sent_at": NOON - timedelta(minutes=5)}, 100, None),
        ({"sent_at": NOON - timedelta(minutes=5, seconds=1)}, 100, "stale"),
        ({"sent_at": NOON + timedelta(minutes=5, seconds=1)}, 100, "stale"),
        ({"merchant": "N"}, 100, "wrong_merchant"),
        ({"app": "B"}, 100, "wrong_app"),
        ({"merchant": "", "app": ""}, 100, "wrong_merchant"),
        ({"merchant": ""}, 100, None),
        ({"currency": "HKD"}, 100, "wrong_currency"),
        ({"amount_fen": 99}, 100, "wrong_amount"),
        ({"amount_fen": None}, 100, "wrong_amount"),
        ({"state": "closed", "amount_fen": None}, 100, None),
        ({}, None, "unknown_order"),
        ({"transaction_id": ""}, 100, "malformed"),
    ],
)
def test_why_a_signed_callback_is_refused(changes, ordered, verdict):
    found = rules.refusal(replace(NOTICE, **changes), at=NOON, merchant="M", app="A", ordered_fen=ordered)
    assert (found and found[0]) == verdict


def _entry(kind="payment", fen=12_345, **refund):
    order = {
        "out_trade_no": "D1",
        "amount_fen": fen,
        "product": "native",
        "description": "电费, 九月",
        "created_at": 0.0,
    }
    return {"kind": kind, "at": 0.0, "order": order, "paid": {"id": "T1", "paid_at": 0.0}, **refund}


REFUND = {"refund": {"refund_id": "Y1", "out_refund_no": "R1", "amount_fen": 345}}


def test_the_bill_files_of_the_channels_are_read_line_by_line():
    entries = [_entry(), _entry("refund", **REFUND)]
    found = statements.wechat_lines(bills.wechat(entries).decode())
    assert [(line.kind, line.amount_fen, line.out_refund_no) for line in found] == [
        ("payment", 12_345, ""), ("refund", 345, "R1"),
    ]  # fmt: skip
    import io
    import zipfile

    packed = zipfile.ZipFile(io.BytesIO(bills.alipay(entries, date(2026, 9, 7))))
    text = packed.read(packed.namelist()[1]).decode("gb18030")
    assert [(line.kind, line.amount_fen) for line in statements.alipay_lines(text)] == [
        ("payment", 12_345), ("refund", 345),
    ]  # fmt: skip
    for broken in (text[:-200], text.replace("交易\t", "奇怪\t"), text.replace("支付宝交易号", "号")):
        with pytest.raises(statements.BillUnreadable):
            statements.alipay_lines(broken)


@given(st.integers(0, 2_000))
def test_a_bill_file_that_is_cut_off_is_refused(cut):
    text = bills.wechat([_entry(), _entry("refund", **REFUND)]).decode().rstrip("\r\n")
    with pytest.raises(statements.BillUnreadable):
        statements.wechat_lines(text[: min(cut, len(text) - 12)])
