"""The v3 interface of WeChat Pay."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from denghuo.project.emulator import bills, names, signing
from denghuo.project.emulator.desk import Desk, Refused

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers, body."""


def answer(desk: Desk, method: str, path: str, body: bytes, authorization: str, base: str) -> Answer:
    """``path`` begins with /v3 and has its query; ``base`` is the emulator's own address."""
    if path.startswith("/v3/billdownload/file"):
        return _bill_file(desk, path)
    if not signing.wechat_request_holds(
        desk.keys, method, path, body.decode("utf-8", "replace"), authorization
    ):
        return _json(desk, 401, {"code": "SIGN_ERROR", "message": "签名错误"})
    try:
        status, told = _do(desk, method, path, json.loads(body or b"{}"), base)
    except Refused as refused:
        return _json(desk, refused.status, {"code": refused.wechat, "message": refused.text})
    except (KeyError, TypeError, ValueError) as error:
        return _json(desk, 400, {"code": "PARAM_ERROR", "message": f"参数错误 {error}"})
    return _json(desk, status, told)


def _json(desk: Desk, status: int, told: dict[str, Any] | None) -> Answer:
    body = "" if told is None else json.dumps(told, ensure_ascii=False)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        **signing.wechat_headers(desk.keys, body, desk.clock()),
    }
    return status, headers, body.encode()


def _do(
    desk: Desk, method: str, path: str, told: dict[str, Any], base: str
) -> tuple[int, dict[str, Any] | None]:
    split = urlsplit(path)
    place = split.path
    if method == "POST" and (found := re.fullmatch(r"/v3/pay/transactions/(native|h5|jsapi)", place)):
        return 200, _open(desk, found[1], told, base)
    if found := re.fullmatch(r"/v3/pay/transactions/out-trade-no/([^/]+)/close", place):
        desk.close("wechat", found[1])
        return 204, None
    if found := re.fullmatch(r"/v3/pay/transactions/out-trade-no/([^/]+)", place):
        return 200, _told(desk, desk.order("wechat", found[1]))
    if found := re.fullmatch(r"/v3/pay/transactions/id/([^/]+)", place):
        return 200, _told(desk, desk.order_of_transaction("wechat", found[1]))
    if method == "POST" and place == "/v3/refund/domestic/refunds":
        made = desk.refund(
            "wechat",
            transaction_id=told.get("transaction_id", ""),
            number=told.get("out_trade_no", ""),
            refund_no=told["out_refund_no"],
            amount_fen=int(told["amount"]["refund"]),
            url=told.get("notify_url", ""),
        )
        return 200, _refund(made, "PROCESSING")
    if found := re.fullmatch(r"/v3/refund/domestic/refunds/([^/]+)", place):
        return 200, _refund(desk.found_refund("wechat", found[1]), "")
    if place == "/v3/bill/tradebill":
        return 200, _bill(desk, date.fromisoformat(parse_qs(split.query)["bill_date"][0]), base)
    raise Refused(404, "RESOURCE_NOT_EXISTS", "", place)


def _open(desk: Desk, product: str, told: dict[str, Any], base: str) -> dict[str, Any]:
    if told["mchid"] != names.MCHID or told["appid"] != names.WECHAT_APPID:
        raise Refused(400, "APPID_MCHID_NOT_MATCH", "", "appid和mch_id不匹配")
    order = desk.open(
        "wechat",
        told["out_trade_no"],
        {
            "amount_fen": int(told["amount"]["total"]),
            "description": told["description"],
            "product": product,
            "notify_url": told["notify_url"],
            "expires": datetime.fromisoformat(told["time_expire"]).timestamp(),
            **({"payer": told["payer"]["openid"]} if product == "jsapi" else {}),
        },
    )
    if product == "native":
        return {"code_url": f"weixin://wxpay/bizpayurl?pr={order['code']}"}
    if product == "h5":
        return {"h5_url": f"{base}/phone/?code={order['code']}"}
    return {"prepay_id": f"wx{order['code']}"}


def _told(desk: Desk, order: dict[str, Any]) -> dict[str, Any]:
    state = desk.state(order)
    if state == "paid":
        told = signing.wechat_transaction(order, order["transactions"][0])
        refunded = any(
            refund["out_trade_no"] == order["out_trade_no"] for refund in desk.store.all("wechat-refund")
        )
        return {**told, "trade_state": "REFUND"} if refunded else told
    return {
        "mchid": names.MCHID,
        "appid": names.WECHAT_APPID,
        "out_trade_no": order["out_trade_no"],
        "trade_state": {"pending": "NOTPAY", "closed": "CLOSED"}[state],
        "trade_state_desc": "订单未支付",
        "amount": {"total": order["amount_fen"], "currency": "CNY"},
    }


def _refund(refund: dict[str, Any], state: str) -> dict[str, Any]:
    """The first answer is always PROCESSING; the success comes by callback or question."""
    told = {
        "refund_id": refund["refund_id"],
        "out_refund_no": refund["out_refund_no"],
        "transaction_id": refund["transaction_id"],
        "out_trade_no": refund["out_trade_no"],
        "channel": "ORIGINAL",
        "user_received_account": "支付用户零钱",
        "create_time": signing.iso(refund["at"]),
        "status": state or refund["state"],
        "amount": {"total": refund["total_fen"], "refund": refund["amount_fen"], "currency": "CNY"},
    }
    if told["status"] == "SUCCESS":
        told["success_time"] = signing.iso(refund["at"])
    return told


def _bill(desk: Desk, on: date, base: str) -> dict[str, Any]:
    found = bills.entries(desk.store, "wechat", on)
    if not found:
        raise Refused(400, "NO_STATEMENT_EXIST", "", "账单文件不存在")
    data = bills.wechat(found)
    return {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(data, usedforsecurity=False).hexdigest(),
        "download_url": f"{base}/wechat/v3/billdownload/file?token={on.isoformat()}",
    }


def _bill_file(desk: Desk, path: str) -> Answer:
    on = date.fromisoformat(parse_qs(urlsplit(path).query)["token"][0])
    data = bills.zipped_wechat(bills.wechat(bills.entries(desk.store, "wechat", on)))
    return 200, {"Content-Type": "application/octet-stream"}, data
