"""The daily bill files, in the columns and the quirks of the channels."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from denghuo.commerce.channels.rules.statements import ALIPAY_HEADER, WECHAT_HEADER, WECHAT_SUMMARY
from denghuo.kernel.periods import BEIJING
from denghuo.project.emulator import names
from denghuo.project.emulator.signing import local, yuan
from denghuo.project.emulator.store import Store

FEE_PERMILLE = 6
"""What the emulator charges, as the channels charge utilities; shown in the file, not taken from the amount."""


def entries(store: Store, channel: str, on: date) -> list[dict[str, Any]]:
    """Payments and refunds of a day in the order of time: ``kind``, ``at``, the order, and its transaction or refund."""
    found = []
    for order in store.all(f"{channel}-order"):
        for paid in order["transactions"]:
            if _day(paid["paid_at"]) == on:
                found.append({"kind": "payment", "at": paid["paid_at"], "order": order, "paid": paid})
    for refund in store.all(f"{channel}-refund"):
        if refund["state"] == "SUCCESS" and _day(refund["at"]) == on:
            order = store.find(f"{channel}-order", refund["out_trade_no"]) or {}
            found.append(
                {
                    "kind": "refund",
                    "at": refund["at"],
                    "order": order,
                    "paid": {"id": refund["transaction_id"]},
                    "refund": refund,
                }
            )
    return sorted(found, key=lambda entry: entry["at"])


def _day(at: float) -> date:
    return datetime.fromtimestamp(at, BEIJING).date()


def _fee(fen: int) -> int:
    return (fen * FEE_PERMILLE + 500) // 1000


def wechat(found: Iterable[dict[str, Any]]) -> bytes:
    """The uncompressed file; WeChat Pay's hash is over this text."""
    lines = [",".join(WECHAT_HEADER)]
    count = paid_fen = refund_fen = fee_fen = 0
    for entry in found:
        order, refund = entry["order"], entry.get("refund")
        total = entry["paid"].get("amount_fen", order["amount_fen"])
        back = refund["amount_fen"] if refund else 0
        fee = -_fee(back) if refund else _fee(total)
        values = [
            local(entry["at"]), names.WECHAT_APPID, names.MCHID, "0", "", entry["paid"]["id"], order["out_trade_no"],
            order.get("payer", "oDenghuoCustomer"), order["product"].upper(), "REFUND" if refund else "SUCCESS", "OTHERS",
            "CNY", yuan(0 if refund else total), "0.00", refund["refund_id"] if refund else "0",
            refund["out_refund_no"] if refund else "0", yuan(back), "0.00", "ORIGINAL" if refund else "",
            "SUCCESS" if refund else "", order["description"].replace(",", " "), "", _signed(fee), "0.60%",
            yuan(0 if refund else total), yuan(back), "",
        ]  # fmt: skip
        lines.append(",".join(f"`{value}" for value in values))
        count, fee_fen, refund_fen = count + 1, fee_fen + fee, refund_fen + back
        paid_fen += 0 if refund else total
    lines.append(",".join(WECHAT_SUMMARY))
    summary = [str(count), yuan(paid_fen), yuan(refund_fen), "0.00", _signed(fee_fen), yuan(paid_fen)]
    lines.append(",".join(f"`{value}" for value in [*summary, yuan(refund_fen)]))
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _signed(fen: int) -> str:
    return f"-{yuan(-fen)}" if fen < 0 else yuan(fen)


def zipped_wechat(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def alipay(found: Iterable[dict[str, Any]], on: date) -> bytes:
    """The archive with the lines and their summary, in GBK."""
    entries = list(found)
    lines = [
        "#支付宝业务明细查询",
        f"#账号：[{names.SELLER_ID}0156]",
        f"#起始日期：[{on:%Y年%m月%d日} 00:00:00]   终止日期：[{on:%Y年%m月%d日} 24:00:00]",
        "#-----------------------------------------业务明细列表----------------------------------------",
        ",".join(ALIPAY_HEADER),
    ]
    for entry in entries:
        order, refund = entry["order"], entry.get("refund")
        total = entry["paid"].get("amount_fen", order["amount_fen"])
        amount = -refund["amount_fen"] if refund else total
        values = [
            entry["paid"]["id"], order["out_trade_no"], "退款" if refund else "交易", order["description"].replace(",", " "),
            local(order["created_at"]), local(entry["at"]), "", "", "", "", order.get("payer", "138****8001"),
            _signed(amount), _signed(amount), "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00", "0.00",
            refund["out_refund_no"] if refund else "", _signed(-_fee(amount) if amount > 0 else _fee(-amount)), "0.00", "",
        ]  # fmt: skip
        lines.append(",".join(f"{value}\t" for value in values))
    paid = [entry for entry in entries if entry["kind"] == "payment"]
    lines += [
        "#-----------------------------------------业务明细列表结束------------------------------------",
        f"#交易合计：{len(paid)}笔，商家实收共{yuan(sum(e['order']['amount_fen'] for e in paid))}元，商家优惠共0.00元",
        f"#退款合计：{len(entries) - len(paid)}笔",
        f"#导出时间：[{on:%Y年%m月%d日} 23:59:59]",
    ]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        name = f"{names.SELLER_ID}0156_{on:%Y%m%d}"
        packed.writestr(f"{name}_业务明细(汇总).csv", "#支付宝业务汇总查询\r\n".encode("gb18030"))
        packed.writestr(f"{name}_业务明细.csv", ("\r\n".join(lines) + "\r\n").encode("gb18030"))
    return archive.getvalue()
