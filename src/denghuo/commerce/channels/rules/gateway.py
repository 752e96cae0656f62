"""The port to a payment channel: what we ask, what it may answer. WeChat Pay and Alipay are two adapters behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol


class GatewayOff(Exception):
    """This installation has no such channel, or its settings are incomplete; the text says what is missing."""


class GatewayUnreachable(Exception):
    """No answer, or none that can be trusted: nobody knows what the channel did. Ask again later."""


class GatewayRefused(Exception):
    """The channel said no, and signed it. ``code`` is the channel's own."""

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(f"{code}: {text}" if text else code)
        self.code, self.text = code, text


class NothingBilled(Exception):
    """The channel has no bill file for the day: nothing was traded."""


class NoticeRefused(Exception):
    """A callback that is not what it claims to be; ``verdict`` is one of ``models.Verdict``."""

    def __init__(self, verdict: str, text: str = "") -> None:
        super().__init__(text or verdict)
        self.verdict, self.text = verdict, text


@dataclass(frozen=True)
class OrderRequest:
    """``notify_url`` is told when the customer has paid; ``return_url`` is where a browser goes afterwards."""

    out_trade_no: str
    amount_fen: int
    description: str
    product: str
    expires_at: datetime
    notify_url: str
    return_url: str = ""
    payer_address: str = "127.0.0.1"
    openid: str = ""


@dataclass(frozen=True)
class Ticket:
    """What the customer needs to pay: a text for a QR code or an address to open, or the parameters of a JSAPI call."""

    code_url: str = ""
    jsapi: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class OrderStatus:
    """What the channel knows of an order. ``state``: missing, pending, paid, closed or failed."""

    state: str
    transaction_id: str = ""
    amount_fen: int | None = None
    paid_at: datetime | None = None
    payer: str = ""


@dataclass(frozen=True)
class RefundRequest:
    out_refund_no: str
    out_trade_no: str
    transaction_id: str
    refund_fen: int
    total_fen: int
    reason: str
    notify_url: str


@dataclass(frozen=True)
class RefundStatus:
    """What the channel knows of a refund. ``state``: missing, processing, paid or failed."""

    state: str
    refund_id: str = ""
    amount_fen: int | None = None
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True)
class Notice:
    """A callback whose signature holds, in our words. ``kind``: payment or refund. Not yet compared with our order."""

    kind: str
    sent_at: datetime
    merchant: str
    app: str
    out_trade_no: str
    state: str
    transaction_id: str = ""
    amount_fen: int | None = None
    currency: str = "CNY"
    paid_at: datetime | None = None
    payer: str = ""
    out_refund_no: str = ""
    refund_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class BillLine:
    """A line of the channel's daily bill file. ``kind``: payment (money in) or refund (money out); both above zero."""

    kind: str
    transaction_id: str
    out_trade_no: str
    amount_fen: int
    at: datetime
    fee_fen: int = 0
    refund_id: str = ""
    out_refund_no: str = ""


class PaymentGateway(Protocol):
    """A payment channel. Every call but ``parse_notification`` goes over the network: never inside a transaction.

    Raises, everywhere: GatewayUnreachable, GatewayRefused.
    """

    provider: str
    merchant: str
    app: str

    def create_order(self, request: OrderRequest) -> Ticket: ...

    def query(self, out_trade_no: str) -> OrderStatus: ...

    def close(self, out_trade_no: str) -> None:
        """Close an order that is not paid; closing what the channel does not know is no error."""

    def refund(self, request: RefundRequest) -> RefundStatus: ...

    def query_refund(self, out_refund_no: str, transaction_id: str) -> RefundStatus: ...

    def download_bill(self, on: date) -> Sequence[BillLine]:
        """The channel's own account of a day. Raises NothingBilled."""

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Raises NoticeRefused where the signature or the form does not hold; asks nobody."""
