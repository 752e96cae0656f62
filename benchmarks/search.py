"""Global search at scale: every way of finding a customer, against one indexed look-up of the same database.

``python benchmarks/search.py [--customers 200000] [--rounds 40]`` fills a database of its own (``DENGHUO_DATABASE_URL``,
default a new SQLite file) and prints p50 and p95 of each kind of query, and their ratio to the floor: a primary-key
look-up through the same connection. The contract is p95 ≤ 150 ms at 1,000,000 customers.
"""

from __future__ import annotations

import argparse
import functools
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗韦覃莫农蒙"
GIVEN = "秀英建国淑芬铁柱明家豪丽敏超雨勇静强洁刚伟芳娜军磊洋艳杰娟涛霞平辉玲桂兰红玉梅凤"
STREETS = [
    "梧桐巷",
    "东街",
    "工业路",
    "人民路",
    "学府路",
    "站前路",
    "榕树路",
    "河西大道",
    "青山巷",
    "解放路",
    "桂花街",
    "荷塘路",
]
BLOCK = 20_000
CONTRACT_MS = 150


def fill(customers: int) -> None:
    """Customers with an account and a supply point each, in blocks, and the text indexes over them."""
    from django.db import transaction

    from denghuo.foundation.database.bulk import insert_columns
    from denghuo.foundation.identity.models import OrganisationUnit
    from denghuo.kernel.identifiers import NumberKind, number
    from denghuo.records.customers import operations as customer_operations
    from denghuo.records.customers.models import Account, Customer
    from denghuo.records.customers.rules import pinyin_keys
    from denghuo.records.supply import operations as supply_operations
    from denghuo.records.supply.models import SupplyPoint

    OrganisationUnit.objects.get_or_create(code="45", defaults={"name": "灯火供电局", "kind": "bureau"})
    for code in ("4501", "4502"):
        OrganisationUnit.objects.get_or_create(
            code=code, defaults={"name": code, "kind": "station", "parent_id": "45"}
        )
    chance, now, opened = random.Random(7), datetime(2026, 9, 7, tzinfo=UTC), date(2025, 8, 1)
    keys: dict[str, tuple[str, str]] = {}
    for first in range(1, customers + 1, BLOCK):
        ids = range(first, min(first + BLOCK, customers + 1))
        names = [
            "".join([chance.choice(SURNAMES), *chance.choices(GIVEN, k=chance.choice((1, 2, 2, 2)))])
            for _ in ids
        ]
        pinyin = [keys.get(name) or keys.setdefault(name, pinyin_keys(name)) for name in names]
        units, count = [chance.choice(("4501", "4502")) for _ in ids], len(ids)
        numbers = [number(NumberKind.CUSTOMER, "45", serial) for serial in ids]
        phones = [f"13{chance.randrange(10**9):09d}" for _ in ids]
        with transaction.atomic():
            insert_columns(Customer, {
                "id": ids, "number": numbers, "kind": ["person"] * count, "name": names,
                "name_pinyin": [full for full, _ in pinyin], "name_initials": [initials for _, initials in pinyin],
                "identity_number": [""] * count, "credit_code": [""] * count, "phone": phones, "email": [""] * count,
                "special_care": [""] * count, "unit_id": units, "synthetic": [True] * count, "version": [1] * count,
                "created_at": [now] * count,
            })  # fmt: skip
            insert_columns(Account, {
                "id": ids, "number": [number(NumberKind.ACCOUNT, "45", serial) for serial in ids], "customer_id": ids,
                "unit_id": units, "payment_method": ["online"] * count, "bill_address": [""] * count,
                "opened_date": [opened] * count, "closed_date": [None] * count,
            })  # fmt: skip
            insert_columns(SupplyPoint, {
                "id": ids, "number": [number(NumberKind.SUPPLY_POINT, unit, serial) for unit, serial in zip(units, ids, strict=True)],
                "customer_id": ids, "account_id": ids, "unit_id": units,
                "address": [f"灯火镇{chance.choice(STREETS)}{chance.randrange(1, 400)}-{chance.randrange(101, 3000)}" for _ in ids],
                "state": ["active"] * count, "energised_date": [opened] * count, "closed_date": [None] * count,
                "version": [1] * count,
            })  # fmt: skip
    customer_operations.rebuild_name_index()
    supply_operations.rebuild_address_index()


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def measure(customers: int, rounds: int) -> bool:
    """Print a row for each kind of query; whether all keep the contract."""
    from denghuo.foundation.ui.extensions import SearchQuery
    from denghuo.records.customers.models import Customer
    from denghuo.records.customers.web.pages import search_customers
    from denghuo.records.supply.models import SupplyPoint
    from denghuo.records.supply.web.shown import search_supply_points

    chance = random.Random(11)
    some = list(Customer.objects.filter(pk__in=chance.sample(range(1, customers + 1), rounds)))
    points = {p.customer_id: p for p in SupplyPoint.objects.filter(customer_id__in=[c.pk for c in some])}
    kinds: dict[str, Callable[[Customer], str]] = {
        "customer number": lambda c: c.number,
        "supply point number": lambda c: points[c.pk].number,
        "telephone": lambda c: c.phone,
        "first digits": lambda c: c.phone[:6],
        "whole name": lambda c: c.name,
        "surname": lambda c: c.name[:1],
        "given name (inside)": lambda c: c.name[1:],
        "pinyin initials": lambda c: c.name_initials,
        "full pinyin": lambda c: c.name_pinyin,
        "street and house": lambda c: points[c.pk].address[3:].split("-")[0],
        "street": lambda c: points[c.pk].address[3:6],
        "nothing fits": lambda c: "龘" + c.name,
    }

    def search(text: str) -> None:
        query = SearchQuery(text, 6)
        list(search_customers(query, "45"))
        list(search_supply_points(query, "45"))

    floor = statistics.median(timed(lambda c=c: Customer.objects.get(pk=c.pk)) for c in some)
    print(f"{customers:,} customers; floor (look-up by primary key): {floor:.2f} ms")
    print(f"{'query':<22}{'p50 ms':>9}{'p95 ms':>9}{'p95 / floor':>13}")
    kept = True
    for name, text in kinds.items():
        times = sorted(timed(functools.partial(search, text(c))) for c in some)
        p50, p95 = statistics.median(times), times[int(len(times) * 0.95) - 1]
        kept &= p95 <= CONTRACT_MS
        print(f"{name:<22}{p50:>9.2f}{p95:>9.2f}{p95 / floor:>13.1f}")
    print(f"contract p95 ≤ {CONTRACT_MS} ms: {'kept' if kept else 'BROKEN'}")
    return kept


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--release", action="store_true", help="1,000,000 customers")
    chosen = parser.parse_args()
    if chosen.release:
        chosen.customers = 1_000_000
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("DENGHUO_HOME", home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denghuo.project.settings")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from denghuo.records.customers.models import Customer

        if not Customer.objects.exists():
            begun = time.perf_counter()
            fill(chosen.customers)
            print(f"filled in {time.perf_counter() - begun:.1f} s")
        kept = measure(Customer.objects.count(), chosen.rounds)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
