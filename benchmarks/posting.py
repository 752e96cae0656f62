"""Money per second: issuing bills into the ledger, payments one by one, and the payments of a file.

    python benchmarks/posting.py --accounts 10000
    python benchmarks/posting.py --database postgresql://bench@127.0.0.1:5432/bench

Issuing is set beside the database's own INSERT … SELECT of the rows that it wrote; a payment (one durable transaction:
debts, late fee, entries, posting, allocation, balance, event, audit) beside the bare writes of one payment through a
cursor, without any of the questions. Bars: issuing at most 3 times the copy on PostgreSQL and 5 times on SQLite; at
least 500 payments a second one by one (alone on the machine), and at least 5 % of the bare writes.

A PostgreSQL database named here (or in DENGHUO_BENCH_POSTGRESQL) is emptied first: give it one of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
SHIFT = 10_000_000_000
SINGLE = 1_500


def copied(model: type, changed: dict[str, str], where: str) -> str:
    """The statement that makes the database write the rows of ``model`` once more, with some columns changed."""
    from django.db import connection

    quote = connection.ops.quote_name
    columns = [f.column for f in model._meta.concrete_fields if not f.primary_key or f.column in changed]  # type: ignore[attr-defined]
    values = [changed.get(column, f"t.{quote(column)}") for column in columns]
    table = quote(model._meta.db_table)  # type: ignore[attr-defined]
    return f"INSERT INTO {table} ({', '.join(map(quote, columns))}) SELECT {', '.join(values)} FROM {table} t WHERE {where}"


def issue(run: Any, at: Any) -> tuple[int, float, float]:
    """Issue what the run drafted; returns bills, seconds, and the seconds of the floor."""
    from django.db import connection, transaction

    from denghuo.commerce.billing import operations
    from denghuo.commerce.billing.models import Bill
    from denghuo.commerce.ledger.models import Entry, Posting
    from denghuo.commerce.receivables.models import Receivable

    Bill.objects.filter(run=run, state="draft").update(state="approved", approved_at=at)
    start = time.perf_counter()
    bills = operations.issue(run=run, actor=None, at=at, due_date=(at + timedelta(days=15)).date())
    took = time.perf_counter() - start
    statements = [
        copied(Entry, {"posting_id": f"t.posting_id + {SHIFT}"}, "t.posting_id > 0"),
        copied(Posting, {"id": f"t.id + {SHIFT}", "key": "'copy' || t.key"}, "t.id > 0"),
        copied(Receivable, {"document_id": f"t.document_id + {SHIFT}"}, "t.id > 0"),
    ]
    start = time.perf_counter()
    with transaction.atomic():
        with connection.cursor() as cursor:
            for text in statements:
                cursor.execute(text)
        floor = time.perf_counter() - start
        transaction.set_rollback(True)
    return bills, took, floor


def bare_writes(accounts: list[int], unit: str, at: Any) -> float:
    """Seconds for the writes of one payment each, through a cursor, a transaction a payment."""
    from django.db import connection, transaction

    now = connection.ops.adapt_datetimefield_value(at)
    day = at.date().isoformat()
    entry = (
        "INSERT INTO ledger_entry (posting_id, posting_date, ledger_account, detail, account_id, document_number, "
        "amount_fen, unit_id) VALUES (%s, %s, %s, '', %s, '', %s, %s)"
    )
    start = time.perf_counter()
    for number, account in enumerate(accounts):
        posting = 2 * SHIFT + number
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(entry, [posting, day, "1002", None, 100, unit])
            cursor.execute(entry, [posting, day, "2203", account, -100, unit])
            cursor.execute(
                "INSERT INTO ledger_posting (id, kind, document_type, posting_date, total_fen, unit_id, reason, posted_at) "
                "VALUES (%s, 'payment', '', %s, 100, %s, '', %s)",
                [posting, day, unit, now],
            )
            cursor.execute(
                "INSERT INTO payments_payment (number, account_id, unit_id, channel, external_id, amount_fen, "
                "business_date, value_date, state, payer, note, posting_id, reversal_reason, received_at) "
                "VALUES (%s, %s, %s, 'transfer', %s, 100, %s, %s, 'received', '', '', %s, '', %s)",
                [f"Z{number}", account, unit, f"Z{number}", day, day, posting, now],
            )
            cursor.execute(
                "UPDATE receivables_accountbalance SET prepaid_fen = prepaid_fen + 100 WHERE account_id = %s",
                [account],
            )
    return time.perf_counter() - start


def measure(count: int) -> bool:
    from benchmarks.billing import AT, BARS, CYCLE, town
    from django.db import connection
    from tests.cast import billing as cast

    from denghuo.commerce.billing import operations as billing
    from denghuo.commerce.billing.rules import Scope
    from denghuo.commerce.payments import operations as payments
    from denghuo.commerce.receivables import queries as receivables
    from denghuo.commerce.receivables.models import AccountBalance, Receivable
    from denghuo.foundation.jobs import operations as jobs
    from denghuo.kernel.periods import Cycle
    from denghuo.records.customers.models import Account

    cast.prices()
    town(1, count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    run = billing.start_run(
        cycle=Cycle.parse(CYCLE), scope=Scope(), actor=None, visible="45", unit_id="45", at=AT
    )
    assert run.long_run is not None
    jobs.drive(run=run.long_run, clock=lambda: AT)
    bills, took, floor = issue(run, AT)
    bar = BARS[connection.vendor]
    print(
        f"  {connection.vendor:>10} issue {bills:,} bills into the ledger: {bills / took:,.0f} bills/s ({took:.2f} s), "
        f"{took / floor:.1f}× the copy inside the database ({floor:.2f} s; bar {bar:.0f}×)"
    )
    good = took / floor <= bar
    owing = list(
        Receivable.objects.filter(open_fen__gt=0).order_by("id").values_list("account_id", "open_fen")
    )
    single, rest = owing[:SINGLE], owing[SINGLE:]
    accounts = Account.objects.in_bulk([account for account, _ in single])
    start = time.perf_counter()
    for account, fen in single:
        payments.receive(
            account=accounts[account], amount_fen=fen, channel="transfer", external_id=f"T{account}", at=AT
        )
    took = time.perf_counter() - start
    bare = bare_writes([account for account, _ in single], "4501", AT)
    AccountBalance.objects.filter(account__in=accounts).update(prepaid_fen=0)
    print(
        f"  {'':>10} one by one: {len(single) / took:,.0f} payments/s (bar 500), "
        f"{100 * bare / took:.0f} % of the bare writes at {len(single) / bare:,.0f}/s (bar 5 %)"
    )
    good &= bare / took >= 0.05
    rows = [payments.Row(account, fen, f"F{account}") for account, fen in rest]
    start = time.perf_counter()
    for first in range(0, len(rows), 5_000):
        payments.receive_file(rows=rows[first : first + 5_000], channel="bank_debit", at=AT, unit_id="45")
    took = time.perf_counter() - start
    print(f"  {'':>10} of a file: {len(rows) / took:,.0f} payments/s")
    left = Receivable.objects.filter(open_fen__gt=0).count()
    wrong = [text for text in receivables.inconsistencies() if "2203" not in text]
    if left or wrong:
        print(f"  wrong: {left} receivables are open; {wrong[:3]}")
    return good and not left and not wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--release", action="store_true", help="100,000 accounts")
    parser.add_argument("--database", default=os.environ.get("DENGHUO_BENCH_POSTGRESQL", ""))
    options = parser.parse_args()
    from benchmarks.billing import prepare

    with tempfile.TemporaryDirectory() as folder:
        prepare(options.database or f"sqlite:///{folder}/bench.sqlite3")
        return 0 if measure(100_000 if options.release else options.accounts) else 1


if __name__ == "__main__":
    sys.exit(main())
