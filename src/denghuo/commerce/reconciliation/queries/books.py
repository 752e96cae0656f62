"""Our records of a channel's day, and what the ledger holds of it; a handful of queries whatever the number of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.db.models import F, Q, QuerySet, Sum

from denghuo.commerce.banking.models import BankReceipt, ReceiptMatch, SendBack, SendBackState
from denghuo.commerce.ledger.models import Entry, PostingKind
from denghuo.commerce.payments.models import Payment, Refund, RefundState
from denghuo.commerce.payments.rules import MONEY_ACCOUNT
from denghuo.commerce.reconciliation.models import ChannelStatement, StatementLine
from denghuo.commerce.reconciliation.rules import ERROR, READERS, Told
from denghuo.kernel.periods import BEIJING, day_of

FROM_SUSPENSE = ("transfer", "lockbox")
"""Channels whose money may reach the bank before it is a payment: the receipt is our record of it."""


class Record(NamedTuple):
    """One movement of money in our books: ``posting`` wrote it on ``day``."""

    kind: str
    external_id: str
    amount_fen: int
    day: date
    posting: int | None


@dataclass
class Books:
    """What we know of a channel's day. ``loose`` are ledger entries of no record: (posting, fen)."""

    told: list[Told]
    loose: list[tuple[str, int]] = field(default_factory=list)


def _payments(channel: str, scope: str, condition: Q) -> QuerySet[Payment]:
    rows = Payment.objects.filter(condition, channel=channel, unit__code__startswith=scope)
    if channel in FROM_SUSPENSE:
        rows = rows.exclude(pk__in=ReceiptMatch.objects.values("payment"))
    return rows


def _key(reference: str | None, external_id: str) -> str:
    """One card transaction may pay several accounts: its payments carry the reference of their basket."""
    return reference or external_id


def _records(channel: str, scope: str, when: dict[str, Q]) -> Iterable[Record]:
    """Records that meet a condition, named by where their day is kept: received, reversed, refunded, receipt, sent_back."""
    for external, reference, fen, day, posting in _payments(channel, scope, when["received"]).values_list(
        "external_id", "basket__reference", "amount_fen", "business_date", "posting_id"
    ):
        yield Record("payment", _key(reference, external), fen, day, posting)
    for external, reference, fen, day, posting in _payments(
        channel, scope, when["reversed"] & Q(reversal__isnull=False)
    ).values_list("external_id", "basket__reference", "amount_fen", "reversal__posting_date", "reversal_id"):
        yield Record("reversal", _key(reference, external), -fen, day, posting)
    for external, fen, at, posting in Refund.objects.filter(
        when["refunded"],
        state=RefundState.PAID,
        paid_at__isnull=False,
        channel=channel,
        unit__code__startswith=scope,
    ).values_list("external_id", "amount_fen", "paid_at", "outcome_id"):
        assert at is not None
        yield Record("refund", external, -fen, day_of(at), posting)
    if channel not in FROM_SUSPENSE:
        return
    receipts = BankReceipt.objects.filter(when["receipt"], source=channel, unit__code__startswith=scope)
    for external, fen, day, posting in receipts.values_list(
        "reference", "amount_fen", "posting__posting_date", "posting_id"
    ):
        yield Record("payment", external, fen, day, posting)
    sent = SendBack.objects.filter(
        when["sent_back"],
        state=SendBackState.DONE,
        receipt__source=channel,
        receipt__unit__code__startswith=scope,
    )
    for external, fen, day, posting in sent.values_list(
        "receipt__reference", "amount_fen", "posting__posting_date", "posting_id"
    ):
        yield Record("refund", external, -fen, day, posting)


def _on(day: date) -> dict[str, Q]:
    start = datetime.combine(day, time(), BEIJING).astimezone(UTC)
    return {
        "received": Q(business_date=day),
        "reversed": Q(reversal__posting_date=day),
        "refunded": Q(paid_at__gte=start, paid_at__lt=start + timedelta(days=1)),
        "receipt": Q(posting__posting_date=day),
        "sent_back": Q(posting__posting_date=day),
    }


