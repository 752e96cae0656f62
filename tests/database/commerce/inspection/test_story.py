"""The story of the demonstration town, played on its named customers alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from denghuo.commerce.inspection.models import BreachCase, Finding, Rectification, Visit
from denghuo.commerce.receivables.models import Receivable
from denghuo.project.demo import service_inspection
from tests.cast import billing, supply
from tests.cast import inspection as cast

pytestmark = pytest.mark.django_db


def town() -> None:
    billing.prices()
    cast.hospital()
    supply.factory("灯火纺织厂")
    supply.factory("红旗塑料厂", terms={"capacity_kva": Decimal(400)})
    supply.factory("灯火商场", terms={"capacity_kva": Decimal(1000)})
    supply.factory("灯火铸造有限公司", terms={"voltage": "110kv", "capacity_kva": Decimal(20_000)})
    cast.thief()
    supply.household("李建国")


def test_the_story_leaves_every_board_alive():
    town()
    told = service_inspection.play(cast.people(), today=date(2026, 9, 7))
    assert told["visits"] >= 5 and told["findings"] >= 6
    assert set(Rectification.objects.values_list("state", flat=True)) >= {
        "closed",
        "delivered",
        "reported",
        "issued",
    }
    theft = BreachCase.objects.get(kind="theft")
    assert (theft.state, theft.backbill_fen, theft.breach_fen) == ("charged", 62_762, 188_286)
    assert theft.stop_order and theft.reward_approved_at
    assert Receivable.objects.filter(document_number=theft.number).count() == 2
    assert BreachCase.objects.get(kind="capacity").state == "submitted"
    assert (
        Visit.objects.filter(state="done").exists()
        and Finding.objects.filter(resolved_at__isnull=False).exists()
    )


def test_a_town_without_the_cast_is_passed_over():
    told = service_inspection.play(cast.people(), today=date(2026, 9, 7))
    assert told == {"visits": 0, "findings": 0, "notices": 0}
