"""Codes that a customer scans at the counter: channels above register here, the cashier page (F3) shows them.

A room that speaks with WeChat Pay or Alipay registers one provider a channel in ``apps.py: ready()``::

    from denghuo.commerce.payments.web import codes

    class WechatAtTheCounter:
        channel, label = "wechat", gettext_lazy("WeChat Pay")

        def start(self, *, account, amount_fen, key, actor, at) -> codes.Code:
            order = operations.order(...)            # the same key gives the same order again
            return codes.Code(reference=order.number, text=order.code_url)

        def look(self, reference) -> codes.Answer:   # asked every two seconds by the page: cheap, from the database
            return codes.Answer("paid", payment=payment) | codes.Answer("waiting") | codes.Answer("closed", reason)

        def close(self, reference, *, at) -> None:   # the customer pays otherwise

    codes.register(WechatAtTheCounter())

The money is booked by the channel itself (``payments.operations.receive`` in its callback); the page only waits for it and
then goes on to the receipt. One code is for one account. What ``start`` cannot do it says with ``CodeRefused``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from denghuo.commerce.payments.models import Payment
from denghuo.foundation.identity.models import Staff
from denghuo.records.customers.models import Account


@dataclass(frozen=True)
class Code:
    """``text`` is what the QR code says, ``reference`` how the provider finds the order again."""

    reference: str
    text: str


@dataclass(frozen=True)
class Answer:
    """``state``: waiting, paid (with the payment) or closed (with the reason in words)."""

    state: str
    reason: str = ""
    payment: Payment | None = None


class CodeRefused(Exception):
    """No code can be shown now; the text tells the cashier why."""


class Provider(Protocol):
    channel: str
    label: Any

    def start(self, *, account: Account, amount_fen: int, key: str, actor: Staff, at: datetime) -> Code: ...

    def look(self, reference: str) -> Answer: ...

    def close(self, reference: str, *, at: datetime) -> None: ...


_providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Offer ``provider.channel`` at the counter; a second registration of a channel replaces the first."""
    _providers[provider.channel] = provider


def unregister(channel: str) -> None:
    """Take a channel off the counter (tests; a channel that is switched off)."""
    _providers.pop(channel, None)


def providers() -> list[Provider]:
    return list(_providers.values())


def provider_of(channel: str) -> Provider:
    """Raises LookupError where nobody offers the channel."""
    return _providers[channel]
