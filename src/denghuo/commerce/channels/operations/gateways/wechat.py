"""WeChat Pay v3 through ``wechatpayv3``, always in public-key mode.

The SDK leaves to us: the age of a callback, the serial (an unknown one makes it download certificates), the
algorithm (a bare ``Exception``), amount, merchant and application. The address of the gateway is private to it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from requests import RequestException
from wechatpayv3 import WeChatPay, WeChatPayType

from denghuo.commerce.channels.operations.gateways.reading import masked, texts
from denghuo.commerce.channels.rules import (
    BillLine,
    GatewayRefused,
    GatewayUnreachable,
    NothingBilled,
    Notice,
    NoticeRefused,
    OrderRequest,
    OrderStatus,
    RefundRequest,
    RefundStatus,
    Ticket,
    statements,
)

NEEDED = {
    "mchid": "DENGHUO_WECHAT_MCHID",
    "appid": "DENGHUO_WECHAT_APPID",
    "private_key_file": "DENGHUO_WECHAT_PRIVATE_KEY",
    "serial": "DENGHUO_WECHAT_SERIAL",
    "apiv3_key_file": "DENGHUO_WECHAT_APIV3_KEY",
    "public_key_file": "DENGHUO_WECHAT_PUBLIC_KEY",
    "public_key_id": "DENGHUO_WECHAT_PUBLIC_KEY_ID",
    "gateway": "DENGHUO_WECHAT_GATEWAY",
}
ALGORITHM = "WECHATPAY2-SHA256-RSA2048"
TIMEOUT_SECONDS = (3, 10)
STATES = {
    "SUCCESS": "paid", "REFUND": "paid", "NOTPAY": "pending", "USERPAYING": "pending", "ACCEPT": "pending",
    "CLOSED": "closed", "REVOKED": "closed", "PAYERROR": "failed",
}  # fmt: skip
REFUND_STATES = {"SUCCESS": "paid", "PROCESSING": "processing", "CLOSED": "failed", "ABNORMAL": "failed"}
_TYPES = {"native": WeChatPayType.NATIVE, "h5": WeChatPayType.H5, "jsapi": WeChatPayType.JSAPI}
_MISSING = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
_LATER = frozenset({"NOT_ENOUGH", "FREQUENCY_LIMITED", "RATELIMIT_EXCEEDED", "SYSTEM_ERROR", "SYSTEMERROR"})
"""Refusals that end by themselves: money that has not reached the merchant's account yet, too many calls."""


def build(settings: Mapping[str, str]) -> WeChatGateway:
    """Raises GatewayOff."""
    return WeChatGateway(**texts(settings, NEEDED))


