"""The books as they are read: trial balance, statements, the closing of a month; and what the doctor would find."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from denghuo.commerce.ledger import operations, queries
from denghuo.commerce.ledger.models import Posting, PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.foundation.audit.models import Entry as AuditEntry
from denghuo.kernel.periods import Cycle
from tests.cast import billing as cast
from tests.cast import customers
from tests.cast.money import noon, owing, pay

pytestmark = pytest.mark.django_db
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def shop():
    return customers.account(customers.organisation("陈记面馆"))


@pytest.fixture(autouse=True)
def books_agree(db):
    yield
    assert list(queries.inconsistencies()) == []


@pytest.fixture
def spring(shop):
    """In March a bill of 300.00 is paid with 500.00; in April one of 150.00 is paid from what was left over."""
    owing(shop, 30_000, due=date(2026, 3, 20))
    pay(shop, 50_000, on=date(2026, 3, 10))
    owing(shop, 15_000, due=date(2026, 4, 20))
    return shop


class TestTrialBalance:
    def test_a_month(self, spring):
        found = queries.trial_balance(first=MARCH[0], last=MARCH[1])
        rows = {
            row.code: (row.opening_fen, row.debit_fen, row.credit_fen, row.closing_fen) for row in found.rows
        }
        assert rows == {
            "1002": (0, 50_000, 0, 50_000),
            "1122": (0, 30_000, 30_000, 0),
            "2203": (0, 0, 20_000, -20_000),
            "600101": (0, 0, 30_000, -30_000),
        }
        assert found.balanced and list(rows) == sorted(rows)

    def test_the_next_month_begins_where_the_last_one_ended(self, spring):
        april = queries.trial_balance(first=date(2026, 4, 1), last=date(2026, 4, 30))
        assert {row.code: row.opening_fen for row in april.rows} == {
            "1002": 50_000, "1122": 0, "2203": -20_000, "600101": -30_000,
        }  # fmt: skip
        assert april.total("closing_debit_fen") == april.total("closing_credit_fen") == 50_000

    def test_details_add_up_to_their_account(self, spring):
        pay(spring, 100, on=date(2026, 3, 12), channel="wechat")
        whole = queries.trial_balance(first=MARCH[0], last=MARCH[1])
        parted = queries.trial_balance(first=MARCH[0], last=MARCH[1], details=True)
        assert {row.detail for row in parted.rows if row.code == "1002"} == {"transfer"}
        for column in ("debit_fen", "credit_fen"):
            assert whole.total(column) == parted.total(column)

    def test_units(self, spring):
        other = customers.account(customers.person("周明", unit_code="4502"))
        owing(other, 700, due=date(2026, 3, 20))

        def revenue(unit):
            found = queries.trial_balance(first=MARCH[0], last=MARCH[1], unit=unit)
            return sum(row.credit_fen for row in found.rows if row.code == "600101")

        assert (revenue("4501"), revenue("4502"), revenue("45")) == (30_000, 700, 30_700)


class TestStatement:
    def test_what_a_shop_owed_paid_and_has_left(self, spring):
        found = queries.statement(spring.pk, first=MARCH[0], last=MARCH[1])
        assert [
            (line.posting.kind, line.debit_fen, line.credit_fen, line.owed_fen) for line in found.lines
        ] == [
            ("bills_issued", 30_000, 0, 30_000),
            ("payment", 0, 30_000, 0),
            ("payment", 0, 20_000, -20_000),
        ]
        assert [(item.code, item.opening_fen, item.closing_fen) for item in found.standings] == [
            ("1122", 0, 0), ("2203", 0, 20_000),
        ]  # fmt: skip
        assert found.opening_fen + found.debit_fen - found.credit_fen == found.closing_fen == -20_000

    def test_april_begins_with_what_march_left(self, spring):
        found = queries.statement(spring.pk, first=date(2026, 4, 1), last=date(2026, 4, 30))
        assert (found.opening_fen, found.closing_fen) == (-20_000, -5_000)
        assert found.lines[-1].balance_fen in (0, 5_000)

    def test_nothing_happened(self, shop):
        found = queries.statement(shop.pk, first=MARCH[0], last=MARCH[1])
        assert (found.lines, found.closing_fen, [item.code for item in found.standings]) == ([], 0, ["1122"])


class TestClosing:
    def close(self, month: str, day: date = date(2026, 9, 7)):
        return operations.close_period(month=Cycle.parse(month), actor=cast.people()["yejing"], at=noon(day))

    def test_months_are_closed_in_order_and_stay_closed(self, spring):
        assert queries.closable_month(on=date(2026, 9, 7)) == Cycle(2026, 3)
        closing = self.close("2026-03")
        assert closing.debits_fen == 80_000
        with pytest.raises(operations.PeriodClosed):
            pay(spring, 100, on=date(2026, 3, 31))
        refused = pytest.raises(DatabaseError, match="closed")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO ledger_entry (posting_id, posting_date, ledger_account, detail, amount_fen, "
                "document_number, unit_id) VALUES (999, '2026-03-01', '1001', '', 5, '', '4501'), "
                "(999, '2026-03-01', '1002', '', -5, '', '4501')"
            )
            cursor.execute(
                "INSERT INTO ledger_posting (id, kind, document_type, posting_date, total_fen, unit_id, "
                "reason, posted_at) VALUES (999, 'payment', '', '2026-03-01', 5, '4501', '', "
                "'2026-03-01 00:00:00+00:00')"
            )
        pay(spring, 100, on=date(2026, 4, 1))
        assert AuditEntry.objects.filter(action="ledger.period.closed").count() == 1
        assert queries.closable_month(on=date(2026, 9, 7)) == Cycle(2026, 4)
        assert [(str(m.month), bool(m.closing)) for m in queries.months(on=date(2026, 4, 30))] == [
            ("2026-04", False), ("2026-03", True),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "month, day, why",
        [
            ("2026-09", date(2026, 9, 30), "尚未结束"),
            ("2026-04", date(2026, 9, 7), "2026-03"),
        ],
    )
    def test_what_cannot_be_closed(self, spring, month, day, why):
        with pytest.raises(operations.PeriodCannotBeClosed, match=why):
            self.close(month, day)

    def test_not_twice(self, spring):
        self.close("2026-03")
        with pytest.raises(operations.PeriodCannotBeClosed):
            self.close("2026-03")

    def test_not_while_a_room_finds_a_fault(self, spring, monkeypatch):
        from denghuo.commerce.ledger.operations import periods

        monkeypatch.setattr(periods, "_checks", [lambda: ["account 7: 5 fen are missing"]])
        with pytest.raises(operations.PeriodCannotBeClosed, match="5 fen are missing"):
            self.close("2026-03")

    def test_a_reversal_of_a_closed_month_goes_into_an_open_one(self, spring):
        self.close("2026-03")
        legs = [Leg("1001", 5, detail="zhengjie"), Leg("630102", -5)]
        made = operations.post(
            kind=PostingKind.CASH_UP,
            legs=legs,
            on=date(2026, 4, 2),
            at=noon(date(2026, 4, 2)),
            unit_id="4501",
        )
        undone = operations.reverse(
            posting=made, on=date(2026, 4, 3), at=noon(date(2026, 4, 3)), reason="点错了"
        )
        assert undone.reverses_id == made.pk
        assert Posting.objects.get(pk=made.pk).reversed_by == undone


class TestTheDoctorFinds:
    """Faults that the triggers would refuse, made behind their back."""

    @pytest.fixture
    def unguarded(self, spring):
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET session_replication_role = replica")
                yield cursor
                cursor.execute("SET session_replication_role = DEFAULT")
                return
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'ledger%'"
            )
            kept = cursor.fetchall()
            for name, _sql in kept:
                cursor.execute(f'DROP TRIGGER "{name}"')
            yield cursor
            for _name, sql in kept:
                cursor.execute(sql)

    @pytest.mark.parametrize(
        "statement, undo, words",
        [
            (
                "UPDATE ledger_entry SET amount_fen = amount_fen + 1 WHERE ledger_account = '1002'",
                "UPDATE ledger_entry SET amount_fen = amount_fen - 1 WHERE ledger_account = '1002'",
                "add up to 1 fen",
            ),
            (
                "UPDATE ledger_posting SET total_fen = total_fen + 7",
                "UPDATE ledger_posting SET total_fen = total_fen - 7",
                "it says",
            ),
            (
                "UPDATE ledger_entry SET ledger_account = '9999' WHERE ledger_account = '1002'",
                "UPDATE ledger_entry SET ledger_account = '1002' WHERE ledger_account = '9999'",
                "do not fit the chart",
            ),
            (
                "UPDATE ledger_entry SET posting_date = '2026-01-01' WHERE ledger_account = '1002'",
                "UPDATE ledger_entry SET posting_date = '2026-03-10' WHERE ledger_account = '1002'",
                "does not bear its date",
            ),
        ],
    )
    def test_it(self, unguarded, statement, undo, words):
        unguarded.execute(statement)
        found = list(queries.inconsistencies())
        unguarded.execute(undo)
        assert found and all(words in line for line in found[:1])