def _named(ids: list[str]) -> dict[str, Q]:
    return {
        "received": Q(external_id__in=ids) | Q(basket__reference__in=ids),
        "reversed": Q(external_id__in=ids) | Q(basket__reference__in=ids),
        "refunded": Q(external_id__in=ids),
        "receipt": Q(reference__in=ids),
        "sent_back": Q(receipt__reference__in=ids),
    }


def books(channel: str, day: date, scope: str) -> Books:
    """Our records of the day, each with what the ledger holds of it, and the entries that belong to none."""
    amounts: dict[tuple[str, str], int] = defaultdict(int)
    of_posting: dict[int, tuple[str, str]] = {}
    for record in _records(channel, scope, _on(day)):
        amounts[record.kind, record.external_id] += record.amount_fen
        if record.posting is not None:
            of_posting[record.posting] = (record.kind, record.external_id)
    held: dict[tuple[str, str], int] = defaultdict(int)
    loose = []
    for posting, fen in entries(channel, scope, start=day, end=day):
        if key := of_posting.get(posting):
            held[key] += fen
        else:
            loose.append((str(posting), fen))
    told = [
        Told(kind, external, fen, ledger_fen=held[kind, external])
        for (kind, external), fen in amounts.items()
    ]
    return Books(told, loose)


def entries(channel: str, scope: str, *, start: date, end: date) -> list[tuple[int, int]]:
    """(posting, fen) on the money account of a channel in the days ``[start, end]``, without what it paid out to the bank."""
    rows = (
        Entry.objects.filter(
            ledger_account=MONEY_ACCOUNT[channel],
            detail=channel,
            posting_date__gte=start,
            posting_date__lte=end,
            unit__code__startswith=scope,
        )
        .exclude(posting__kind=PostingKind.CHANNEL)
        .values("posting_id")
        .annotate(fen=Sum("amount_fen"))
        .order_by("posting_id")
    )
    return list(rows.values_list("posting_id", "fen"))


def file_lines(statement: ChannelStatement) -> list[Told]:
    rows = statement.lines.exclude(kind=ERROR).order_by("number")
    return [Told(*row) for row in rows.values_list("kind", "external_id", "amount_fen", "parent")]


def ours_elsewhere(
    channel: str, scope: str, ids: Iterable[str], *, but: date
) -> dict[tuple[str, str], tuple[date, int]]:
    """Records of other days for these transactions, by (record, transaction)."""
    wanted = list(ids)
    if not wanted:
        return {}
    return {
        (record.kind, record.external_id): (record.day, record.amount_fen)
        for record in _records(channel, scope, _named(wanted))
        if record.day != but
    }


def file_elsewhere(
    channel: str, scope: str, ids: Iterable[str], *, but: date
) -> dict[tuple[str, str], tuple[date, int]]:
    """Lines of the files of other days for these transactions, by (record, transaction)."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = StatementLine.objects.filter(
        statement__channel=channel,
        statement__replaced_at__isnull=True,
        statement__unit__code__startswith=scope,
        external_id__in=wanted,
    ).exclude(statement__day=but)
    return {
        (kind, external): (day, fen)
        for kind, external, day, fen in rows.annotate(day=F("statement__day")).values_list(
            "kind", "external_id", "day", "amount_fen"
        )
    }


def known_payments(channel: str, scope: str, ids: Iterable[str]) -> set[str]:
    """Those of these transactions that are payments of ours, of any day."""
    named = _named(list(ids))
    rows = Payment.objects.filter(named["received"], channel=channel, unit__code__startswith=scope)
    return {
        _key(reference, external)
        for external, reference in rows.values_list("external_id", "basket__reference")
    }


def busy_channels(day: date, scope: str) -> set[str]:
    """Channels with files in which we booked something on the day."""
    rows = Payment.objects.filter(business_date=day, channel__in=list(READERS), unit__code__startswith=scope)
    found = set(rows.values_list("channel", flat=True).distinct().order_by())
    receipts = BankReceipt.objects.filter(posting__posting_date=day, unit__code__startswith=scope)
    return found | set(receipts.values_list("source", flat=True).distinct().order_by())