class WeChatGateway:
    provider = "wechat"

    def __init__(
        self,
        *,
        mchid: str,
        appid: str,
        private_key: str,
        serial: str,
        apiv3_key: str,
        public_key: str,
        public_key_id: str,
        gateway: str,
    ) -> None:
        self.merchant, self.app = mchid, appid
        self._key_id = public_key_id
        self._pay = WeChatPay(
            wechatpay_type=WeChatPayType.NATIVE,
            mchid=mchid,
            private_key=private_key,
            cert_serial_no=serial,
            appid=appid,
            apiv3_key=apiv3_key,
            public_key=public_key,
            public_key_id=public_key_id,
            timeout=TIMEOUT_SECONDS,
        )
        self._pay._core._gate_way = gateway.rstrip("/")

    def create_order(self, request: OrderRequest) -> Ticket:
        how: dict[str, Any] = {}
        if request.product == "h5":
            how["scene_info"] = {"payer_client_ip": request.payer_address, "h5_info": {"type": "Wap"}}
        elif request.product == "jsapi":
            how["payer"] = {"openid": request.openid}
        answer = self._ask(
            self._pay.pay,
            description=request.description[:127],
            out_trade_no=request.out_trade_no,
            amount={"total": request.amount_fen, "currency": "CNY"},
            time_expire=request.expires_at.astimezone(ZoneInfo("Asia/Shanghai")).isoformat(
                timespec="seconds"
            ),
            notify_url=request.notify_url,
            pay_type=_TYPES[request.product],
            **how,
        )
        if request.product == "jsapi":
            return Ticket(jsapi=self._jsapi(answer["prepay_id"], request.out_trade_no))
        return Ticket(code_url=answer["code_url"] if request.product == "native" else answer["h5_url"])

    def _jsapi(self, prepay_id: str, nonce: str) -> dict[str, str]:
        stamp = str(int(datetime.now(UTC).timestamp()))
        package = f"prepay_id={prepay_id}"
        signature = self._pay.sign([self.app, stamp, nonce, package])
        return {
            "appId": self.app, "timeStamp": stamp, "nonceStr": nonce, "package": package, "signType": "RSA",
            "paySign": signature,
        }  # fmt: skip

    def query(self, out_trade_no: str) -> OrderStatus:
        try:
            answer = self._ask(self._pay.query, out_trade_no=out_trade_no)
        except GatewayRefused as refused:
            if refused.code in _MISSING:
                return OrderStatus("missing")
            raise
        return OrderStatus(
            STATES.get(answer["trade_state"], "pending"),
            answer.get("transaction_id", ""),
            answer.get("amount", {}).get("total"),
            _moment(answer.get("success_time")),
            masked(answer.get("payer", {}).get("openid", "")),
        )

    def close(self, out_trade_no: str) -> None:
        try:
            self._ask(self._pay.close, out_trade_no=out_trade_no)
        except GatewayRefused as refused:
            if refused.code not in _MISSING | {"ORDER_CLOSED"}:
                raise

    def refund(self, request: RefundRequest) -> RefundStatus:
        answer = self._ask(
            self._pay.refund,
            out_refund_no=request.out_refund_no,
            transaction_id=request.transaction_id,
            amount={"refund": request.refund_fen, "total": request.total_fen, "currency": "CNY"},
            reason=request.reason[:80],
            notify_url=request.notify_url,
        )
        return _refund_status(answer)

    def query_refund(self, out_refund_no: str, transaction_id: str) -> RefundStatus:
        try:
            return _refund_status(self._ask(self._pay.query_refund, out_refund_no=out_refund_no))
        except GatewayRefused as refused:
            if refused.code in _MISSING:
                return RefundStatus("missing")
            raise

    def download_bill(self, on: date) -> Sequence[BillLine]:
        try:
            found = self._ask(self._pay.trade_bill, bill_date=on.isoformat())
        except GatewayRefused as refused:
            if refused.code == "NO_STATEMENT_EXIST":
                raise NothingBilled(on.isoformat()) from refused
            raise
        raw = self._ask_raw(self._pay.download_bill, url=found["download_url"])
        try:
            data = gzip.decompress(raw if isinstance(raw, bytes) else raw.encode())
        except (OSError, EOFError) as error:
            raise GatewayUnreachable(f"bill file: {error}") from error
        if hashlib.sha1(data, usedforsecurity=False).hexdigest() != found["hash_value"].lower():
            raise GatewayUnreachable("bill file: its hash differs")
        return statements.wechat_lines(data.decode("utf-8"))

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notice:
        given = {name.lower(): value for name, value in headers.items()}
        if given.get("wechatpay-signature-type") != ALGORITHM:
            raise NoticeRefused("bad_signature", "another algorithm")
        if given.get("wechatpay-serial") != self._key_id:
            raise NoticeRefused("bad_signature", "another key")
        try:
            sent_at = datetime.fromtimestamp(int(given["wechatpay-timestamp"]), UTC)
            told = self._pay.callback(given, body)
        except Exception as error:  # the SDK raises bare exceptions on a malformed body
            raise NoticeRefused("malformed", type(error).__name__) from error
        if not told:
            raise NoticeRefused("bad_signature")
        try:
            return _notice(told["event_type"], told["resource"], sent_at)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise NoticeRefused("malformed", f"{type(error).__name__}: {error}") from error

    def _ask(self, call: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
        text = self._ask_raw(call, **arguments)
        try:
            return json.loads(text) if text else {}
        except ValueError as error:
            raise GatewayUnreachable("an answer that is no JSON") from error

    def _ask_raw(self, call: Callable[..., Any], **arguments: Any) -> Any:
        try:
            code, text = call(**arguments)
        except RequestException as error:
            raise GatewayUnreachable(type(error).__name__) from error
        except Exception as error:  # the SDK's words for an answer whose signature fails
            raise GatewayUnreachable(str(error)) from error
        if code >= 500:
            raise GatewayUnreachable(f"HTTP {code}")
        if code >= 400:
            raise _refused(code, text)
        return text


def _refused(code: int, text: Any) -> Exception:
    try:
        told = json.loads(text)
        if told["code"] in _LATER:
            return GatewayUnreachable(told["code"])
        return GatewayRefused(str(told["code"]), str(told.get("message", ""))[:200])
    except (ValueError, TypeError, KeyError):
        return GatewayUnreachable(f"HTTP {code}")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _refund_status(answer: Mapping[str, Any]) -> RefundStatus:
    return RefundStatus(
        REFUND_STATES.get(answer["status"], "processing"),
        answer.get("refund_id", ""),
        answer.get("amount", {}).get("refund"),
        _moment(answer.get("success_time")),
        "" if answer["status"] in ("SUCCESS", "PROCESSING") else answer["status"],
    )


def _notice(event: str, told: Mapping[str, Any], sent_at: datetime) -> Notice:
    if event.startswith("REFUND."):
        return Notice(
            kind="refund",
            sent_at=sent_at,
            merchant=told["mchid"],
            app="",
            out_trade_no=told["out_trade_no"],
            state=REFUND_STATES.get(told["refund_status"], "processing"),
            transaction_id=told["transaction_id"],
            amount_fen=int(told["amount"]["refund"]),
            out_refund_no=told["out_refund_no"],
            refund_id=told["refund_id"],
            paid_at=_moment(told.get("success_time")),
            reason=told["refund_status"],
        )
    return Notice(
        kind="payment",
        sent_at=sent_at,
        merchant=told["mchid"],
        app=told["appid"],
        out_trade_no=told["out_trade_no"],
        state=STATES.get(told["trade_state"], "pending"),
        transaction_id=told["transaction_id"],
        amount_fen=int(told["amount"]["total"]),
        currency=told["amount"].get("currency", "CNY"),
        paid_at=_moment(told.get("success_time")),
        payer=masked(told.get("payer", {}).get("openid", "")),
    )
