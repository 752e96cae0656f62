"""The late-payment charge: tables an accountant can sign, and every case against the day-by-day oracle."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from denghuo.commerce.receivables import rules
from denghuo.commerce.receivables.rules import Rates
from tests.oracles.late_fee import Debt, late_fee_fen

RATES = [(date.min, Rates(Decimal("0.001"), Decimal("0.002"), Decimal("0.003")))]


def yuan(amount: str) -> int:
    return int(Decimal(amount) * 100)


def day(text: str) -> date:
    return date.fromisoformat(text)


def rows(table: str) -> list[list[str]]:
    """The cells of a table drawn with bars, without its head."""
    lines = [line for line in table.strip().splitlines() if line.strip()]
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines[1:]]


def fee(amount: str, payer: str, due: str, until: str, paid=(), **how) -> int:
    return rules.total_fen(
        rules.spans(
            due_date=day(due),
            until=day(until),
            amount_fen=yuan(amount),
            paid=paid,
            payer_class=payer,
            rates=RATES,
            **how,
        )
    )


@pytest.mark.parametrize(
    "amount, payer, due, until, days, expected",
    rows("""
    |   amount | payer       | due        | until      | days          |     fee |
    | 10000.00 | other       | 2025-12-10 | 2026-01-10 | 21 at 2, 10 at 3 |  720.00 |
    | 10000.00 | other       | 2025-12-10 | 2025-12-10 | 0             |    0.00 |
    | 10000.00 | other       | 2025-12-10 | 2025-12-11 | 1 at 2        |   20.00 |
    | 10000.00 | other       | 2025-12-10 | 2025-12-31 | 21 at 2       |  420.00 |
    | 10000.00 | other       | 2025-12-10 | 2026-01-01 | 21 at 2, 1 at 3 |  450.00 |
    | 10000.00 | other       | 2025-12-31 | 2026-01-01 | 1 at 3        |   30.00 |
    | 10000.00 | other       | 2026-01-01 | 2026-01-02 | 1 at 2        |   20.00 |
    | 10000.00 | other       | 2024-12-10 | 2026-01-10 | 21 at 2, 375 at 3 | 11670.00 |
    | 10000.00 | residential | 2025-12-10 | 2026-01-10 | 31 at 1       |  310.00 |
    |   128.37 | residential | 2026-03-20 | 2026-03-21 | 1 at 1        |    0.13 |
    |   128.37 | residential | 2026-03-20 | 2026-04-20 | 31 at 1       |    3.98 |
    |   125.00 | residential | 2026-03-20 | 2026-03-21 | 1 at 1, half up |    0.13 |
    |   100.00 | residential | 2024-02-27 | 2024-03-01 | 3 at 1, leap year |    0.30 |
    |     0.01 | residential | 2026-03-20 | 2026-06-28 | 100 at 1      |    0.00 |
    |     0.01 | residential | 2026-03-20 | 2027-08-02 | 500 at 1, half up |    0.01 |
    """),
)
def test_an_accountant_can_sign(amount, payer, due, until, days, expected):
    assert fee(amount, payer, due, until) == yuan(expected)


def test_a_partial_payment_counts_from_the_day_after():
    """10,000 due 10 Dec; 6,000 paid on 20 Dec: 10 days × 20.00 + 11 days × 8.00 + 10 days × 12.00."""
    paid = [(day("2025-12-20"), yuan("6000"))]
    assert fee("10000", "other", "2025-12-10", "2026-01-10", paid) == yuan("408.00")
    # where the day of payment is not late any more for what it pays: one day of 6,000 less
    assert fee("10000", "other", "2025-12-10", "2026-01-10", paid, payment_day_counts=False) == yuan("396.00")


def test_free_days_do_not_run():
    """The first ten days waived: 11 days × 20.00 in December, 10 × 30.00 in January."""
    free = [(day("2025-12-11"), day("2025-12-20"))]
    assert fee("10000", "other", "2025-12-10", "2026-01-10", free=free) == yuan("520.00")
    assert fee("10000", "other", "2025-12-10", "2026-01-10", free=[(day("2025-12-01"), date.max)]) == 0


def test_a_minimum_holds_for_anything_at_all():
    late = rules.spans(
        due_date=day("2024-03-20"), until=day("2024-03-21"), amount_fen=1, paid=(), payer_class="residential",
        rates=RATES,
    )  # fmt: skip
    assert rules.total_fen(late, 100) == 100
    assert rules.total_fen([], 100) == 0


def test_spans_say_which_days_at_which_rate():
    spans = rules.spans(
        due_date=day("2025-12-10"), until=day("2026-01-10"), amount_fen=1_000_000, paid=(),
        payer_class="other", rates=RATES,
    )  # fmt: skip
    assert [(span.start, span.end, span.days, span.rate, span.amount) for span in spans] == [
        (day("2025-12-11"), day("2025-12-31"), 21, Decimal("0.002"), 42_000),
        (day("2026-01-01"), day("2026-01-10"), 10, Decimal("0.003"), 30_000),
    ]


def test_a_due_date_on_a_day_off_moves_to_the_next_working_day():
    working = {day("2026-10-01") + timedelta(days=n): False for n in range(7)}
    assert rules.effective_due_date(day("2026-10-03"), lambda on: working.get(on, True)) == day("2026-10-08")
    assert rules.effective_due_date(day("2026-09-30"), lambda on: working.get(on, True)) == day("2026-09-30")


DUE = st.dates(date(2023, 1, 1), date(2026, 12, 31))
DAYS = st.one_of(st.integers(-20, 90), st.integers(-20, 500))
PERMILLE = st.integers(0, 3000).map(lambda n: Decimal(n) / 1_000_000)


@st.composite
def debts(draw) -> tuple[Debt, list[tuple[date, Rates]], date]:
    due = draw(DUE)
    amount = draw(st.integers(1, 10**9))
    payments: list[tuple[date, int]] = []
    left = amount
    for after in sorted(draw(st.lists(DAYS, max_size=5))):
        if left and draw(st.booleans()):
            part = draw(st.integers(1, left))
            left -= part
            payments.append((due + timedelta(days=after), part))
    if payments and draw(st.booleans()):  # one of them bounces: undone as of its own day
        payments.append((payments[0][0], -payments[0][1]))
    changes = sorted(set(draw(st.lists(DAYS, max_size=3))))
    rates = [(date.min, Rates(*(draw(PERMILLE) for _ in range(3))))]
    rates += [(due + timedelta(days=after), Rates(*(draw(PERMILLE) for _ in range(3)))) for after in changes]
    free = []
    for after, length in draw(st.lists(st.tuples(DAYS, st.integers(0, 90)), max_size=3)):
        first = due + timedelta(days=after)
        free.append((first, first + timedelta(days=length)))
    debt = Debt(
        due_date=due,
        amount_fen=amount,
        residential=draw(st.booleans()),
        payments=payments,
        rates=[
            (since, Fraction(r.residential), Fraction(r.other), Fraction(r.cross_year)) for since, r in rates
        ],
        free=free,
        payment_day_counts=draw(st.booleans()),
        minimum_fen=draw(st.sampled_from([0, 0, 100])),
    )
    return debt, rates, due + timedelta(days=draw(st.one_of(st.integers(0, 100), st.integers(0, 520))))


def fast(debt: Debt, rates: list[tuple[date, Rates]], until: date) -> int:
    return rules.total_fen(
        rules.spans(
            due_date=debt.due_date,
            until=until,
            amount_fen=debt.amount_fen,
            paid=debt.payments,
            payer_class="residential" if debt.residential else "other",
            rates=rates,
            free=debt.free,
            payment_day_counts=debt.payment_day_counts,
        ),
        debt.minimum_fen,
    )


@settings(max_examples=2000, deadline=None)
@given(debts())
def test_every_case_equals_the_day_by_day_oracle(case):
    debt, rates, until = case
    assert fast(debt, rates, until) == late_fee_fen(debt, until)


@settings(max_examples=100, deadline=None)
@given(debts(), st.lists(st.integers(0, 520), max_size=12))
def test_charging_in_any_number_of_steps_gives_the_same_total(case, steps):
    debt, rates, until = case
    charged = 0
    for after in sorted(steps):
        on = min(debt.due_date + timedelta(days=after), until)
        charged += max(fast(debt, rates, on) - charged, 0)
    assert charged + max(fast(debt, rates, until) - charged, 0) == late_fee_fen(debt, until)
