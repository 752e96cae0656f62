"""What the emulated channels of the town write into their daily files: the public column layouts, made-up transactions."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from denghuo.commerce.channels.rules.statements import ALIPAY_HEADER, WECHAT_HEADER, WECHAT_SUMMARY


@dataclass(frozen=True)
class FileRow:
    """One transaction: fen above zero; a refund names the payment that it gives back."""

    external_id: str
    amount_fen: int
    kind: str = "payment"
    parent: str = ""
    fee_fen: int = 0
    hint: str = ""


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def _csv(rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _sum(rows: Sequence[FileRow], kind: str) -> int:
    return sum(row.amount_fen for row in rows if row.kind == kind)


def wechat_file(day: date, rows: Sequence[FileRow]) -> bytes:
    """微信支付交易账单: every value begins with a backtick; the summary stands at the end."""
    table: list[Sequence[object]] = [WECHAT_HEADER]
    for row in rows:
        back = row.kind == "refund"
        cells = dict.fromkeys(WECHAT_HEADER, "")
        cells |= {
            "交易时间": f"{day} 10:30:00",
            "微信订单号": row.parent if back else row.external_id,
            "商户订单号": row.hint,
            "交易类型": "NATIVE",
            "交易状态": "REFUND" if back else "SUCCESS",
            "货币种类": "CNY",
            "应结订单金额": "0.00" if back else _yuan(row.amount_fen),
            "微信退款单号": row.external_id if back else "0",
            "退款金额": _yuan(row.amount_fen) if back else "0.00",
            "手续费": f"{'-' if row.fee_fen < 0 else ''}{abs(row.fee_fen) // 100}.{abs(row.fee_fen) % 100:02d}",
            "订单金额": "0.00" if back else _yuan(row.amount_fen),
            "申请退款金额": _yuan(row.amount_fen) if back else "0.00",
        }
        table.append([f"`{cells[name]}" for name in WECHAT_HEADER])
    paid, back_fen = _sum(rows, "payment"), _sum(rows, "refund")
    totals = [
        len(rows), _yuan(paid), _yuan(back_fen), "0.00", _yuan(sum(row.fee_fen for row in rows)), _yuan(paid), _yuan(back_fen)
    ]  # fmt: skip
    table += [WECHAT_SUMMARY, [f"`{value}" for value in totals]]
    return _csv(table).encode()


def alipay_file(day: date, rows: Sequence[FileRow]) -> bytes:
    """支付宝业务明细: GB18030, a tab behind every value, notes begin with #."""
    lines = ["#支付宝业务明细查询", f"#起始日期：[{day}]   终止日期：[{day}]", "#-----业务明细列表-----"]
    table: list[Sequence[object]] = [ALIPAY_HEADER]
    for row in rows:
        back = row.kind == "refund"
        cells = dict.fromkeys(ALIPAY_HEADER, "")
        cells |= {
            "支付宝交易号": row.parent if back else row.external_id,
            "商户订单号": row.hint,
            "业务类型": "退款" if back else "交易",
            "完成时间": f"{day} 10:30:00",
            "订单金额（元）": _yuan(-row.amount_fen if back else row.amount_fen),
            "商家实收（元）": _yuan(-row.amount_fen if back else row.amount_fen),
            "退款批次号/请求号": row.external_id if back else "",
            "服务费（元）": _yuan(-row.fee_fen),
        }
        table.append([f"{cells[name]}\t" for name in ALIPAY_HEADER])
    payments = [row for row in rows if row.kind == "payment"]
    refunds = [row for row in rows if row.kind == "refund"]
    ending = [
        "#-----业务明细列表结束-----",
        f"#交易合计：{len(payments)}笔，商家实收共{_yuan(_sum(rows, 'payment'))}元，商家优惠共0.00元",
        f"#退款合计：{len(refunds)}笔，商家实收退款共{_yuan(-_sum(rows, 'refund'))}元，商家优惠退款共0.00元",
    ]
    return ("\r\n".join(lines) + "\r\n" + _csv(table) + "\r\n".join(ending) + "\r\n").encode("gb18030")


def pos_file(day: date, rows: Sequence[FileRow]) -> bytes:
    """POS 收单明细, the last row 合计 with number and net amount."""
    table: list[Sequence[object]] = [
        ["终端号", "交易日期", "交易时间", "交易类型", "参考号", "原参考号", "金额", "手续费"]
    ]
    for row in rows:
        kind = "退货" if row.kind == "refund" else "消费"
        table.append(
            [
                "45030001",
                day,
                "10:30:00",
                kind,
                row.external_id,
                row.parent,
                _yuan(row.amount_fen),
                _yuan(row.fee_fen),
            ]
        )
    table.append(["合计", len(rows), _yuan(_sum(rows, "payment") - _sum(rows, "refund"))])
    return _csv(table).encode("gb18030")


def bank_file(day: date, rows: Sequence[FileRow]) -> bytes:
    """银行明细, the last row 合计 with number and net amount."""
    table: list[Sequence[object]] = [["交易日期", "流水号", "借方金额", "贷方金额", "摘要", "原流水号"]]
    for row in rows:
        back = row.kind == "refund"
        amount = _yuan(row.amount_fen)
        table.append(
            [day, row.external_id, amount if back else "", "" if back else amount, row.hint, row.parent]
        )
    table.append(["合计", len(rows), _yuan(_sum(rows, "payment") - _sum(rows, "refund"))])
    return _csv(table).encode("gb18030")


_WRITERS = {"wechat": wechat_file, "alipay": alipay_file, "card": pos_file}


def file_of(channel: str, day: date, rows: Sequence[FileRow]) -> bytes:
    return _WRITERS.get(channel, bank_file)(day, rows)
