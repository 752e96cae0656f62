"""Money of the town: accounts that owe, and payments made by the real operations."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count

from denghuo.commerce.ledger.models import PostingKind
from denghuo.commerce.ledger.rules import Leg
from denghuo.commerce.ledger.rules.chart import REVENUE_ENERGY
from denghuo.commerce.payments import operations as payments
from denghuo.commerce.payments.models import Payment
from denghuo.commerce.receivables import operations as receivables
from denghuo.commerce.receivables.models import Receivable
from denghuo.records.customers.models import Account

_documents = count(1_000_001)


def noon(day: date) -> datetime:
    """Twelve o'clock in Beijing."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def owing(
    account: Account,
    amount_fen: int,
    *,
    due: date,
    charged: date | None = None,
    residential: bool = True,
    **how,
) -> Receivable:
    """A debt for electricity of ``amount_fen`` due on ``due``, charged ``charged`` (15 days before unless said)."""
    document = next(_documents)
    on = charged or date.fromordinal(due.toordinal() - 15)
    receivables.charge(
        charges=[
            receivables.Charge(
                account_id=account.pk,
                unit_id=account.unit_id,
                kind="energy",
                payer_class="residential" if residential else "other",
                document_type="test.bill",
                document_id=document,
                document_number=f"B{document}",
                cycle=f"{on:%Y-%m}",
                due_date=due,
                amount_fen=amount_fen,
            )
        ],
        against=[Leg(REVENUE_ENERGY, -amount_fen, detail="energy")],
        kind=PostingKind.BILLS_ISSUED,
        on=on,
        at=noon(on),
        unit_id=account.unit_id,
        **how,
    )
    return Receivable.objects.get(document_type="test.bill", document_id=document)


def pay(account: Account, amount_fen: int, *, on: date, channel: str = "transfer", **how) -> Payment:
    """A payment that came in on ``on``."""
    how.setdefault("external_id", f"T{next(_documents)}")
    return payments.receive(account=account, amount_fen=amount_fen, channel=channel, at=noon(on), **how)
