"""Alipay (公钥模式, RSA2) through ``python-alipay-sdk``.

The SDK leaves to us: the age of a callback, amount, seller and application. Its ``verify`` takes keys out of the
mapping it is given; the address of the gateway is private to it; calls are GET with everything in the address.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl
from urllib.request import Request, urlopen

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError
from alipay.utils import AliPayConfig

from denghuo.commerce.channels.operations.gateways.reading import beijing, masked, texts
from denghuo.commerce.channels.rules import (
    BillLine,
    GatewayOff,
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
from denghuo.kernel.money import InexactAmount, fen, yuan
from denghuo.kernel.periods import BEIJING

NEEDED = {
    "appid": "DENGHUO_ALIPAY_APPID",
    "seller_id": "DENGHUO_ALIPAY_SELLER_ID",
    "private_key_file": "DENGHUO_ALIPAY_PRIVATE_KEY",
    "public_key_file": "DENGHUO_ALIPAY_PUBLIC_KEY",
    "gateway": "DENGHUO_ALIPAY_GATEWAY",
}
TIMEOUT_SECONDS = 10
BILL_BYTES = 200 * 1024 * 1024
STATES = {
    "TRADE_SUCCESS": "paid",
    "TRADE_FINISHED": "paid",
    "WAIT_BUYER_PAY": "pending",
    "TRADE_CLOSED": "closed",
}
_MISSING = "ACQ.TRADE_NOT_EXIST"
_LATER = frozenset(
    {"aop.ACQ.SYSTEM_ERROR", "ACQ.SYSTEM_ERROR", "isp.unknow-error", "ACQ.SELLER_BALANCE_NOT_ENOUGH"}
)
"""Refusals that end by themselves."""


def build(settings: Mapping[str, str]) -> AlipayGateway:
    """Raises GatewayOff."""
    return AlipayGateway(**texts(settings, NEEDED))


class AlipayGateway:
    provider = "alipay"

    def __init__(
        self, *, appid: str, seller_id: str, private_key: str, public_key: str, gateway: str
    ) -> None:
        self.merchant, self.app = seller_id, appid
        if not gateway.startswith(("https://", "http://")):
            raise GatewayOff("DENGHUO_ALIPAY_GATEWAY")
        try:
            self._pay = AliPay(
                appid=appid,
                app_private_key_string=private_key,
                alipay_public_key_string=public_key,
                sign_type="RSA2",
                config=AliPayConfig(timeout=TIMEOUT_SECONDS),
            )
        except (ValueError, IndexError, TypeError) as error:
            raise GatewayOff(f"DENGHUO_ALIPAY_PRIVATE_KEY, DENGHUO_ALIPAY_PUBLIC_KEY: {error}") from error
        self._pay._gateway = gateway

    def create_order(self, request: OrderRequest) -> Ticket:
        facts = {
            "subject": request.description[:128],
            "out_trade_no": request.out_trade_no,
            "total_amount": str(yuan(request.amount_fen)),
            "notify_url": request.notify_url,
            "time_expire": request.expires_at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
        }
        if request.product == "precreate":
            return Ticket(code_url=self._ask(self._pay.api_alipay_trade_precreate, **facts)["qr_code"])
        sign = {
            "wap": self._pay.api_alipay_trade_wap_pay,
            "page": self._pay.api_alipay_trade_page_pay,
        }[request.product]
        return Ticket(code_url=f"{self._pay._gateway}?{sign(return_url=request.return_url or None, **facts)}")

    def query(self, out_trade_no: str) -> OrderStatus:
        try:
            answer = self._ask(self._pay.api_alipay_trade_query, out_trade_no=out_trade_no)
        except GatewayRefused as refused:
            if refused.code == _MISSING:
                return OrderStatus("missing")
            raise
        state = STATES.get(answer["trade_status"], "pending")
        if state == "closed" and answer.get("send_pay_date"):
            state = "paid"  # paid, and refunded in full since
        paid_at = answer.get("send_pay_date")
        return OrderStatus(
            state,
            answer.get("trade_no", ""),
            fen(answer["total_amount"]),
            beijing(paid_at) if paid_at else None,
            masked(answer.get("buyer_logon_id", "")),
        )

    def close(self, out_trade_no: str) -> None:
        try:
            self._ask(self._pay.api_alipay_trade_close, out_trade_no=out_trade_no)
        except GatewayRefused as refused:
            if refused.code != _MISSING:
                raise

    def refund(self, request: RefundRequest) -> RefundStatus:
        """The answer 10000 accepts a refund; only ``query_refund`` says that the money has moved, unless it is told here."""
        answer = self._ask(
            self._pay.api_alipay_trade_refund,
            refund_amount=str(yuan(request.refund_fen)),
            trade_no=request.transaction_id,
            out_request_no=request.out_refund_no,
            refund_reason=request.reason[:256],
        )
        moved = answer.get("fund_change") == "Y"
        return RefundStatus("paid" if moved else "processing", request.out_refund_no, request.refund_fen)

    def query_refund(self, out_refund_no: str, transaction_id: str) -> RefundStatus:
        try:
            answer = self._ask(
                self._pay.api_alipay_trade_fastpay_refund_query,
                out_request_no=out_refund_no,
                trade_no=transaction_id,
            )
        except GatewayRefused as refused:
            if refused.code == _MISSING:
                return RefundStatus("missing")
            raise
        if not answer.get("refund_amount"):
            return RefundStatus("missing")
        done = answer.get("refund_status") == "REFUND_SUCCESS"
        return RefundStatus("paid" if done else "processing", out_refund_no, fen(answer["refund_amount"]))

    def download_bill(self, on: date) -> Sequence[BillLine]:
        try:
            found = self._ask(
                self._pay.server_api,
                api_name="alipay.data.dataservice.bill.downloadurl.query",
                biz_content={"bill_type": "trade", "bill_date": on.isoformat()},
            )
        except GatewayRefused as refused:
            if refused.code in ("isp.bill_not_exist", "EXPORT_EMPTY_BILL", "isp.bill-not-exist"):
                raise NothingBilled(on.isoformat()) from refused
            raise
        data = _fetched(found["bill_download_url"])
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = [item.filename for item in archive.infolist()]
                detail = next(
                    index for index, name in enumerate(names) if not _is_summary(archive, index, name)
                )
                text = archive.read(archive.infolist()[detail]).decode("gb18030")
        except (zipfile.BadZipFile, StopIteration, UnicodeDecodeError) as error:
            raise GatewayUnreachable(f"bill file: {type(error).__name__}") from error
        return statements.alipay_lines(text)

    def parse_notification(self, headers: Mapping[str, str], body: bytes) -> Notice:
        try:
            told = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=True))
            signature = told.pop("sign")
            if told.get("sign_type") != "RSA2" or "\x00" in body.decode("utf-8"):
                raise NoticeRefused("bad_signature", "another algorithm")
            holds = self._pay.verify(dict(told), signature)  # takes keys out of what it is given
        except NoticeRefused:
            raise
        except Exception as error:  # the SDK and its base64 raise many things on a malformed body
            raise NoticeRefused("malformed", type(error).__name__) from error
        if not holds:
            raise NoticeRefused("bad_signature")
        try:
            return _notice(told)
        except (KeyError, ValueError, InexactAmount) as error:
            raise NoticeRefused("malformed", f"{type(error).__name__}: {error}") from error

    def _ask(self, call: Callable[..., Any], **arguments: Any) -> dict[str, Any]:
        try:
            answer = call(**arguments)
        except AliPayValidationError as error:
            raise GatewayUnreachable("an answer whose signature fails") from error
        except AliPayException as error:  # an unsigned answer: it proves nothing
            raise GatewayUnreachable(str(error)[:200]) from error
        except HTTPError as error:
            raise GatewayUnreachable(f"HTTP {error.code}") from error
        except (URLError, OSError, ValueError, KeyError) as error:
            raise GatewayUnreachable(type(error).__name__) from error
        if answer.get("code") == "10000":
            return answer
        code = str(answer.get("sub_code") or answer.get("code"))
        if code in _LATER or answer.get("code") == "20000":
            raise GatewayUnreachable(code)
        raise GatewayRefused(code, str(answer.get("sub_msg") or answer.get("msg", ""))[:200])


def _is_summary(archive: zipfile.ZipFile, index: int, name: str) -> bool:
    """The archive holds the lines and a summary of them; older ones name their files in GBK."""
    info = archive.infolist()[index]
    readable = name if info.flag_bits & 0x800 else name.encode("cp437").decode("gb18030", "replace")
    return "汇总" in readable


def _fetched(url: str) -> bytes:
    if not url.startswith(("https://", "http://")):
        raise GatewayUnreachable("bill file: an address that is no web address")
    try:
        with urlopen(Request(url), timeout=60) as answer:  # noqa: S310 - the scheme is checked above
            data: bytes = answer.read(BILL_BYTES + 1)
    except (URLError, OSError) as error:
        raise GatewayUnreachable(type(error).__name__) from error
    if len(data) > BILL_BYTES:
        raise GatewayUnreachable("bill file: too large")
    return data


def _notice(told: Mapping[str, str]) -> Notice:
    state = STATES.get(told["trade_status"], "pending")
    if state == "closed" and told.get("gmt_payment"):
        state = "paid"  # paid, and refunded in full since: news of the refund, not of the order
    paid_at = told.get("gmt_payment")
    return Notice(
        kind="payment",
        sent_at=beijing(told["notify_time"]),
        merchant=told.get("seller_id", ""),
        app=told["app_id"],
        out_trade_no=told["out_trade_no"],
        state=state,
        transaction_id=told["trade_no"],
        amount_fen=fen(told["total_amount"]),
        paid_at=beijing(paid_at) if paid_at else None,
        payer=masked(told.get("buyer_logon_id", "")),
    )
