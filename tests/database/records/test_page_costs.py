"""What each page asks of the database: the counts in ``tests/database/sql_counts.json`` may only fall.

``DENGHUO_COUNT_SQL=write`` writes them anew after a change that is meant.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from denghuo.records.customers import operations
from tests.cast import customers, staff, supply

pytestmark = pytest.mark.django_db

BASELINE = Path(__file__).parents[1] / "sql_counts.json"
MOST_FOR_A_CUSTOMER = 15


@pytest.fixture
def town(now):
    customer = customers.organisation("灯火商场")
    account = customers.account(customer)
    for number in range(1, 4):
        supply.operations.open_supply_point(
            customer=customer,
            account=account,
            address=f"灯火镇东街{number}号",
            energised_date=supply.ENERGISED,
            terms={
                "area": supply.grid.area(),
                "tariff_class": "commercial_industrial",
                "use_nature": "shop",
                "voltage": "lt1kv",
                "capacity_kva": 30,
                "price_book": "cn-gx",
                "tariff": "commercial_single",
                "market": "agent",
            },
            at=now,
        )
        operations.add_contact(
            customer=customer,
            role="outage",
            name="值班",
            phone="13700137000",
            valid_from=supply.ENERGISED,
            at=now,
        )
    operations.give_consent(customer=customer, purpose="service", channel="paper", at=now)
    return customer


def cost(client, url: str) -> int:
    assert client.get(url).status_code == 200  # what is read once per process is not counted
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(url).status_code == 200
    return len(
        [
            query
            for query in queries
            if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
        ]
    )


def test_no_page_costs_more_than_its_baseline(client, town, now):
    client.force_login(staff.hire("mengfan", now))
    point = town.supply_points.first()
    area = point.terms.get().area
    pages = {
        "customers:customer": [town.pk],
        "customers:customers": [],
        "customers:account": [town.accounts.get().pk],
        "supply:supply-point": [point.pk],
        "supply:supply-points": [],
        "grid:tree": [],
        "grid:area": [area.pk],
        "grid:feeder": [area.transformer.feeder_id],
    }
    counts = {name: cost(client, reverse(name, args=args)) for name, args in pages.items()}
    if os.environ.get("DENGHUO_COUNT_SQL") == "write":
        kept = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
        BASELINE.write_text(json.dumps(dict(sorted({**kept, **counts}.items())), indent=2) + "\n")
    baseline = json.loads(BASELINE.read_text())
    grown = {name: (count, baseline[name]) for name, count in counts.items() if count > baseline[name]}
    assert not grown, f"more SQL than before (now, baseline): {grown}"
    assert counts["customers:customer"] <= MOST_FOR_A_CUSTOMER
