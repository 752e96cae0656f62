"""Ask about everything whose time has come: no order and no refund stays unknown beyond its schedule."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from denghuo.commerce.channels.models import OPEN, REFUND_OPEN, GatewayRefund, PaymentOrder
from denghuo.commerce.channels.operations.orders import look_up
from denghuo.commerce.channels.operations.refunds import pursue

log = logging.getLogger(__name__)
SECONDS = 45.0
"""A sweep ends before the next one starts; what is left over is the first of the next."""


@dataclass(frozen=True)
class Sweep:
    """What one sweep did: orders asked about, of these ended; the same of refunds; and what raised an error."""

    orders: int = 0
    ended: int = 0
    refunds: int = 0
    refunds_ended: int = 0
    errors: int = 0


def sweep(*, at: datetime, limit: int = 500, seconds: float = SECONDS) -> Sweep:
    """Ask about the orders and refunds that are due, oldest first; one that fails does not hold up the others.

    May not be called inside a transaction.
    """
    until = time.monotonic() + seconds
    orders = ended = refunds = refunds_ended = errors = 0
    waiting = GatewayRefund.objects.filter(REFUND_OPEN, next_query_at__lte=at).order_by("next_query_at")
    for refund in list(waiting.select_related("refund")[:limit]):
        if time.monotonic() > until:
            break
        try:
            refunds += 1
            refunds_ended += pursue(gateway_refund=refund, at=at).next_query_at is None
        except Exception:
            errors += 1
            log.exception("refund %s", refund.out_refund_no)
    due = PaymentOrder.objects.filter(OPEN, next_query_at__lte=at).order_by("next_query_at")
    for order in list(due[:limit]):
        if time.monotonic() > until:
            break
        try:
            orders += 1
            ended += not look_up(order=order, at=at).is_open
        except Exception:
            errors += 1
            log.exception("order %s", order.out_trade_no)
    return Sweep(orders, ended, refunds, refunds_ended, errors)
