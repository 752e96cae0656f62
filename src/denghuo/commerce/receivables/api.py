"""What an account owes, for other systems."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from denghuo.commerce.receivables import queries
from denghuo.commerce.receivables.models import ReceivableKind
from denghuo.foundation.identity.api import Problem, Token, yuan_text
from denghuo.records.customers.models import Account

router = Router(tags=["receivables"])


class ItemOut(Schema):
    document: str
    kind: ReceivableKind
    cycle: str
    due_date: date
    amount_yuan: str
    open_yuan: str
    running_late_fee_yuan: str = Field(description="Late fee up to the day that has not been charged yet")
    disputed: bool


class OwedOut(Schema):
    account: str
    on: date
    total_yuan: str = Field(
        description="Settles the account on the day, with the late fee; without what is disputed"
    )
    open_yuan: str
    overdue_yuan: str
    running_late_fee_yuan: str
    disputed_yuan: str
    prepaid_yuan: str
    items: list[ItemOut]


class OwedQuery(Schema):
    on: date | None = Field(None, description="Default today", examples=["2026-09-07"])


@router.get("/accounts/{number}", response=OwedOut, auth=Token("receivables.view"))
def account(request: HttpRequest, number: str, query: Query[OwedQuery]) -> Any:
    """What the account owes on a day, item by item, with the running late fee."""
    client: Any = request.auth  # type: ignore[attr-defined]
    found = Account.objects.filter(number=number, unit__code__startswith=client.scope).first()
    if found is None:
        raise Problem(404, "not_found", "there is no such account, or it is not yours to see")
    on = query.on or timezone.localdate()
    if not date(2000, 1, 1) <= on <= date(2100, 1, 1):
        raise Problem(422, "out_of_range", "on lies between 2000 and 2100")
    owed = queries.owed(found.pk, on=on)
    running = {fee.receivable.pk: fee.due_fen for fee in owed.accrued}
    return {
        "account": found.number,
        "on": on,
        "total_yuan": yuan_text(owed.total_fen),
        "open_yuan": yuan_text(owed.open_fen),
        "overdue_yuan": yuan_text(owed.overdue_fen),
        "running_late_fee_yuan": yuan_text(owed.accrued_fen),
        "disputed_yuan": yuan_text(owed.disputed_fen),
        "prepaid_yuan": yuan_text(owed.prepaid_fen),
        "items": [
            {
                "document": item.document_number,
                "kind": item.kind,
                "cycle": item.cycle,
                "due_date": item.due_date,
                "amount_yuan": yuan_text(item.amount_fen),
                "open_yuan": yuan_text(item.open_fen),
                "running_late_fee_yuan": yuan_text(running.get(item.pk, 0)),
                "disputed": item.disputed,
            }
            for item in owed.items
        ],
    }
