"""Payments for other systems: a collecting agency books what it received, anybody reads what came in."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from denghuo.commerce.ledger.operations.posting import PeriodClosed
from denghuo.commerce.payments import operations, queries
from denghuo.commerce.payments.models import Channel, Payment, PaymentState
from denghuo.foundation.identity.api import (
    DecimalText,
    Page,
    Paging,
    Problem,
    Token,
    idempotent,
    keyset_page,
    yuan_text,
)
from denghuo.kernel import money
from denghuo.records.customers import queries as customers
from denghuo.records.customers.models import Account

router = Router(tags=["payments"])

Yuan = Annotated[
    DecimalText,
    Field(gt=0, lt=10**11, decimal_places=2, description="Yuan, at most two decimals", examples=["180.50"]),
]


class PaymentIn(Schema):
    """Money that the caller has received. ``external_id`` names it: the same one is booked once."""

    account: str = Field(max_length=14, description="Number of the settlement account")
    amount_yuan: Yuan
    channel: Literal["transfer", "lockbox"] = Field(description="How it reached the utility")
    external_id: str = Field(min_length=4, max_length=64, pattern=r"^[A-Za-z0-9._:/-]+$")
    value_date: date | None = Field(
        None, description="The day that counts for the late fee; today unless given"
    )
    payer: str = Field("", max_length=80)
    note: str = Field("", max_length=200)


class SettledOut(Schema):
    """What part of the payment settled."""

    kind: str
    document: str
    cycle: str
    amount_yuan: str


class PaymentOut(Schema):
    number: str
    account: str
    channel: Channel
    external_id: str
    amount_yuan: str
    business_date: date
    value_date: date
    state: PaymentState
    received_at: datetime
    receipt: str | None


class PaymentWithParts(PaymentOut):
    settled: list[SettledOut]
    prepaid_yuan: str


class PaymentFilter(Paging):
    account: str = Field("", max_length=14)
    channel: Channel | None = None
    state: PaymentState | None = None
    since: date | None = Field(None, description="Business date, this day and later")
    until: date | None = Field(None, description="Business date, before this day")


def _payment(payment: Payment) -> dict[str, Any]:
    return {
        "number": payment.number,
        "account": payment.account.number,
        "channel": payment.channel,
        "external_id": payment.external_id,
        "amount_yuan": yuan_text(payment.amount_fen),
        "business_date": payment.business_date,
        "value_date": payment.value_date,
        "state": payment.state,
        "received_at": payment.received_at,
        "receipt": payment.basket.number if payment.basket else None,
    }


def _with_parts(payment: Payment) -> dict[str, Any]:
    return {
        **_payment(payment),
        "settled": [
            {
                "kind": row.receivable.kind,
                "document": (row.receivable.principal or row.receivable).document_number,
                "cycle": row.receivable.cycle,
                "amount_yuan": yuan_text(row.amount_fen),
            }
            for row in queries.settled_by([payment])
        ],
        "prepaid_yuan": yuan_text(queries.prepaid_by(payment)),
    }


def _account(request: HttpRequest, number: str) -> Account:
    client: Any = request.auth  # type: ignore[attr-defined]
    found = customers.accounts_in_scope(client.scope).filter(number=number).first()
    if found is None:
        raise Problem(404, "not_found", "there is no such account, or it is not yours to see")
    return found


@router.post("/payments", response={201: PaymentWithParts}, auth=Token("payments.take"))
@idempotent
def receive(request: HttpRequest, body: PaymentIn) -> Any:
    """Book a payment: it settles what is open, oldest first with the late fee, the rest is prepayment."""
    account = _account(request, body.account)
    now = timezone.now()
    if body.value_date is not None and body.value_date > timezone.localdate(now):
        raise Problem(422, "invalid_request", "the value date lies in the future")
    try:
        payment = operations.receive(
            account=account,
            amount_fen=money.fen(Decimal(body.amount_yuan)),
            channel=body.channel,
            external_id=body.external_id,
            value_date=body.value_date,
            payer=body.payer,
            note=body.note,
            at=now,
        )
    except (operations.PaymentDiffers, PeriodClosed) as error:
        raise Problem(409, "conflict", str(error)) from error
    return 201, PaymentWithParts(**_with_parts(payment))


@router.get("/payments", response=Page[PaymentOut], auth=Token("payments.view"))
def payments(request: HttpRequest, query: Query[PaymentFilter]) -> Any:
    """Payments in the order they were booked."""
    client: Any = request.auth  # type: ignore[attr-defined]
    rows = Payment.objects.filter(unit__code__startswith=client.scope).select_related("account", "basket")
    if query.account:
        rows = rows.filter(account__number=query.account)
    if query.channel:
        rows = rows.filter(channel=query.channel)
    if query.state:
        rows = rows.filter(state=query.state)
    if query.since:
        rows = rows.filter(business_date__gte=query.since)
    if query.until:
        rows = rows.filter(business_date__lt=query.until)
    page = keyset_page(rows, query)
    return {"items": [_payment(payment) for payment in page.rows], "next_cursor": page.next_cursor}


@router.get("/payments/{number}", response=PaymentWithParts, auth=Token("payments.view"))
def payment(request: HttpRequest, number: str) -> Any:
    """One payment and what it settled."""
    client: Any = request.auth  # type: ignore[attr-defined]
    found = (
        Payment.objects.select_related("account", "basket")
        .filter(number=number, unit__code__startswith=client.scope)
        .first()
    )
    if found is None:
        raise Problem(404, "not_found", "there is no such payment, or it is not yours to see")
    return _with_parts(found)
