"""The customer's phone: one page that shows the orders and does with them what a customer, or bad luck, would do."""

from __future__ import annotations

from html import escape
from typing import Any

from denghuo.project.emulator import signing
from denghuo.project.emulator.desk import Desk

NAMES = {"wechat": "微信支付", "alipay": "支付宝"}
BUTTONS = (
    ("pay", "确认支付", "Pay"),
    ("decline", "取消", "Cancel"),
    ("late", "支付，通知迟到两分钟", "Pay, callback two minutes late"),
    ("silent", "支付，不发通知", "Pay, no callback at all"),
    ("repeat", "支付，通知发两次", "Pay, callback twice"),
    ("charge_twice", "重复扣款", "Charge twice"),
    ("wrong_amount", "金额不符（多一分）", "Another amount (one fen more)"),
)
STATES = {"pending": "待支付", "paid": "已支付", "closed": "已关闭"}
STYLE = """
body{margin:0;background:#e9e6e0;font:16px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;color:#2b2622}
main{max-width:390px;margin:24px auto;background:#fffdf9;border-radius:28px;padding:20px 20px 28px;
box-shadow:0 8px 40px #0003}
h1{font-size:18px;margin:0 0 4px}p.q{color:#77706a;font-size:13px;margin:0 0 14px}
article{border:1px solid #e4dfd6;border-radius:14px;padding:14px;margin:12px 0}
.amount{font-size:30px;font-weight:650}.no{font-size:12px;color:#77706a;word-break:break-all}
button{display:block;width:100%;margin:6px 0;padding:10px;border:1px solid #d8d1c6;border-radius:10px;background:#fff;
font:inherit;text-align:left}form>button:first-of-type{background:#0a7d3c;color:#fff;border-color:#0a7d3c;font-weight:600}
.alipay form>button:first-of-type{background:#1266d6;border-color:#1266d6}small{opacity:.75}
.state{float:right;font-size:13px;color:#77706a}summary{cursor:pointer;color:#77706a;font-size:14px}
.note{background:#fdf3da;border-radius:10px;padding:8px 12px;font-size:14px}a{color:#8a4b00}
"""


def page(desk: Desk, *, code: str = "", note: str = "", only: str = "") -> str:
    """The phone, with the order of a scanned ``code`` (the text of a QR code or its last part), or with all of them."""
    wanted = code.rsplit("=", 1)[-1].rsplit("/", 1)[-1]
    orders = [
        order
        for channel in NAMES
        for order in desk.store.all(f"{channel}-order")
        if not wanted or order["code"] == wanted
        if not only or order["out_trade_no"] == only
    ]
    orders.sort(key=lambda order: order["created_at"], reverse=True)
    shown = "".join(_order(desk, order, code or only) for order in orders[:30])
    empty = "" if shown else '<p class="q">没有这样的订单。 No such order.</p>'
    said = f'<p class="note">{escape(note)}</p>' if note else ""
    back = '<p><a href="/phone/">全部订单 All orders</a></p>' if wanted or only else ""
    return (
        f'<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>客户的手机</title><style>{STYLE}</style><main><h1>客户的手机</h1>"
        f'<p class="q">支付渠道模拟器，不是真钱。 Gateway emulator: no real money. '
        f"等待送达的通知 callbacks waiting: {desk.store.waiting()}</p>{said}{shown}{empty}{back}</main></html>"
    )


def _order(desk: Desk, order: dict[str, Any], scanned: str) -> str:
    state = desk.state(order)
    buttons = ""
    if state == "pending":
        first, *others = [
            f'<button name="way" value="{way}">{zh} <small>{en}</small></button>' for way, zh, en in BUTTONS
        ]
        buttons = (
            f'<form method="post" action="/phone/pay"><input type="hidden" name="channel" value="{order["channel"]}">'
            f'<input type="hidden" name="number" value="{escape(order["out_trade_no"])}">{first}{others[0]}'
            f"<details{' open' if scanned else ''}><summary>其他情形 Other ways</summary>{''.join(others[1:])}</details></form>"
        )
    paid = "".join(f'<div class="no">{escape(item["id"])}</div>' for item in order["transactions"])
    return (
        f'<article class="{order["channel"]}"><span class="state">{STATES[state]}</span>{NAMES[order["channel"]]}'
        f'<div class="amount">¥ {signing.yuan(order["amount_fen"])}</div><div>{escape(order["description"])}</div>'
        f'<div class="no">{escape(order["out_trade_no"])}</div>{paid}{buttons}</article>'
    )
