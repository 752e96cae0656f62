"""Two changes through the web, from the counter to the next bill: the mill rests, and a flat gets another payer."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from denghuo.commerce.changes.models import Change
from denghuo.commerce.receivables import queries as debts
from tests.cast import billing, customers, money, supply
from tests.cast.billing import readings_of
from tests.cast.changes import mill, person

pytestmark = pytest.mark.django_db


class Desk:
    """People at their pages, at the hour the story has reached."""

    def __init__(self, client, monkeypatch) -> None:
        self.client, self.at = client, datetime(2026, 1, 1, tzinfo=UTC)
        for module in ("common", "asking", "changes"):
            monkeypatch.setattr(f"denghuo.commerce.changes.web.{module}.now", lambda: self.at)

    def on(self, day: str) -> None:
        self.at = datetime.fromisoformat(f"{day}T10:00:00+08:00").astimezone(UTC)

    def post(self, who: str, name: str, *args, status: int = 302, **data):
        self.client.force_login(person(who))
        answer = self.client.post(reverse(f"changes:{name}", args=args), data)
        assert answer.status_code == status, answer.content.decode()[:3000]
        return answer


@pytest.fixture
def desk(client, monkeypatch):
    billing.prices()
    return Desk(client, monkeypatch)


def bill(cycle: str) -> None:
    """The month's run; what the gate holds is released."""
    made = billing.run(cycle)
    billing.release_all(made)
    billing.settle(made)


def registers(number: str, values) -> dict[str, str]:
    return {f"r_{number}_{name}": str(value) for name, value in values.items()}


def test_the_mill_rests_and_pays_for_ten_days(desk):
    point, meter = mill(energised_date=date(2026, 2, 1))
    billing.read(meter, "2026-02", readings_of(9_000, reactive=900, demand=200))
    bill("2026-02")
    desk.on("2026-03-02")
    wish = {"until_date": "2026-06-11", "unit_ids": "0", "reason": "淡季停产"}
    early = desk.post("linxiaoyu", "ask", point.pk, "suspend", status=422, from_date="2026-03-06", **wish)
    assert "2026-03-09" in early.content.decode()
    desk.post("linxiaoyu", "ask", point.pk, "suspend", from_date="2026-03-11", **wish)
    change = Change.objects.get()
    desk.post("heyong", "approve", change.pk, reason="同意")
    desk.on("2026-03-11")
    shown = registers(meter.number, readings_of(9_400, reactive=940, demand=190))
    desk.post("mofan", "work", change.pk, on="2026-03-11", seal_number="F0311", **shown)
    billing.read(meter, "2026-03", readings_of(9_410, reactive=941, demand=2))
    bill("2026-03")
    (line,) = billing.bill_of(point, "2026-03").lines.filter(group="basic")
    assert (line.quantity, line.numerator, line.denominator) == (630, 10, 30)
    assert (line.start_date, line.end_date) == (date(2026, 3, 1), date(2026, 3, 11))
    (whole,) = billing.bill_of(point, "2026-02").lines.filter(group="basic")
    assert (whole.numerator, whole.denominator) == (1, 1)
    billing.read(meter, "2026-04", readings_of(9_420, reactive=942, demand=2))
    bill("2026-04")
    assert not billing.bill_of(point, "2026-04").lines.filter(group="basic").exists()


def test_a_flat_is_sold_and_each_pays_for_the_own_days(desk):
    point = supply.wang_xiuying()
    meter = billing.metered(point)
    seller = point.account
    billing.read(meter, "2026-01", 500)
    billing.issued("2026-01")
    buyer = customers.person("李建国", phone="13800138002")
    desk.on("2026-02-14")
    wish = {"from_date": "2026-02-15", "customer_number": buyer.number}
    desk.post("linxiaoyu", "ask", point.pk, "transfer", **wish)
    change = Change.objects.get()
    desk.post("heyong", "approve", change.pk)
    desk.on("2026-02-15")
    desk.post("mofan", "work", change.pk, status=422, on="2026-02-15")
    desk.post("mofan", "work", change.pk, on="2026-02-15", **registers(meter.number, {"total": 600}))
    desk.on("2026-02-16")
    desk.post("liumin", "final-bill", change.pk)
    desk.post("heyong", "issue", change.pk)
    desk.post("liumin", "settle", change.pk, status=422)
    money.pay(seller, debts.owed(seller.pk, on=date(2026, 2, 16)).total_fen, on=date(2026, 2, 16))
    desk.post("liumin", "settle", change.pk)
    desk.post("mofan", "archive", change.pk)
    billing.read(meter, "2026-02", 750)
    billing.issued("2026-02")
    final = seller.bills.get(cycle="2026-02")
    point.refresh_from_db()
    first = billing.bill_of(point, "2026-02")
    assert (final.energy_kwh, first.energy_kwh) == (100, 150)
    assert (final.period_end, first.period_start, first.account.customer) == (
        date(2026, 2, 15),
        date(2026, 2, 15),
        buyer,
    )
