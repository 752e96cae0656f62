"""Persisted bills per second of a whole billing run, beside the database's own INSERT … SELECT of the same rows.

    python benchmarks/billing.py --accounts 10000 40000
    python benchmarks/billing.py --database postgresql://bench@127.0.0.1:5432/bench

Makes synthetic accounts (two homes to one shop, about five lines a bill) in a fresh database, bills them chunk by
chunk as a worker would, then copies the rows that the run wrote inside the database (same tables, keys, indexes and
triggers; the floor) and writes a sample through ``bulk_create``. Bars: at most 3 times the floor on PostgreSQL, 5 times
on SQLite, at least 10 times ``bulk_create``, and the same cost per bill at every size.

A PostgreSQL database named here (or in DENGHUO_BENCH_POSTGRESQL) is emptied first: give it one of its own.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
CYCLE, AT = "2026-08", datetime(2026, 9, 3, 4, 0, tzinfo=UTC)
SHOPS_IN = 3
BULK_SAMPLE = 2_000
BARS = {"postgresql": 3.0, "sqlite": 5.0}


def prepare(url: str) -> None:
    os.environ["DENGHUO_DATABASE_URL"] = url
    os.environ.setdefault("DENGHUO_SECRET_KEY", "only-for-benchmarks")
    os.environ.setdefault("DENGHUO_HOME", tempfile.mkdtemp(prefix="denghuo-bench-"))
    os.environ["DJANGO_SETTINGS_MODULE"] = "denghuo.project.settings"
    os.environ.setdefault("DENGHUO_LOG_LEVEL", "WARNING")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    call_command("migrate", verbosity=0)


def town(first: int, count: int) -> None:
    """``count`` more accounts from number ``first`` on, each with one supply point, meter and two readings."""
    from django.db import transaction

    from denghuo.commerce.metering.models import Installation, Meter, MeteringPoint
    from denghuo.commerce.readings.models import Reading
    from denghuo.foundation.database.bulk import insert_columns
    from denghuo.records.customers.models import Account, Customer
    from denghuo.records.supply.models import SupplyPoint, SupplyTerms

    ids = list(range(first, first + count))
    shop = [number % SHOPS_IN == 0 for number in ids]
    supplied, start, end = date(2025, 8, 1), date(2026, 8, 1), date(2026, 9, 1)

    def all_of(value: object) -> list:
        return [value] * count

    def by_kind(of_shop: object, of_home: object) -> list:
        return [of_shop if is_shop else of_home for is_shop in shop]

    reading = {
        "installation_id": ids, "metering_point_id": ids, "source": all_of("remote"), "state": all_of("accepted"),
        "estimate_method": all_of(""), "entered_at": all_of(AT), "rolled_over": all_of(False),
    }  # fmt: skip
    with transaction.atomic():
        rows = {
            Customer: {
                "id": ids, "number": [f"{n:010d}" for n in ids], "kind": by_kind("organisation", "person"),
                "name": [f"客户{n}" for n in ids], "name_pinyin": all_of(""),
                "name_initials": all_of(""),
                "identity_number": all_of(""),
                "credit_code": all_of(""), "phone": all_of(""), "email": all_of(""), "special_care": all_of(""),
                "unit_id": all_of("4501"), "synthetic": all_of(True), "version": all_of(1), "created_at": all_of(AT),
            },
            Account: {
                "id": ids, "number": [f"{n:014d}" for n in ids], "customer_id": ids, "unit_id": all_of("4501"),
                "payment_method": all_of("online"), "bill_address": all_of(""), "opened_date": all_of(supplied),
            },
            SupplyPoint: {
                "id": ids, "number": [f"{n:013d}" for n in ids], "customer_id": ids, "account_id": ids,
                "unit_id": all_of("4501"), "address": all_of("灯火镇"), "state": all_of("active"),
                "energised_date": all_of(supplied), "version": all_of(1),
            },
            SupplyTerms: {
                "supply_point_id": ids, "valid_from": all_of(supplied),
                "tariff_class": by_kind("commercial_industrial", "residential"), "use_nature": by_kind("shop", "household"),
                "supply_relation": all_of("direct"), "supply_source": all_of("public_transformer"),
                "importance": all_of("ordinary"), "industry_code": all_of(""), "voltage": all_of("lt1kv"),
                "metering_mode": all_of("low_low"), "capacity_kva": by_kind(3000, 800), "price_book": all_of("cn-gx"),
                "tariff": by_kind("ci_single", "residential"), "billing_mode": all_of("single"),
                "demand_exempt": all_of(False), "pf_standard": all_of(0), "pf_no_reward": all_of(False),
                "kept_single_part": all_of(False), "market": by_kind("agent", "list"), "reason": all_of(""),
            },
            Meter: {
                "id": ids, "asset_number": [f"{n:022d}" for n in ids], "factory_number": all_of(""),
                "communication_address": all_of(""), "model": all_of("DDZY"), "phases": all_of(1),
                "rated_current": all_of(""), "accuracy_class": all_of("2"), "registers": all_of("total"),
                "integer_digits": all_of(6), "state": all_of("installed"), "unit_id": all_of("4501"),
            },
            MeteringPoint: {
                "id": ids, "number": [f"{n:020d}" for n in ids], "supply_point_id": ids, "role": all_of("purchase"),
                "measure": all_of("metered"), "tariff": all_of(""), "feeder": all_of(1), "opened_date": all_of(supplied),
            },
            Installation: {
                "id": ids, "metering_point_id": ids, "meter_id": ids, "installed_date": all_of(supplied),
                "ct_primary_a": all_of(1), "ct_secondary_a": all_of(1), "pt_ratio": all_of(1), "multiplier": all_of(1),
                "reason": all_of(""),
            },
        }  # fmt: skip
        for model, columns in rows.items():
            insert_columns(model, columns)
        opening = {
            "id": [2 * n for n in ids], "cycle": all_of("2026-07"), "read_date": all_of(start), "kind": all_of("regular"),
            "total": all_of(10_000_0000),
        }  # fmt: skip
        closing = {
            "id": [2 * n + 1 for n in ids], "cycle": all_of(CYCLE), "read_date": all_of(end), "kind": all_of("regular"),
            "total": [10_000_0000 + (80 + n % 400) * 10_000 for n in ids], "previous_id": [2 * n for n in ids],
        }  # fmt: skip
        insert_columns(Reading, {**opening, **reading})
        insert_columns(Reading, {**closing, **reading})


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def copy_rows(run_id: int, other_run: int) -> float:
    """The floor: the same rows once more, by the database alone, under other keys and another cycle."""
    from django.db import connection, transaction

    from denghuo.commerce.billing.models import Bill, BillLine, BillSection, RunItem

    shift = 10_000_000_000

    def statement(model: type, changed: dict[str, str], source: str) -> str:
        quote = connection.ops.quote_name
        columns = [f.column for f in model._meta.concrete_fields if not f.primary_key or "id" in changed]
        values = [changed.get(column, f"t.{quote(column)}") for column in columns]
        table = quote(model._meta.db_table)
        return f"INSERT INTO {table} ({', '.join(map(quote, columns))}) SELECT {', '.join(values)} FROM {table} t {source}"

    of_bill = f"JOIN billing_bill b ON b.id = t.bill_id WHERE b.run_id = {run_id} ORDER BY t.id"
    statements = [
        statement(
            Bill,
            {
                "id": f"t.id + {shift}",
                "number": "'X' || substr(t.number, 2)",
                "cycle": "'2099-01'",
                "run_id": str(other_run),
            },
            f"WHERE t.run_id = {run_id} ORDER BY t.id",
        ),
        statement(BillSection, {"bill_id": f"t.bill_id + {shift}"}, of_bill),
        statement(BillLine, {"bill_id": f"t.bill_id + {shift}"}, of_bill),
        statement(RunItem, {"run_id": str(other_run)}, f"WHERE t.run_id = {run_id} ORDER BY t.id"),
    ]
    start = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for text in statements:
            cursor.execute(text)
    return time.perf_counter() - start


def bulk_create_rate(run_id: int) -> float:
    """Bills a second that Django's ``bulk_create`` writes of the same rows, without any calculation."""
    from django.db import transaction

    from denghuo.commerce.billing.models import Bill, BillLine, BillSection

    bills = list(Bill.objects.filter(run_id=run_id).order_by("id")[:BULK_SAMPLE])
    old = [bill.pk for bill in bills]
    sections = list(BillSection.objects.filter(bill_id__in=old))
    lines = list(BillLine.objects.filter(bill_id__in=old))
    start = time.perf_counter()
    with transaction.atomic():
        fresh = {}
        for bill in bills:
            key = bill.pk
            bill.pk, bill.cycle, bill.number = key + 30_000_000_000, "2098-01", f"Y{bill.number[1:]}"
            fresh[key] = bill.pk
        Bill.objects.bulk_create(bills)
        for row in (*sections, *lines):
            row.pk, row.bill_id = None, fresh[row.bill_id]
        BillSection.objects.bulk_create(sections)
        BillLine.objects.bulk_create(lines)
    return len(bills) / (time.perf_counter() - start)


