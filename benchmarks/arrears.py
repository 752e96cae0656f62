"""Arrears over many open debts: the summary, the list of accounts and its paging, against a bare scan of the same table.

``python benchmarks/arrears.py [--debts 100000] [--rounds 20]`` fills a database of its own (``DENGHUO_DATABASE_URL``,
default a new SQLite file) and prints the median of each and its ratio to the floor: ``SUM(open_fen)`` over all rows.
The contract is a page of the list within 200 ms.
"""

from __future__ import annotations

import argparse
import html
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]
MOST_PAGE_MS = 200
STEP = 10_000


def fill(debts: int) -> None:
    """One account a debt, charged by the real operation, due within the last fifteen months."""
    from django.db import transaction
    from search import fill as fill_customers

    from denghuo.commerce.ledger.models import PostingKind
    from denghuo.commerce.ledger.rules import Leg
    from denghuo.commerce.ledger.rules.chart import REVENUE_ENERGY
    from denghuo.commerce.receivables import operations
    from denghuo.foundation.database import bulk
    from denghuo.records.customers.models import Account, Customer

    fill_customers(debts)
    if not Account.objects.exists():
        customers = list(Customer.objects.order_by("pk").values_list("pk", "unit_id"))
        bulk.insert_columns(
            Account,
            {
                "number": [f"45{pk:012d}" for pk, _unit in customers],
                "customer_id": [pk for pk, _unit in customers],
                "unit_id": [unit for _pk, unit in customers],
                "payment_method": ["online"] * len(customers),
                "bill_address": [""] * len(customers),
                "opened_date": [date(2024, 1, 1)] * len(customers),
            },
        )
    accounts = list(Account.objects.order_by("pk").values_list("pk", "unit_id")[:debts])
    chance, today = random.Random(11), date.today()  # noqa: DTZ011
    for start in range(0, len(accounts), STEP):
        part = accounts[start : start + STEP]
        charges = [
            operations.Charge(
                account_id=account,
                unit_id=unit,
                kind="energy",
                payer_class=chance.choice(["residential", "other"]),
                document_type="bench.bill",
                document_id=account,
                document_number=f"{account:018d}",
                cycle="2026-01",
                due_date=today - timedelta(days=chance.randint(-20, 450)),
                amount_fen=chance.randint(500, 500_000),
            )
            for account, unit in part
        ]
        total = sum(charge.amount_fen for charge in charges)
        with transaction.atomic():
            operations.charge(
                charges=charges,
                against=[Leg(REVENUE_ENERGY, -total, detail="energy")],
                kind=PostingKind.BILLS_ISSUED,
                on=today,
                at=datetime.now().astimezone(),
                unit_id=part[0][1],
            )


def median_ms(work: Callable[[], Any], rounds: int) -> float:
    work()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def measure(rounds: int) -> bool:
    """Print the figures; whether the contract on a page is kept."""
    from django.db import connection
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from denghuo.commerce.receivables import queries
    from denghuo.project.demo import staff

    client = Client()
    client.force_login(staff.hire("yejing", timezone.now()))
    today = timezone.localdate()
    accounts = reverse("receivables:arrears-accounts")

    def page(url: str) -> Callable[[], Any]:
        def opened() -> Any:
            answer = client.get(url)
            assert answer.status_code == 200, url
            return answer

        return opened

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT SUM(open_fen), COUNT(*) FROM receivables_receivable")
            cursor.fetchall()

    far = html.unescape(re.search(r'href="([^"]*[?&;]after=[^"]*)"', page(accounts)().content.decode())[1])
    works: dict[str, Callable[[], Any]] = {
        "summary by unit": lambda: queries.arrears_by("unit", on=today, today=today),
        "summary by class": lambda: queries.arrears_by("tariff_class", on=today, today=today),
        "summary, a past day": lambda: queries.arrears_by("unit", on=today - timedelta(days=1), today=today),
        "overdue accounts": lambda: queries.overdue(on=today),
        "list, first page": page(accounts),
        "list, following page": page(far),
        "list, one age": page(f"{accounts}?age=91_180"),
        "debts, first page": page(reverse("receivables:items")),
    }
    bare = median_ms(floor, rounds)
    print(f"{'floor: SUM(open_fen) of all rows':32} {bare:9.1f} ms")
    found = {}
    for name, work in works.items():
        found[name] = median_ms(work, rounds)
        print(f"{name:32} {found[name]:9.1f} ms  {found[name] / bare:7.1f} × floor")
    return all(found[name] <= MOST_PAGE_MS for name in found if name.startswith(("list", "debts")))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--debts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=20)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("DENGHUO_HOME", home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denghuo.project.settings")
        os.environ.setdefault("DENGHUO_HOSTS", "testserver")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from denghuo.commerce.receivables.models import Receivable

        if not Receivable.objects.exists():
            fill(chosen.debts)
        kept = measure(chosen.rounds)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
