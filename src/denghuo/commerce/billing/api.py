"""Bills for other systems: what is owed, line by line, and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from denghuo.commerce.billing import queries
from denghuo.commerce.billing.models import Bill, BillKind, BillState
from denghuo.commerce.billing.queries.trace import explained
from denghuo.engine.pricing.explain import Trace
from denghuo.foundation.identity.api import DecimalText, Page, Paging, Problem, Token, keyset_page, yuan_text

router = Router(tags=["billing"])


class LineOut(Schema):
    """quantity × price × numerator ÷ denominator = amount, rounded half up to the fen."""

    position: int
    supply_point: str
    group: str
    component: str
    tou: str
    tier: int | None
    start_date: date
    end_date: date
    quantity: DecimalText
    unit: str
    price_yuan: DecimalText
    numerator: int
    denominator: int
    amount_yuan: str


class BillOut(Schema):
    number: str
    account: str
    cycle: str
    kind: BillKind
    state: BillState
    period_start: date
    period_end: date = Field(description="The day after the last day of the period")
    energy_kwh: DecimalText
    total_yuan: str
    estimated: bool
    issued_at: datetime | None
    due_date: date | None
    reverses: str | None
    replaces: str | None


class BillWithLines(BillOut):
    lines: list[LineOut]


class BillFilter(Paging):
    cycle: str = Field("", pattern=r"^(\d{4}-\d{2})?$", examples=["2026-08"])
    account: str = Field("", max_length=14)
    state: BillState | None = None


def _bill(bill: Bill) -> dict[str, Any]:
    return {
        "number": bill.number,
        "account": bill.account.number,
        "cycle": bill.cycle,
        "kind": bill.kind,
        "state": bill.state,
        "period_start": bill.period_start,
        "period_end": bill.period_end,
        "energy_kwh": bill.energy_kwh,
        "total_yuan": yuan_text(bill.total_fen),
        "estimated": bill.estimated,
        "issued_at": bill.issued_at,
        "due_date": bill.due_date,
        "reverses": bill.reverses.number if bill.reverses else None,
        "replaces": bill.replaces.number if bill.replaces else None,
    }


def _found(request: HttpRequest, number: str) -> Bill:
    client: Any = request.auth  # type: ignore[attr-defined]
    try:
        return queries.bill_by_number(number, visible=client.scope)
    except Bill.DoesNotExist as error:
        raise Problem(404, "not_found", "there is no such bill, or it is not yours to see") from error


@router.get("/bills", response=Page[BillOut], auth=Token("billing.view"))
def bills(request: HttpRequest, query: Query[BillFilter]) -> Any:
    """Bills in the order they were made."""
    client: Any = request.auth  # type: ignore[attr-defined]
    rows = queries.bills_in_scope(client.scope).select_related("account", "reverses", "replaces")
    if query.cycle:
        rows = rows.filter(cycle=query.cycle)
    if query.account:
        rows = rows.filter(account__number=query.account)
    if query.state:
        rows = rows.filter(state=query.state)
    page = keyset_page(rows, query)
    return {"items": [_bill(bill) for bill in page.rows], "next_cursor": page.next_cursor}


@router.get("/bills/{number}", response=BillWithLines, auth=Token("billing.view"))
def bill(request: HttpRequest, number: str) -> Any:
    """One bill with its lines."""
    found = _found(request, number)
    return {
        **_bill(found),
        "lines": [
            {
                "position": line.position,
                "supply_point": line.supply_point.number,
                "group": line.group,
                "component": line.component,
                "tou": line.tou,
                "tier": line.tier,
                "start_date": line.start_date,
                "end_date": line.end_date,
                "quantity": line.quantity,
                "unit": line.unit_name,
                "price_yuan": line.price,
                "numerator": line.numerator,
                "denominator": line.denominator,
                "amount_yuan": yuan_text(line.amount_fen),
            }
            for line in found.lines.select_related("supply_point")
        ],
    }


@router.get("/bills/{number}/trace", response=list[Trace], auth=Token("billing.view"))
def trace(request: HttpRequest, number: str) -> Any:
    """Why this number: the calculation of each supply point, priced again from the archived inputs."""
    found = _found(request, number)
    return [section.trace for section in explained(found) if section.trace is not None]
