"""The open gateway of Alipay: one address, the method among the parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from denghuo.kernel.money import fen
from denghuo.kernel.periods import BEIJING
from denghuo.project.emulator import bills, signing
from denghuo.project.emulator.desk import NO_ORDER, Desk, Refused

PAGES = ("alipay.trade.wap.pay", "alipay.trade.page.pay")
"""Methods that a browser opens; everything else is asked by the server."""
OK = {"code": "10000", "msg": "Success"}


def answer(desk: Desk, given: Mapping[str, str], base: str) -> bytes:
    """A signed answer to a signed request."""
    method = given.get("method", "")
    if not signing.alipay_request_holds(desk.keys, given):
        told = {
            "code": "40002",
            "msg": "Invalid Arguments",
            "sub_code": "isv.invalid-signature",
            "sub_msg": "验签出错",
        }
        return signing.alipay_answer(desk.keys, method, told)
    try:
        told = {**OK, **_do(desk, method, json.loads(given["biz_content"]), given, base)}
    except Refused as refused:
        told = {
            "code": "40004",
            "msg": "Business Failed",
            "sub_code": refused.alipay,
            "sub_msg": refused.text,
        }
    except (KeyError, ValueError) as error:
        told = {
            "code": "40002",
            "msg": "Invalid Arguments",
            "sub_code": "isv.missing-parameter",
            "sub_msg": str(error),
        }
    return signing.alipay_answer(desk.keys, method, told)


def opened(desk: Desk, given: Mapping[str, str]) -> dict[str, Any]:
    """The order of a page that a browser opens. Raises Refused."""
    if not signing.alipay_request_holds(desk.keys, given):
        raise Refused(401, "", "isv.invalid-signature", "验签出错")
    told = json.loads(given["biz_content"])
    return _open(desk, told, given, given["method"].split(".")[2])


def _open(desk: Desk, told: Mapping[str, Any], given: Mapping[str, str], product: str) -> dict[str, Any]:
    expires = datetime.strptime(told["time_expire"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=BEIJING)
    return desk.open(
        "alipay",
        told["out_trade_no"],
        {
            "amount_fen": fen(told["total_amount"]),
            "description": told["subject"],
            "product": product,
            "notify_url": given.get("notify_url", ""),
            "expires": expires.timestamp(),
        },
    )


def _do(
    desk: Desk, method: str, told: Mapping[str, Any], given: Mapping[str, str], base: str
) -> dict[str, Any]:
    number = told.get("out_trade_no", "")
    if method == "alipay.trade.precreate":
        order = _open(desk, told, given, "precreate")
        return {"out_trade_no": number, "qr_code": f"https://qr.alipay.com/{order['code']}"}
    if method == "alipay.trade.query":
        return _told(desk, _known(desk, told))
    if method == "alipay.trade.close":
        _known(desk, told)
        desk.close("alipay", number)
        return {"out_trade_no": number}
    if method == "alipay.trade.refund":
        made = desk.refund(
            "alipay",
            transaction_id=told.get("trade_no", ""),
            number=number,
            refund_no=told["out_request_no"],
            amount_fen=fen(told["refund_amount"]),
            url="",
        )
        amount = signing.yuan(made["amount_fen"])
        return {
            "trade_no": made["transaction_id"], "out_trade_no": made["out_trade_no"], "fund_change": "Y",
            "refund_fee": amount, "buyer_logon_id": "138****8001",
        }  # fmt: skip
    if method == "alipay.trade.fastpay.refund.query":
        found = desk.store.find("alipay-refund", told["out_request_no"])
        if found is None:
            return {}  # Alipay answers success without any figure
        return {
            "trade_no": found["transaction_id"], "out_trade_no": found["out_trade_no"],
            "out_request_no": found["out_refund_no"], "refund_amount": signing.yuan(found["amount_fen"]),
            "total_amount": signing.yuan(found["total_fen"]), "refund_status": "REFUND_SUCCESS",
        }  # fmt: skip
    if method == "alipay.data.dataservice.bill.downloadurl.query":
        on = date.fromisoformat(told["bill_date"])
        if not bills.entries(desk.store, "alipay", on):
            raise Refused(400, "", "isp.bill_not_exist", "账单不存在")
        return {"bill_download_url": f"{base}/alipay/bill?day={on.isoformat()}"}
    raise Refused(400, "", "isv.invalid-method", method)


def _known(desk: Desk, told: Mapping[str, Any]) -> dict[str, Any]:
    """An order as Alipay knows it: a code that nobody has scanned is no trade yet."""
    order = (
        desk.order("alipay", told["out_trade_no"])
        if told.get("out_trade_no")
        else desk.order_of_transaction("alipay", told["trade_no"])
    )
    if order["product"] == "precreate" and not order["transactions"] and not order.get("scanned"):
        raise NO_ORDER
    return order


def _told(desk: Desk, order: dict[str, Any]) -> dict[str, Any]:
    state = desk.state(order)
    told = {"out_trade_no": order["out_trade_no"], "total_amount": signing.yuan(order["amount_fen"])}
    if state != "paid":
        status = {"pending": "WAIT_BUYER_PAY", "closed": "TRADE_CLOSED"}[state]
        return {**told, "trade_no": f"T{order['code']}", "trade_status": status}
    paid = order["transactions"][0]
    refunded = sum(
        refund["amount_fen"]
        for refund in desk.store.all("alipay-refund")
        if refund["transaction_id"] == paid["id"]
    )
    return {
        **told,
        "trade_no": paid["id"],
        "total_amount": signing.yuan(paid.get("amount_fen", order["amount_fen"])),
        "trade_status": "TRADE_CLOSED" if refunded == order["amount_fen"] else "TRADE_SUCCESS",
        "send_pay_date": signing.local(paid["paid_at"]),
        "buyer_logon_id": order.get("payer", "138****8001"),
    }


def bill_file(desk: Desk, day: str) -> bytes:
    on = date.fromisoformat(day)
    return bills.alipay(bills.entries(desk.store, "alipay", on), on)
