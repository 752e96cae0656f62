"""What must hold between orders and payments; the doctor asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from denghuo.commerce.channels.models import OPEN, REFUND_OPEN, GatewayRefund, PaymentOrder
from denghuo.commerce.channels.rules import schedule


def inconsistencies() -> Iterable[str]:
    """Paid orders whose payment says something else: another amount, account, channel or transaction."""
    paid = PaymentOrder.objects.filter(state="paid").select_related("payment")
    same = {
        "payment__amount_fen": F("amount_fen"),
        "payment__account_id": F("account_id"),
        "payment__channel": F("provider"),
        "payment__external_id": F("transaction_id"),
    }
    for order in paid.exclude(**same)[:100]:
        yield f"order {order.out_trade_no} differs from payment {order.payment}"
    ended = GatewayRefund.objects.filter(state="paid").exclude(refund__state="paid")
    for refund in ended[:100]:
        yield f"refund {refund.out_refund_no} is paid at the channel and not in the books"


def forgotten(at: datetime) -> int:
    """Open orders and refunds that the janitor should have asked about before ``at``."""
    late = {"next_query_at__lt": at - schedule.LATE}
    return (
        PaymentOrder.objects.filter(OPEN, **late).count()
        + GatewayRefund.objects.filter(REFUND_OPEN, **late).count()
    )
