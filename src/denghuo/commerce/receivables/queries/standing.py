"""How accounts stand, for pages: in as few statements as the page can afford."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min, Q, Sum

from denghuo.commerce.receivables.models import AccountBalance, InstalmentPlan, PlanState, Receivable


@dataclass(frozen=True)
class Standing:
    """One settlement account of a customer, in fen, without the late fee that was not charged yet."""

    account_id: int
    number: str
    open_fen: int
    overdue_fen: int
    disputed_fen: int
    oldest_due_date: date | None
    prepaid_fen: int
    payable_fen: int


def standings_of_customer(customer_id: int, *, on: date) -> list[Standing]:
    """The accounts of a customer that ever had a debt or a payment, in one statement."""
    still = Q(account__receivables__open_fen__gt=0)
    late = still & Q(account__receivables__due_date__lt=on)
    rows = (
        AccountBalance.objects.filter(account__customer_id=customer_id)
        .values("account_id", "account__number", "open_fen", "prepaid_fen", "payable_fen")
        .annotate(
            overdue=Sum("account__receivables__open_fen", filter=late),
            disputed=Sum(
                "account__receivables__open_fen", filter=still & Q(account__receivables__disputed=True)
            ),
            oldest=Min("account__receivables__due_date", filter=late),
        )
        .order_by("account__number")
    )
    return [
        Standing(
            row["account_id"],
            row["account__number"],
            row["open_fen"],
            row["overdue"] or 0,
            row["disputed"] or 0,
            row["oldest"],
            row["prepaid_fen"],
            row["payable_fen"],
        )
        for row in rows
    ]


def running_plan(account_id: int) -> InstalmentPlan | None:
    """The plan of an account that runs or waits for approval."""
    return InstalmentPlan.objects.filter(
        account_id=account_id, state__in=[PlanState.REQUESTED, PlanState.ACTIVE]
    ).first()


def receivables_of_document(document_type: str, document_id: int) -> list[Receivable]:
    """The debt of a document, then its late fees."""
    rows = Receivable.objects.filter(document_type=document_type, document_id=document_id)
    return sorted(rows, key=lambda item: (item.principal_id is not None, item.pk))


def settled_recently(account_id: int, limit: int) -> list[Any]:
    """The newest debts of an account that are settled."""
    rows = Receivable.objects.filter(account_id=account_id, open_fen=0, principal__isnull=True)
    return list(rows.order_by("-due_date", "-id")[:limit])
