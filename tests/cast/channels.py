"""The payment channels of the town: the emulator with its own keys, and the real adapters that speak to it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from denghuo.commerce.channels import operations, rules
from denghuo.commerce.channels.models import PaymentOrder
from denghuo.commerce.channels.operations.gateways import alipay, wechat
from denghuo.project import payment_settings
from denghuo.project.emulator import desk, keys, names, server
from denghuo.project.emulator.store import Store

_keys_made = count(1)


@cache
def home() -> Path:
    """A folder with the emulator's keys, made once for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="denghuo-emulator-"))
    keys.ensure(folder)
    return folder


class Clock:
    """The emulator's time, as the test wants it."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now.timestamp()

    def pass_(self, **time: float) -> datetime:
        self.now += timedelta(**time)
        return self.now


def counter(clock: Clock) -> desk.Desk:
    """Both channels in memory, without a server."""
    return desk.Desk(keys.ensure(home()), Store(":memory:"), clock=clock)


def gateways(address: str = "http://127.0.0.1:9") -> dict:
    """The real adapters; the default address answers nothing."""
    settings = payment_settings.emulated(address, home() / names.FOLDER)
    return {"wechat": wechat.build(settings["wechat"]), "alipay": alipay.build(settings["alipay"])}


@contextmanager
def running(clock: Clock) -> Iterator[server.Emulator]:
    """A running emulator on a free port, used by every order placed inside; its callbacks go out when the test says."""
    made = server.Emulator(counter(clock), 0, calling=False)
    try:
        with operations.replaced(gateways(made.address)):
            yield made
    finally:
        made.close()


def place(
    account, amount_fen: int = 10_000, *, provider: str = "wechat", at: datetime, **how
) -> PaymentOrder:
    how.setdefault("product", "native" if provider == "wechat" else "precreate")
    how.setdefault("key", f"test-{next(_keys_made)}")
    return operations.place(account=account, amount_fen=amount_fen, provider=provider, at=at, **how)


NOON = datetime(2026, 9, 7, 4, 0, tzinfo=UTC)


class InProcess:
    """A gateway that asks the desk directly: the real adapter verifies callbacks, no network is used."""

    def __init__(self, provider: str, at_channel: desk.Desk) -> None:
        self.provider, self.desk = provider, at_channel
        self.port = gateways()[provider]
        self.merchant, self.app = self.port.merchant, self.port.app
        self.parse_notification = self.port.parse_notification
        self.fails: Callable[[str], bool] = lambda call: False

    def _maybe(self, call: str) -> None:
        if self.fails(call):
            raise rules.GatewayUnreachable(call)

    def create_order(self, request: rules.OrderRequest) -> rules.Ticket:
        self._maybe("create")
        order = self.desk.open(
            self.provider,
            request.out_trade_no,
            {
                "amount_fen": request.amount_fen,
                "description": request.description,
                "product": request.product,
                "notify_url": request.notify_url,
                "expires": request.expires_at.timestamp(),
            },
        )
        self._maybe("created")
        return rules.Ticket(code_url=order["code"])

    def query(self, out_trade_no: str) -> rules.OrderStatus:
        self._maybe("query")
        try:
            order = self.desk.order(self.provider, out_trade_no)
        except desk.Refused:
            return rules.OrderStatus("missing")
        state = self.desk.state(order)
        if state != "paid":
            return rules.OrderStatus(state)
        paid = order["transactions"][0]
        at = datetime.fromtimestamp(paid["paid_at"], UTC)
        return rules.OrderStatus("paid", paid["id"], paid.get("amount_fen", order["amount_fen"]), at)

    def close(self, out_trade_no: str) -> None:
        self._maybe("close")
        try:
            self.desk.close(self.provider, out_trade_no)
        except desk.Refused as refused:
            if refused is not desk.NO_ORDER:
                raise rules.GatewayRefused(refused.wechat) from refused
        self._maybe("closed")

    def refund(self, request: rules.RefundRequest) -> rules.RefundStatus:
        self._maybe("refund")
        try:
            made = self.desk.refund(
                self.provider,
                transaction_id=request.transaction_id,
                number=request.out_trade_no,
                refund_no=request.out_refund_no,
                amount_fen=request.refund_fen,
                url="",
            )
        except desk.Refused as refused:
            raise rules.GatewayRefused(refused.wechat, refused.text) from refused
        self._maybe("refunded")
        return rules.RefundStatus("processing", made["refund_id"], made["amount_fen"])

    def query_refund(self, out_refund_no: str, transaction_id: str) -> rules.RefundStatus:
        self._maybe("query_refund")
        found = self.desk.store.find(f"{self.provider}-refund", out_refund_no)
        if found is None:
            return rules.RefundStatus("missing")
        return rules.RefundStatus("paid", found["refund_id"], found["amount_fen"])


def offline(at_channel: desk.Desk) -> dict[str, InProcess]:
    return {provider: InProcess(provider, at_channel) for provider in ("wechat", "alipay")}


def told(
    at_channel: desk.Desk, order: PaymentOrder, /, *, at: datetime | None = None, **changes
) -> operations.Envelope:
    """The signed callback of a paid order as it would go out at ``at``."""
    found = at_channel.order(order.provider, order.out_trade_no)
    call = {"channel": order.provider, "kind": "order", "order": found, "paid": found["transactions"][0]}
    kept = at_channel.clock
    at_channel.clock = at.timestamp if at else kept
    try:
        headers, body = at_channel.signed({**call, **changes})
    finally:
        at_channel.clock = kept
    return operations.Envelope(order.provider, headers, body, len(body))
