"""The codes of WeChat Pay and Alipay at the counter (F3)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from denghuo.commerce.channels import operations, rules
from denghuo.commerce.channels.models import OrderState, PaymentOrder
from denghuo.commerce.channels.rules import states
from denghuo.commerce.payments.web import codes
from denghuo.foundation.identity.models import Staff
from denghuo.records.customers.models import Account


class AtTheCounter:
    """One channel as the cashier page knows it."""

    def __init__(self, channel: str, label: Any) -> None:
        self.channel, self.label = channel, label

    def start(self, *, account: Account, amount_fen: int, key: str, actor: Staff, at: datetime) -> codes.Code:
        try:
            order = operations.place(
                account=account,
                amount_fen=amount_fen,
                provider=self.channel,
                product=states.product_of(self.channel, "code"),
                key=f"till:{self.channel}:{key}"[:64],
                at=at,
                actor=actor,
            )
        except operations.OrderImpossible as problem:
            raise codes.CodeRefused(str(problem)) from problem
        if order.state != OrderState.PENDING or not order.code_url:
            raise codes.CodeRefused(refusal(order))
        return codes.Code(reference=order.out_trade_no, text=order.code_url)

    def look(self, reference: str) -> codes.Answer:
        """From the database; only when a question is due is the channel asked, by one of those who wait."""
        order = PaymentOrder.objects.select_related("payment").filter(out_trade_no=reference).first()
        if order is None:
            raise LookupError(reference)
        at = timezone.now()
        if order.is_open and order.next_query_at is not None and order.next_query_at <= at:
            order = operations.look_up(order=order, at=at)
        if order.state == OrderState.PAID:
            return codes.Answer("paid", payment=order.payment)
        if order.is_open:
            return codes.Answer("waiting")
        return codes.Answer("closed", refusal(order))

    def close(self, reference: str, *, at: datetime) -> None:
        order = PaymentOrder.objects.filter(out_trade_no=reference, provider=self.channel).first()
        if order is not None:
            operations.close(order=order, at=at)


def refusal(order: PaymentOrder) -> str:
    """Why an order has no code, for the person at the counter."""
    if order.state == OrderState.FAILED:
        return _("The channel refused the order: %(reason)s") % {"reason": order.last_error}
    if order.state == OrderState.CLOSED:
        return _("The code is no longer valid. Make a new one.")
    return _("The channel does not answer. Try again, or take the money another way.")


PROVIDERS = (
    AtTheCounter("wechat", pgettext_lazy("channel", "WeChat Pay")),
    AtTheCounter("alipay", pgettext_lazy("channel", "Alipay")),
)


def register() -> None:
    """Offer the channels that are switched on; one whose settings are incomplete says so when it is chosen."""
    if settings.PAY != "off":
        for provider in PROVIDERS:
            codes.register(provider)


assert {provider.channel for provider in PROVIDERS} == set(rules.PRODUCTS)
