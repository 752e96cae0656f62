"""What the channels do with orders: open them, take the customer's money, give it back, and call the merchant."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from denghuo.project.emulator import signing
from denghuo.project.emulator.keys import Keys
from denghuo.project.emulator.schedules import RETRIES
from denghuo.project.emulator.store import Store

log = logging.getLogger("denghuo.emulator")
LATE_SECONDS = 120
WAYS = ("pay", "decline", "late", "silent", "repeat", "charge_twice", "wrong_amount")
"""What a customer, or bad luck, may do with an order."""


class Refused(Exception):
    """The channel says no: (HTTP status of WeChat Pay, WeChat code, Alipay sub_code, text)."""

    def __init__(self, status: int, wechat: str, alipay: str, text: str) -> None:
        super().__init__(text)
        self.status, self.wechat, self.alipay, self.text = status, wechat, alipay, text


NO_ORDER = Refused(404, "ORDER_NOT_EXIST", "ACQ.TRADE_NOT_EXIST", "订单不存在")
ALREADY_PAID = Refused(400, "ORDERPAID", "ACQ.TRADE_STATUS_ERROR", "该订单已支付")
ALREADY_CLOSED = Refused(400, "ORDER_CLOSED", "ACQ.TRADE_HAS_CLOSE", "订单已关闭")
TOO_MUCH = Refused(403, "INVALID_REQUEST", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超过订单金额")
USED = Refused(403, "OUT_TRADE_NO_USED", "ACQ.CONTEXT_INCONSISTENT", "商户订单号重复")


class Desk:
    """Both channels over one store. ``speed`` shortens the waits between callbacks; ``clock`` is the time."""

    def __init__(
        self, keys: Keys, store: Store, *, speed: float = 60.0, clock: Callable[[], float] = time.time
    ) -> None:
        self.keys, self.store, self.speed, self.clock = keys, store, speed, clock

    def open(self, channel: str, number: str, facts: dict[str, Any]) -> dict[str, Any]:
        """Open an order; the same again gives the same order. ``facts``: amount_fen, description, product, notify_url, expires."""
        with self.store.changing(f"{channel}-order", number) as order:
            if order and order["amount_fen"] != facts["amount_fen"]:
                raise USED
            if order and order["transactions"]:
                raise ALREADY_PAID
            if order.get("closed"):
                raise ALREADY_CLOSED
            if not order:
                order.update(
                    facts,
                    channel=channel,
                    out_trade_no=number,
                    created_at=self.clock(),
                    code=secrets.token_urlsafe(9),
                    transactions=[],
                    closed=False,
                )
            return dict(order)

    def order(self, channel: str, number: str) -> dict[str, Any]:
        found = self.store.find(f"{channel}-order", number)
        if found is None:
            raise NO_ORDER
        return found

    def order_of_transaction(self, channel: str, transaction_id: str) -> dict[str, Any]:
        for order in self.store.all(f"{channel}-order"):
            if any(paid["id"] == transaction_id for paid in order["transactions"]):
                return order
        raise NO_ORDER

    def state(self, order: dict[str, Any]) -> str:
        if order["transactions"]:
            return "paid"
        if order["closed"] or self.clock() > order["expires"]:
            return "closed"
        return "pending"

    def close(self, channel: str, number: str) -> None:
        self.order(channel, number)
        with self.store.changing(f"{channel}-order", number) as order:
            if order["transactions"]:
                raise ALREADY_PAID
            order["closed"] = True

    def pay(self, channel: str, number: str, way: str = "pay") -> None:
        """The customer does ``way`` (one of ``WAYS``) with an order."""
        if way not in WAYS:
            raise Refused(400, "PARAM_ERROR", "ACQ.INVALID_PARAMETER", way)
        if way == "decline":
            return
        self.order(channel, number)
        with self.store.changing(f"{channel}-order", number) as order:
            if self.state(order) == "closed":
                raise ALREADY_CLOSED
            if order["transactions"] and way != "charge_twice":
                raise ALREADY_PAID
            order.setdefault("payer", "oDenghuoCustomer" if channel == "wechat" else "138****8001")
            for _ in range(2 if way == "charge_twice" and not order["transactions"] else 1):
                paid: dict[str, Any] = {"id": self._transaction(channel), "paid_at": self.clock()}
                if way == "wrong_amount":
                    paid["amount_fen"] = order["amount_fen"] + 1
                order["transactions"].append(paid)
                if way != "silent":
                    call = {
                        "channel": channel,
                        "kind": "order",
                        "url": order["notify_url"],
                        "order": dict(order),
                        "paid": paid,
                    }
                    delay = LATE_SECONDS if way == "late" else 0
                    self.store.schedule(call, due=self.clock() + delay)
                    if way == "repeat":
                        self.store.schedule(call, due=self.clock() + 1)

    def _transaction(self, channel: str) -> str:
        stamp = signing.local(self.clock()).replace("-", "").replace(":", "").replace(" ", "")
        serial = secrets.randbelow(10**10)
        return f"4200{stamp}{serial:010d}" if channel == "wechat" else f"{stamp[:8]}22001400{serial:010d}00"

    def refund(
        self, channel: str, *, transaction_id: str, number: str, refund_no: str, amount_fen: int, url: str
    ) -> dict[str, Any]:
        """Give money back; the same number again gives the same refund."""
        order = (
            self.order_of_transaction(channel, transaction_id)
            if transaction_id
            else self.order(channel, number)
        )
        if not order["transactions"]:
            raise Refused(403, "INVALID_REQUEST", "ACQ.TRADE_STATUS_ERROR", "订单未支付")
        paid = next(
            (paid for paid in order["transactions"] if paid["id"] == transaction_id), order["transactions"][0]
        )
        before = sum(
            refund["amount_fen"]
            for refund in self.store.all(f"{channel}-refund")
            if refund["transaction_id"] == paid["id"] and refund["out_refund_no"] != refund_no
        )
        with self.store.changing(f"{channel}-refund", refund_no) as refund:
            if refund:
                return dict(refund)
            if before + amount_fen > paid.get("amount_fen", order["amount_fen"]):
                raise TOO_MUCH
            refund.update(
                out_refund_no=refund_no,
                refund_id=f"5030{self._transaction(channel)[4:]}",
                out_trade_no=order["out_trade_no"],
                transaction_id=paid["id"],
                amount_fen=amount_fen,
                total_fen=order["amount_fen"],
                state="SUCCESS",
                at=self.clock(),
            )
            made = dict(refund)
        if url and channel == "wechat":
            self.store.schedule(
                {"channel": channel, "kind": "refund", "url": url, "refund": made}, due=self.clock() + 2
            )
        return made

    def found_refund(self, channel: str, refund_no: str) -> dict[str, Any]:
        found = self.store.find(f"{channel}-refund", refund_no)
        if found is None:
            raise Refused(404, "RESOURCE_NOT_EXISTS", "ACQ.TRADE_NOT_EXIST", "退款单不存在")
        return found

    # Callbacks

    def signed(self, call: dict[str, Any]) -> tuple[dict[str, str], bytes]:
        """A callback as it goes out now: every try is signed anew."""
        at = self.clock()
        if call["kind"] == "refund":
            return signing.wechat_callback(
                self.keys, _refund(call["refund"]), event="REFUND.SUCCESS", kind="refund", at=at
            )
        if call["channel"] == "wechat":
            told = signing.wechat_transaction(call["order"], call["paid"])
            return signing.wechat_callback(
                self.keys, told, event="TRANSACTION.SUCCESS", kind="transaction", at=at
            )
        return signing.alipay_callback(self.keys, call["order"], call["paid"], at=at)

    def deliver(self) -> int:
        """Try every callback that is due; how many were heard."""
        heard = 0
        for number, attempt, call in self.store.due(self.clock()):
            headers, body = self.signed(call)
            if _heard(call["channel"], call["url"], headers, body):
                self.store.delivered(number, "heard")
                heard += 1
                continue
            waits = RETRIES[call["channel"]]
            if attempt >= len(waits):
                self.store.delivered(number, "given up")
            else:
                self.store.postpone(number, attempt + 1, self.clock() + waits[attempt] / self.speed)
        return heard

    def deliver_until(self, stop: threading.Event) -> None:
        """The callback loop of a running emulator."""
        while not stop.wait(0.25):
            try:
                self.deliver()
            except Exception:
                log.exception("callbacks")


def _refund(refund: dict[str, Any]) -> dict[str, Any]:
    from denghuo.project.emulator import names

    return {
        "mchid": names.MCHID,
        "out_trade_no": refund["out_trade_no"],
        "transaction_id": refund["transaction_id"],
        "out_refund_no": refund["out_refund_no"],
        "refund_id": refund["refund_id"],
        "refund_status": refund["state"],
        "success_time": signing.iso(refund["at"]),
        "user_received_account": "支付用户零钱",
        "amount": {
            "total": refund["total_fen"],
            "refund": refund["amount_fen"],
            "payer_total": refund["total_fen"],
            "payer_refund": refund["amount_fen"],
        },
    }


def _heard(channel: str, url: str, headers: dict[str, str], body: bytes) -> bool:
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urlopen(Request(url, data=body, headers=headers), timeout=5) as answer:  # noqa: S310
            return channel == "wechat" or answer.read(100).strip() == b"success"
    except (HTTPError, URLError, OSError):
        return False