def measure(sizes: list[int]) -> bool:
    from django.db import connection
    from tests.cast import billing as cast

    from denghuo.commerce.billing import operations, queries
    from denghuo.commerce.billing.models import BillingRun
    from denghuo.commerce.billing.rules import Scope
    from denghuo.foundation.jobs import operations as jobs
    from denghuo.kernel.periods import Cycle

    cast.prices()
    made, costs, good = 0, [], True
    for size in sizes:
        town(made + 1, size)
        made += size
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        run = operations.start_run(
            cycle=Cycle.parse(CYCLE),
            scope=Scope("account", ()),
            actor=None,
            visible="45",
            unit_id="45",
            at=AT,
        )
        first = run.accounts - size
        took = seconds(lambda run=run: jobs.drive(run=run.long_run, clock=lambda: AT))
        totals = queries.run_totals(run)
        bills, lines = totals.counters.get("bills", 0), totals.counters.get("lines", 0)
        if totals.outcomes["billed"] != size or totals.outcomes["skipped"] != first:
            print(f"  wrong: {totals.outcomes}")
            return False
        other = BillingRun.objects.create(cycle="2099-01", accounts=0, unit_id="45", created_at=AT)
        floor = copy_rows(run.pk, other.pk)
        rate, bar = bulk_create_rate(run.pk), BARS[connection.vendor]
        costs.append(took / bills)
        good &= took / floor <= bar
        print(
            f"  {connection.vendor:>10} {bills:>9,} bills {lines / bills:.1f} lines: {bills / took:>8,.0f} bills/s "
            f"({took:.2f} s), {took / floor:.1f}× the copy inside the database ({floor:.2f} s; bar {bar:.0f}×), "
            f"{bills / took / rate:.1f}× bulk_create"
        )
    if len(costs) > 1:
        print(f"  cost per bill from {sizes[0]:,} to {sizes[-1]:,}: {costs[-1] / costs[0]:.2f}× (bar: flat)")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--accounts", type=int, nargs="+", default=[10_000, 40_000])
    parser.add_argument("--release", action="store_true", help="10,000, 100,000 and 1,000,000 accounts")
    parser.add_argument("--database", default=os.environ.get("DENGHUO_BENCH_POSTGRESQL", ""))
    options = parser.parse_args()
    sizes = [10_000, 100_000, 1_000_000] if options.release else options.accounts
    with tempfile.TemporaryDirectory() as folder:
        prepare(options.database or f"sqlite:///{folder}/bench.sqlite3")
        return 0 if measure(sizes) else 1


if __name__ == "__main__":
    sys.exit(main())
