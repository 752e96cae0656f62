"""Receive the payments of a whole file: in one go where no late fee is due, one by one where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from denghuo.commerce.payments import events
from denghuo.commerce.payments.models import Channel, Payment, PaymentState
from denghuo.commerce.payments.operations.receiving import DOCUMENT, money_leg, receive
from denghuo.commerce.receivables import operations as receivables
from denghuo.commerce.receivables.operations.batch import Incoming, receive_many
from denghuo.foundation.audit import operations as audit
from denghuo.foundation.database import bulk
from denghuo.foundation.identity.models import OrganisationUnit
from denghuo.foundation.numbering import operations as numbering
from denghuo.foundation.outbox import operations as outbox
from denghuo.kernel.periods import day_of
from denghuo.records.customers.models import Account


@dataclass(frozen=True)
class Row:
    """One payment of a file: the account that it is for, fen, and the transaction number of the channel."""

    account_id: int
    amount_fen: int
    external_id: str
    payer: str = ""
    note: str = ""


@transaction.atomic
def receive_file(
    *,
    rows: Sequence[Row],
    channel: Channel | str,
    at: datetime,
    unit_id: str,
    actor: Any = None,
    value_date: date | None = None,
) -> list[Payment]:
    """Book the payments of a file as ``receive`` would, each transaction once; returns them in the order of the rows.

    What was booked before is returned as it is, so a file may be posted again after a kill. ``unit_id`` is the unit
    whose file it is.

    Raises:
        PaymentDiffers: a transaction was booked before with another amount or account; nothing of the file is booked.
        PeriodClosed: the month is closed.
    """
    on = day_of(at)
    accounts = Account.objects.in_bulk({row.account_id for row in rows})
    receivables.lock(accounts)
    fresh, single = _sorted_out(rows, channel)
    by_key = {_key(channel, row): row for row in fresh}
    numbers = dict(zip(by_key, _numbers(on, len(by_key)), strict=True)) if by_key else {}
    made = receive_many(
        incoming=[
            _incoming(row, accounts[row.account_id], channel, key, numbers[key])
            for key, row in by_key.items()
        ],
        on=on,
        at=at,
        value_date=value_date or on,
        actor=actor,
        document_type=DOCUMENT,
    )
    _write(made.settled, by_key, channel, on=on, value_date=value_date or on, at=at, actor=actor)
    single.extend(by_key[item.key] for item in made.overdue)
    for row in single:
        receive(
            account=accounts[row.account_id],
            amount_fen=row.amount_fen,
            channel=channel,
            external_id=row.external_id,
            at=at,
            actor=actor,
            value_date=value_date,
            payer=row.payer,
            note=row.note,
        )
    _tell(made.settled, channel, unit_id, at, actor)
    found = {
        payment.external_id: payment
        for payment in Payment.objects.filter(
            channel=channel, external_id__in=[row.external_id for row in rows]
        )
    }
    return [found[row.external_id] for row in rows]


def _sorted_out(rows: Sequence[Row], channel: Channel | str) -> tuple[list[Row], list[Row]]:
    """Rows that may go together, and those that go one by one: booked before, or the second of an account."""
    known = set(
        Payment.objects.filter(
            channel=channel, external_id__in=[row.external_id for row in rows]
        ).values_list("external_id", flat=True)
    )
    fresh: list[Row] = []
    single: list[Row] = []
    seen: set[int] = set()
    for row in rows:
        (single if row.external_id in known or row.account_id in seen else fresh).append(row)
        seen.add(row.account_id)
    return fresh, single


def _incoming(row: Row, account: Account, channel: Channel | str, key: str, number: str) -> Incoming:
    return Incoming(
        account_id=account.pk,
        unit_id=account.unit_id,
        amount_fen=row.amount_fen,
        money=money_leg(channel, row.amount_fen, unit_id=account.unit_id),
        key=key,
        document_number=number,
    )


def _key(channel: Channel | str, row: Row) -> str:
    return f"payment:{channel}:{row.external_id}"


def _numbers(on: date, count: int) -> list[str]:
    return [
        f"P{on:%Y%m%d}{serial:07d}" for serial in numbering.allocate(f"payments.payment.{on:%Y%m%d}", count)
    ]


def _write(
    settled: Sequence[tuple[Incoming, int]],
    by_key: dict[str, Row],
    channel: Channel | str,
    *,
    on: date,
    value_date: date,
    at: datetime,
    actor: Any,
) -> None:
    count = len(settled)
    rows = [by_key[item.key] for item, _ in settled]
    bulk.insert_columns(
        Payment,
        {
            "number": [item.document_number for item, _ in settled],
            "account_id": [item.account_id for item, _ in settled],
            "unit_id": [item.unit_id for item, _ in settled],
            "channel": [str(channel)] * count,
            "external_id": [row.external_id for row in rows],
            "amount_fen": [row.amount_fen for row in rows],
            "business_date": [on] * count,
            "value_date": [value_date] * count,
            "state": [PaymentState.RECEIVED.value] * count,
            "payer": [row.payer for row in rows],
            "note": [row.note for row in rows],
            "posting_id": [posting for _, posting in settled],
            "reversal_reason": [""] * count,
            "received_at": [at] * count,
            "received_by_id": [actor.pk if actor else None] * count,
        },
    )


def _tell(
    settled: Sequence[tuple[Incoming, int]], channel: Channel | str, unit_id: str, at: datetime, actor: Any
) -> None:
    if not settled:
        return
    total = sum(item.amount_fen for item, _ in settled)
    outbox.publish(
        events.PaymentsReceived(
            channel=str(channel),
            first_number=settled[0][0].document_number,
            last_number=settled[-1][0].document_number,
            payments=len(settled),
            total_fen=total,
            received_at=at,
        )
    )
    audit.record(
        "payments.payments.received",
        subject=OrganisationUnit.objects.get(code=unit_id),
        actor=actor,
        at=at,
        changes={
            "payments": [None, len(settled)],
            "total_fen": [None, total],
            "channel": [None, str(channel)],
            "numbers": [None, f"{settled[0][0].document_number}-{settled[-1][0].document_number}"],
        },
    )
