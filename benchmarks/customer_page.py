"""The customer page, signed in, against the same SQL without Django: how much the page costs beyond its queries.

``python benchmarks/customer_page.py [--customers 20000] [--rounds 60]`` fills a database of its own as ``search.py`` does
(``DENGHUO_DATABASE_URL``, default a new SQLite file) and prints the number of statements, the time of the page and of
its statements alone, and the ratio. The contract is at most 15 statements.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / "src"), str(Path(__file__).resolve().parent)]
MOST_STATEMENTS = 15


def measure(rounds: int) -> bool:
    """Print the figures; whether the contract on statements is kept."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse
    from django.utils import timezone

    from denghuo.project.demo import staff
    from denghuo.records.customers.models import Customer

    client = Client()
    client.force_login(staff.hire("mengfan", timezone.now()))
    last = Customer.objects.order_by("-pk").values_list("pk", flat=True)[0]
    urls = [
        reverse("customers:customer", args=[pk]) for pk in random.Random(3).sample(range(1, last + 1), rounds)
    ]
    client.get(urls[0])
    with CaptureQueriesContext(connection) as captured:
        client.get(urls[0])
    statements = [query["sql"] for query in captured if query["sql"].startswith("SELECT")]

    def page(url: str) -> float:
        begun = time.perf_counter()
        assert client.get(url).status_code == 200
        return (time.perf_counter() - begun) * 1000

    def floor() -> float:
        begun = time.perf_counter()
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()
        return (time.perf_counter() - begun) * 1000

    pages, floors = sorted(map(page, urls)), sorted(floor() for _ in urls)
    middle, bare = statistics.median(pages), statistics.median(floors)
    print(f"statements {len(statements)} (contract: at most {MOST_STATEMENTS})")
    print(f"page   p50 {middle:.1f} ms, p95 {pages[int(rounds * 0.95) - 1]:.1f} ms")
    print(f"floor  p50 {bare:.1f} ms (the same statements, no Django)")
    print(f"ratio  {middle / bare:.1f}")
    return len(statements) <= MOST_STATEMENTS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--release", action="store_true", help="1,000,000 customers")
    chosen = parser.parse_args()
    if chosen.release:
        chosen.customers = 1_000_000
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("DENGHUO_HOME", home)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "denghuo.project.settings")
        os.environ.setdefault("DENGHUO_HOSTS", "testserver")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        from search import fill

        from denghuo.records.customers.models import Customer

        if not Customer.objects.exists():
            fill(chosen.customers)
        kept = measure(chosen.rounds)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
